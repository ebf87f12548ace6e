"""Accuracy of the answer, by tier, node or packet: against virtual time, bytes carried or joules spent."""

from itertools import chain
from typing import Any

import numpy as np

from wayfare.dashboard.learning import Curve
from wayfare.dashboard.network import Floats
from wayfare.dashboard.quantity_text import accuracy_text, duration_text
from wayfare.dashboard.run_data import RunData

from .figure import DASHES, Chart, Figure, Moment, View, escaped, layout, nothing, on_clock, time_axis, titled

MOST_CURVES = 120
MOST_POINTS = 60_000
BY, AGAINST = ("tier", "node", "packet"), ("time", "bytes", "energy")
MARK_PX = 7
PER_UNIT = {"time": 1.0, "bytes": 1e6, "energy": 1.0}
TIER_ORDER = ("device", "edge", "cloud")


def accuracy_figure(run: RunData, view: View) -> Figure:
    """Return the curves that were chosen, as steps: a value holds until the next is measured."""
    if not run.learning.exists:
        return nothing(view)
    by, against = view.choice("by", BY), view.choice("x", AGAINST)
    drawing = _Drawing(run, view, against)
    traces = _by_tier(drawing) if by == "tier" else _each(drawing, by)
    traces.append(drawing.line(run.learning.answer, view.words("accuracy.answer"), view.palette.accent, 0, 2.6))
    x_axis = time_axis(run, view) if against == "time" else {"title": titled(view.words(f"axis.{against}"), view)}
    y_axis = {
        "range": [0, 1.02],
        "dtick": 0.25,
        "tickformat": ".2f",
        "title": titled(view.words("axis.accuracy"), view),
    }
    page = layout(view, x_axis | {"rangemode": "tozero"}, y_axis)
    page = on_clock(page) if against == "time" else page | {"meta": drawing.clock()}
    return {"data": [trace for trace in traces if trace["x"]], "layout": page | {"shapes": _stalled(drawing)}}


