"""The journey of each model: when it was transferred, waited, was trained, was merged; a row each.

Where packets travel, a row is a packet. Where models only go to and fro between nodes, a row is a node: what it
received and sent, trained and merged.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wayfare.dashboard.lives import Lives, Spans
from wayfare.dashboard.network import Floats, Ints
from wayfare.dashboard.run_data import RunData

from .figure import Chart, Figure, View, escaped, layout, nothing, on_clock, time_axis, titled

ROWS = ("packet", "node")
DOINGS = ("wait", "train", "transfer")
THICK = {"wait": 0.1, "transfer": 0.4, "train": 0.75}  # of a row: a cue besides the colour
ROWS_PX = 320
MOST_ROWS = 30
FINEST = 1200  # what is shorter than this part of the run, about a pixel, could not be told from what is beside it
COARSE = 3  # of these make a cell of a long stretch: colours of single pixels would run into one another


@dataclass(frozen=True)
class Journey:
    """A row: spans by doing, ``(spans, 2)`` of start and end [s], and moments of merging [s]."""

    id: int
    name: str
    spans: dict[str, Floats]
    merge_s: Floats


@dataclass(frozen=True)
class Legible:
    """The spans of one doing that can be seen, and which of them stand for a share of shorter ones."""

    spans: Floats
    shares: NDArray[np.bool_]


def rows_shown(run: RunData, view: View) -> str:
    """Return whether rows are packets or nodes: packets where they travel, unless nodes were chosen."""
    return view.choice("rows", ROWS) if len(run.lives.launched) else "node"


def journeys(run: RunData, view: View) -> tuple[list[Journey], int]:
    """Return the rows to draw, at most `MOST_ROWS` and the picked one among them, and how many there are in all."""
    lives = run.lives
    if rows_shown(run, view) == "packet":
        known = lives.launched
        drawn = _chosen(known, view.picked_id("packet"))
        owner = lives.trained(known)
        return [_of_packet(run, lives, packet, owner) for packet in drawn], len(known)
    busy = np.union1d(np.unique(lives.trainings.node), np.unique(lives.transfers.node))
    drawn = _chosen(busy, view.picked_id("node"))
    return [_of_node(run, lives, node) for node in drawn], len(busy)


def _chosen(ids: Ints, picked: int) -> list[int]:
    first = ids[:MOST_ROWS].tolist()
    return first if picked in first or picked not in ids else [*first[: MOST_ROWS - 1], picked]


def _of_packet(run: RunData, lives: Lives, packet: int, owner: Ints) -> Journey:
    place = int(np.searchsorted(lives.launched, packet))
    end_s = lives.retire_s[place]
    life = np.array([[lives.launch_s[place], run.end_s if np.isnan(end_s) else end_s]])
    transfers = lives.transfers.rows(np.flatnonzero(lives.transfers.packet == packet))
    spans = {
        "transfer": _ended(transfers, run.end_s),
        "train": _ended(lives.trainings.rows(np.flatnonzero(owner == packet)), run.end_s),
    }
    stays = [(node, since, until) for node, since, until in lives.stays(packet)]
    merges = [
        moment
        for moment, node in zip(lives.merge_s.tolist(), lives.merge_node.tolist(), strict=True)
        if any(node == at and since <= moment and not until < moment for at, since, until in stays)
    ]
    busy = np.concatenate([spans["transfer"], spans["train"]])
    return Journey(packet, f"#{packet}", {"wait": gaps(life, busy), **spans}, np.array(merges, dtype=float))


def _of_node(run: RunData, lives: Lives, node: int) -> Journey:
    transfers = lives.transfers.rows(np.flatnonzero((lives.transfers.node == node) | (lives.transfers.peer == node)))
    spans = {
        "transfer": united(_ended(transfers, run.end_s)),
        "train": _ended(lives.trainings.rows(np.flatnonzero(lives.trainings.node == node)), run.end_s),
    }
    busy = np.concatenate([spans["transfer"], spans["train"]])
    waits = gaps(np.array([[0.0, run.end_s]]), busy)
    return Journey(node, run.network.names[node], {"wait": waits, **spans}, lives.merge_s[lives.merge_node == node])


def _ended(spans: Spans, end_s: float) -> Floats:
    return np.column_stack([spans.start_s, np.where(np.isnan(spans.end_s), end_s, spans.end_s)])


def united(spans: Floats) -> Floats:
    """Return spans, ``(spans, 2)``, with those that overlap or touch made one, in order."""
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    if not len(ordered):
        return ordered
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.flatnonzero(np.append(True, ordered[1:, 0] > reach[:-1]))
    return np.column_stack([ordered[first, 0], np.maximum.reduceat(ordered[:, 1], first)])


def gaps(life: Floats, busy: Floats) -> Floats:
    """Return the parts of a life, ``(1, 2)``, in which nothing of ``busy`` is done."""
    merged = united(np.clip(busy, life[0, 0], life[0, 1]))
    edges = np.concatenate([life[0, :1], merged.ravel(), life[0, 1:]]).reshape(-1, 2)
    return edges[edges[:, 1] > edges[:, 0]]


def journeys_figure(run: RunData, view: View) -> Figure:
    """Return lines over virtual time: waiting is thin, transfers are thicker, training is thick, merges are marks."""
    rows, _ = journeys(run, view)
    if not rows:
        return nothing(view)
    kind = rows_shown(run, view)
    colours = dict(view.palette.doings)
    drawn = [legible(row.spans, run.end_s / FINEST) for row in rows]
    traces = [_lines(rows, [row[doing] for row in drawn], doing, kind, view, colours[doing]) for doing in DOINGS]
    traces.append(_merges(rows, kind, view, colours["merge"]))
    picked = view.picked_id(kind)
    names = [escaped(row.name if len(row.name) <= 14 else row.name[:13] + "…") for row in rows]
    y_axis = {
        "tickmode": "array",
        "tickvals": list(range(len(rows))),
        "ticktext": [f"<b>{name}</b>" if row.id == picked else name for row, name in zip(rows, names, strict=True)],
        "tickfont": {"color": view.palette.muted, "size": 11},
        "title": titled(view.words(f"axis.{kind}"), view),
        "range": [len(rows) - 0.4, -0.6],
        "showgrid": False,
        "zeroline": False,
    }
    page = on_clock(layout(view, time_axis(run, view), y_axis, left_px=70))
    page["legend"] = page["legend"] | {"traceorder": "normal"}
    return {"data": [trace for trace in traces if trace["y"]], "layout": page}


def legible(spans: dict[str, Floats], finest_s: float) -> dict[str, Legible]:
    """Return what to draw of a row: pieces that are long enough as they are, the others in proportion.

    A row is cut where anything begins or ends. Where pieces shorter than ``finest_s`` follow one another, the stretch
    is cut into cells of that length or, where it is long, of `COARSE` times that, and the cells are dealt out by what
    the time went into.
    """
    edges, done = _pieces(spans)
    short = np.diff(edges) < finest_s
    changes = np.flatnonzero(short[1:] != short[:-1]) + 1
    parts = []
    owed = np.zeros(1 << len(spans))
    for first, last in pairwise(np.unique([0, *changes, len(done)]).tolist()):
        part = edges[first : last + 1], done[first:last]
        shared = bool(short[first]) and last - first > 1
        parts.append((*(_cells(*part, finest_s, owed) if shared else part), shared))
    return {doing: _of_doing(parts, 1 << place) for place, doing in enumerate(spans)}


def _pieces(spans: dict[str, Floats]) -> tuple[Floats, Ints]:
    """Return where anything begins or ends, and what is done in between: a bit for each doing."""
    edges = np.unique(np.concatenate([part.ravel() for part in spans.values()]))
    done = np.zeros(max(len(edges) - 1, 0), dtype=np.int64)
    for place, part in enumerate(spans.values()):
        begun = np.bincount(np.searchsorted(edges, part[:, 0]), minlength=len(edges))
        ended = np.bincount(np.searchsorted(edges, part[:, 1]), minlength=len(edges))
        done |= (np.cumsum(begun - ended)[:-1] > 0).astype(np.int64) << place
    kept = np.flatnonzero(np.diff(done, prepend=-1))
    return np.append(edges[kept], edges[-1:]), done[kept]


def _cells(edges: Floats, done: Ints, finest_s: float, owed: Floats) -> tuple[Floats, Ints]:
    """Return cells of equal length instead of pieces: each is given to what most time is still owed to.

    Args:
        edges: Where the pieces begin and end [s].
        done: What is done in each.
        finest_s: How long a cell of a short stretch is, about [s].
        owed: The time that is owed to what is done, by its bits, from stretch to stretch [s]; it is brought up to date.
    """
    count = max(round(float(edges[-1] - edges[0]) / finest_s), 1)
    grid = np.linspace(edges[0], edges[-1], (count // COARSE if count > COARSE**2 else count) + 1)
    kinds, place = np.unique(done, return_inverse=True)
    spent = np.zeros((len(kinds), len(edges)))
    spent[place, np.arange(1, len(edges))] = np.diff(edges)
    given = []
    for part in np.diff([np.interp(grid, edges, total) for total in np.cumsum(spent, axis=1)]).T:
        owed[kinds] += part
        given.append(int(kinds[np.argmax(owed[kinds])]))
        owed[given[-1]] -= grid[1] - grid[0]
    return grid, np.array(given)


def _of_doing(parts: list[tuple[Floats, Ints, bool]], bit: int) -> Legible:
    spans: list[tuple[float, float]] = []
    shares: list[bool] = []
    for edges, done, shared in parts:
        for row in np.flatnonzero(done & bit).tolist():
            start, end = float(edges[row]), float(edges[row + 1])
            if spans and spans[-1][1] == start and shares[-1] == shared:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
                shares.append(shared)
    return Legible(np.array(spans, dtype=float).reshape(-1, 2), np.array(shares, dtype=bool))


def _lines(rows: list[Journey], drawn: list[Legible], doing: str, kind: str, view: View, colour: str) -> Figure:
    spans, shares = np.concatenate([part.spans for part in drawn]), np.concatenate([part.shares for part in drawn])
    place = np.repeat(np.arange(len(rows)), [len(part.spans) for part in drawn])
    name = view.words(f"journeys.{doing}")
    ends = np.round(np.column_stack([spans, np.full(len(spans), np.nan)]).ravel(), 9).tolist()
    about = [f"{kind}:{row.id}" for row in rows]
    names = [escaped(row.name) for row in rows]
    shared = view.words("journeys.shared")
    length = [
        shared if share else f"{end - start:.4g} s"
        for (start, end), share in zip(spans.tolist(), shares.tolist(), strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [None if end != end else end for end in ends],
        "y": [value for row in place.tolist() for value in (row, row, None)],
        "name": name,
        "customdata": [about[row] for row in place.tolist() for _ in range(3)],
        "text": [
            f"{names[row]}: {name}, {long}" for row, long in zip(place.tolist(), length, strict=True) for _ in range(3)
        ],
        "line": {"color": colour, "width": max(min(THICK[doing] * ROWS_PX / len(rows), 30.0 * THICK[doing]), 1.5)},
        "hovertemplate": "%{text}<br>%{x:.4~f} s<extra></extra>",
    }


def _merges(rows: list[Journey], kind: str, view: View, colour: str) -> Figure:
    points = [(float(moment), place) for place, row in enumerate(rows) for moment in row.merge_s]
    name = view.words("journeys.merge")
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [moment for moment, _ in points],
        "y": [place for _, place in points],
        "name": name,
        "customdata": [f"{kind}:{rows[place].id}" for _, place in points],
        "marker": {
            "symbol": "diamond",
            "size": 8,
            "color": colour,
            "line": {"color": view.palette.surface, "width": 1},
        },
        "hovertemplate": f"{name}, %{{x:.4~f}} s<extra></extra>",
    }


def journeys_summary(run: RunData, view: View) -> str:
    """Say what the time of the rows went into."""
    rows, count = journeys(run, view)
    if not rows:
        return view.words("chart.nothing")
    spent = {doing: sum(float(np.diff(row.spans[doing], axis=1).sum()) for row in rows) for doing in DOINGS}
    total = sum(spent.values()) or 1.0
    shares = {doing: f"{value / total:.0%}" for doing, value in spent.items()}
    return view.words("journeys.summary", shown=len(rows), count=count, **shares)


JOURNEYS = Chart(
    "journeys",
    journeys_figure,
    journeys_summary,
    choices={"rows": ROWS},
    fits=lambda run, value: value != "packet" or bool(run.learning.packets),
    wide=True,
    follows=True,
)
