"""The journey of each model: when it was transferred, waited, was trained, was merged; a row each.

Where packets travel, a row is a packet. Where models only go to and fro between nodes, a row is a node: what it
received and sent, trained and merged.
"""

from dataclasses import dataclass

import numpy as np

from wayfare.dashboard.lives import Lives, Spans
from wayfare.dashboard.network import Floats, Ints
from wayfare.dashboard.run_data import RunData

from .figure import Chart, Figure, View, escaped, layout, nothing, on_clock, time_axis, titled

ROWS = ("packet", "node")
DOINGS = ("wait", "train", "transfer")
THICK = {"wait": 0.1, "transfer": 0.4, "train": 0.75}  # of a row: a cue besides the colour
ROWS_PX = 320
MOST_ROWS = 30
MOST_SPANS = 40_000
FINEST = 1200  # spans nearer to each other than this part of the run could not be told apart


@dataclass(frozen=True)
class Journey:
    """A row: spans by doing, ``(spans, 2)`` of start and end [s], and moments of merging [s]."""

    id: int
    name: str
    spans: dict[str, Floats]
    merge_s: Floats


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


def united(spans: Floats, apart_s: float = 0.0) -> Floats:
    """Return spans, ``(spans, 2)``, with those that overlap or are not further apart made one, in order."""
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    if not len(ordered):
        return ordered
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.flatnonzero(np.append(True, ordered[1:, 0] > reach[:-1] + apart_s))
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
    drawn = {doing: _drawn([row.spans[doing] for row in rows], run.end_s) for doing in DOINGS}
    traces = [_lines(rows, drawn[doing], doing, kind, view, colours[doing]) for doing in DOINGS]
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


def _drawn(rows: list[Floats], end_s: float) -> list[Floats]:
    """Return spans by row, those made one that could not be told apart; coarser where there are still too many."""
    finest = FINEST
    while True:
        drawn = [united(spans, end_s / finest) for spans in rows]
        if sum(map(len, drawn)) <= MOST_SPANS or finest < 100:
            return drawn
        finest //= 2


def _lines(rows: list[Journey], drawn: list[Floats], doing: str, kind: str, view: View, colour: str) -> Figure:
    spans = np.concatenate(drawn)
    place = np.repeat(np.arange(len(rows)), [len(part) for part in drawn])
    name = view.words(f"journeys.{doing}")
    ends = np.round(np.column_stack([spans, np.full(len(spans), np.nan)]).ravel(), 9).tolist()
    about = [f"{kind}:{row.id}" for row in rows]
    names = [escaped(row.name) for row in rows]
    length = [f"{seconds:.4g} s" for seconds in (spans[:, 1] - spans[:, 0]).tolist()]
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