class _Drawing:
    """Puts curves over virtual time on the axis that was chosen."""

    def __init__(self, run: RunData, view: View, against: str) -> None:
        self.run, self.view, self.against = run, view, against
        self._time_s, self._spent = run.traffic.spent(against) if against != "time" else (np.zeros(0), np.zeros(0))

    def place(self, time_s: Floats) -> Floats:
        """Return where times [s] are on the horizontal axis."""
        if self.against == "time":
            return time_s
        return np.interp(time_s, self._time_s, self._spent) / PER_UNIT[self.against]

    def clock(self) -> Figure:
        """Return times and their places, for the browser's cursor."""
        step = max(len(self._time_s) // 1500, 1)
        times = np.append(self._time_s[::step], self._time_s[-1])
        return {"clock": "table", "times": times.tolist(), "places": self.place(times).tolist()}

    def line(self, curve: Curve, name: str, colour: str, dash: int, width: float, picks: str = "") -> Figure:
        """Return a curve as a trace; its last value has a mark, and holds to the end of the run."""
        thin = curve.thinned()
        marked = len(thin.value) - 1
        thin = thin.held_to(self.run.end_s)
        return {
            "type": "scatter",
            "mode": "lines+markers",
            "marker": {"color": colour, "size": [MARK_PX if at == marked else 0 for at in range(len(thin.value))]},
            "cliponaxis": False,
            "x": np.round(self.place(thin.time_s), 9).tolist(),
            "y": np.round(thin.value, 5).tolist(),
            "name": name,
            "line": {"color": colour, "width": width, "dash": DASHES[dash], "shape": "hv"},
            "hovertemplate": f"%{{y:.3f}}<extra>{name}</extra>",
            **({"customdata": [picks] * len(thin.value)} if picks else {}),
        }


def _stalled(drawing: _Drawing) -> list[Figure]:
    """Return a band where the answer went longest without a better value, if that was long."""
    stall = long_stall(drawing.run)
    if stall is None:
        return []
    since, until = drawing.place(np.array([stall[0], stall[0] + stall[1]])).tolist()
    palette = drawing.view.palette
    font = {"size": 11, "color": palette.muted}
    return [
        {
            "type": "rect",
            "x0": since,
            "x1": until,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "layer": "below",
            "fillcolor": palette.muted,
            "opacity": 0.14,
            "line": {"width": 0},
            "label": {"text": drawing.view.words("accuracy.stalled"), "textposition": "bottom right", "font": font},
        }
    ]


def _by_tier(drawing: _Drawing) -> list[Figure]:
    run, view = drawing.run, drawing.view
    colours, tiers = dict(view.palette.tiers), np.array(run.network.tiers)
    holders = run.learning.nodes
    traces = [drawing.line(holders, view.words("accuracy.holders"), view.palette.muted, 1, 2)]
    held = set(tiers[np.unique(run.learning.held_node)].tolist())
    for place, tier in enumerate(sorted(held, key=lambda tier: (tier not in TIER_ORDER, tier))):
        curve = run.learning.mean_over(tiers == tier)
        if curve.same_as(holders):
            continue
        name = view.words("accuracy.tier", tier=escaped(view.words.of("tier", tier)))
        traces.append(drawing.line(curve, name, colours.get(tier, view.palette.muted), 2 + place % 5, 2))
    return traces


def curves_of(run: RunData, by: str) -> dict[int, Curve]:
    """Return the accuracy of each node's model, or of each travelling packet."""
    learning = run.learning
    return (
        learning.packets
        if by == "packet"
        else {int(one): learning.of_node(one) for one in np.unique(learning.held_node)}
    )


def _each(drawing: _Drawing, by: str) -> list[Figure]:
    """Draw the curves of a tier as one trace with gaps, since a trace each would be slow; what is picked stands out."""
    run, view = drawing.run, drawing.view
    curves = _most_different(curves_of(run, by))
    groups: dict[str, list[int]] = {}
    for one in curves:
        groups.setdefault(run.network.tiers[one] if by == "node" else "packet", []).append(one)
    traces = []
    for place, (group, members) in enumerate(groups.items()):
        name = view.words("accuracy.each-packet")
        if by == "node":
            name = view.words("accuracy.tier", tier=escaped(view.words.of("tier", group)))
        colour = dict(view.palette.tiers).get(group, view.palette.packet)
        traces.append(_faint(drawing, {one: curves[one] for one in members}, by, name, colour) | {"legendrank": place})
    picked = view.picked_id(by)
    if picked in (known := curves_of(run, by)):
        traces.append(drawing.line(known[picked], _name(run, by, picked), view.palette.ink, 0, 3, f"{by}:{picked}"))
    return traces


def _faint(drawing: _Drawing, curves: dict[int, Curve], by: str, name: str, colour: str) -> Figure:
    most = max(MOST_POINTS // max(len(curves), 1), 20)
    x: list[Any] = []
    y: list[Any] = []
    about: list[Any] = []
    texts: list[Any] = []
    for one, curve in curves.items():
        thin = curve.thinned(most).held_to(drawing.run.end_s)
        x.append([*np.round(drawing.place(thin.time_s), 9).tolist(), None])
        y.append([*np.round(thin.value, 5).tolist(), None])
        about.append([f"{by}:{one}"] * (len(thin.value) + 1))
        texts.append([_name(drawing.run, by, one)] * (len(thin.value) + 1))
    return {
        "type": "scatter",
        "mode": "lines",
        **{key: list(chain.from_iterable(parts)) for key, parts in (("x", x), ("y", y))},
        "customdata": list(chain.from_iterable(about)),
        "text": list(chain.from_iterable(texts)),
        "name": name,
        "line": {"color": colour, "width": 1, "shape": "hv"},
        "opacity": 0.55,
        "hovertemplate": "%{text}: %{y:.3f}<extra></extra>",
    }


def _name(run: RunData, by: str, one: int) -> str:
    return escaped(run.network.names[one]) if by == "node" else f"#{one}"


def _most_different(curves: dict[int, Curve]) -> dict[int, Curve]:
    """Return all curves, or of too many those that end lowest and highest."""
    if len(curves) <= MOST_CURVES:
        return curves
    by_end = sorted(curves, key=lambda one: (curves[one].last or 0.0, one))
    kept = {*by_end[: MOST_CURVES // 2], *by_end[-MOST_CURVES // 2 :]}
    return {one: curve for one, curve in curves.items() if one in kept}


def accuracy_summary(run: RunData, view: View) -> str:
    """Say where the answer ended, what its best was, and where it stalled for longest."""
    answer, words = run.learning.answer, view.words
    if not len(answer.value):
        return words("chart.nothing")
    best = int(np.argmax(answer.value))
    last, top, when = answer.last, float(answer.value[best]), float(answer.time_s[best])
    parts = words("accuracy.summary", last=accuracy_text(last), best=accuracy_text(top), time=duration_text(when))
    stall = long_stall(run)
    if stall is not None:
        parts += words("accuracy.stall", time=duration_text(stall[0]), length=duration_text(stall[1]))
    by = view.choice("by", BY)
    count = 0 if by == "tier" else len(curves_of(run, by))
    return parts + (words("accuracy.some", shown=MOST_CURVES, count=count) if count > MOST_CURVES else "")


def accuracy_moments(run: RunData, view: View) -> list[Moment]:
    """Return when the answer was best, and when it began to stall for longest."""
    answer, stall = run.learning.answer, long_stall(run)
    if not len(answer.value):
        return []
    best = Moment(view.words("moment.best"), float(answer.time_s[int(np.argmax(answer.value))]))
    return [best, *([] if stall is None else [Moment(view.words("moment.stall"), stall[0])])]


def long_stall(run: RunData) -> tuple[float, float] | None:
    """Return the longest stall of the answer [s], where it took a tenth of the run or more."""
    since, lasts = longest_stall(run.learning.answer, run.end_s)
    return (since, lasts) if lasts > 0.1 * (run.end_s or 1) else None


def longest_stall(curve: Curve, end_s: float) -> tuple[float, float]:
    """Return from when and for how long a curve was measured, but was no better than its best before, for longest [s].

    Where each value is better than all before, nothing stalled: it lasts no time.
    """
    if not len(curve.value):
        return 0.0, 0.0
    best = np.maximum.accumulate(curve.value)
    better = np.flatnonzero(np.append(True, best[1:] > best[:-1]))
    times = np.append(curve.time_s[better], max(end_s, float(curve.time_s[-1])))
    worse = np.diff(np.append(better, len(curve.value))) > 1
    lasts = np.where(worse, np.diff(times), 0.0)
    gap = int(np.argmax(lasts))
    return (float(times[gap]), float(lasts[gap])) if worse.any() else (0.0, 0.0)


ACCURACY = Chart(
    "accuracy",
    accuracy_figure,
    accuracy_summary,
    accuracy_moments,
    suits=lambda run: run.learning.exists,
    choices={"by": BY, "x": AGAINST},
    fits=lambda run, value: value != "packet" or bool(run.learning.packets),
    follows=True,
)
