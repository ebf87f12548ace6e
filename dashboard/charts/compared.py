"""Accuracy of several groups of runs in one chart: means, and the 95 % confidence interval of each mean as a band."""

from collections.abc import Sequence

import numpy as np

from wayfare.dashboard.comparison import Group, band
from wayfare.dashboard.quantity_text import accuracy_text

from .accuracy import AGAINST, PER_UNIT
from .figure import DASHES, MARKERS, Figure, View, escaped, layout, nothing, titled


def curves_figure(groups: Sequence[Group], view: View) -> Figure:
    """Return a line for each group, told apart by colour, dash and marker."""
    against = view.choice("x", AGAINST)
    traces = [trace for place, group in enumerate(groups) for trace in _group(group, place, against, view)]
    if not traces:
        return nothing(view)
    end = max(max(trace["x"]) for trace in traces)
    x_axis = {"title": titled(view.words(f"axis.{against}"), view), "range": [0, end or 1]}
    y_axis = {
        "range": [0, 1.02],
        "dtick": 0.25,
        "tickformat": ".2f",
        "title": titled(view.words("axis.accuracy"), view),
    }
    return {"data": traces, "layout": layout(view, x_axis, y_axis)}


def _group(group: Group, place: int, against: str, view: View) -> list[Figure]:
    places, mean, half = band(group, against)
    known = np.isfinite(mean)
    if not known.any():
        return []
    x, middle, wide = (column[known] for column in (places / PER_UNIT[against], mean, half))
    colour = view.palette.series[place % len(view.palette.series)]
    name = escaped(f"{group.label} ({len(group.runs)})")
    label = {"legendgroup": str(place), "hoverinfo": "skip", "showlegend": False}
    traces = []
    if np.isfinite(wide).any():
        low, high = (np.round(np.where(np.isnan(wide), middle, middle + way * wide), 5).tolist() for way in (-1, 1))
        line = {"width": 0, "color": colour, "shape": "hv"}
        edge = {"type": "scatter", "mode": "lines", "x": x.tolist(), "line": line, **label}
        name_band = view.words("compare.band", name=name)
        traces = [edge | {"y": low, "name": name_band}]
        traces.append(edge | {"y": high, "name": name_band, "fill": "tonexty", "fillcolor": colour + "38"})
    symbol = {"symbol": MARKERS[place % len(MARKERS)], "size": 9, "maxdisplayed": 9, "color": colour}
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x.tolist(),
        "y": np.round(middle, 5).tolist(),
        "name": name,
        "legendgroup": str(place),
        "line": {"color": colour, "width": 2.4, "dash": DASHES[place % len(DASHES)], "shape": "hv"},
        "marker": symbol,
        "cliponaxis": False,
        "hovertemplate": f"%{{y:.3f}}<extra>{name}</extra>",
    }
    return [*traces, line]


def curves_summary(groups: Sequence[Group], view: View) -> str:
    """Say where each group ended."""
    ends = []
    for group in groups:
        _, mean, half = band(group, "time")
        known = np.flatnonzero(np.isfinite(mean))
        if len(known):
            last, wide = float(mean[known[-1]]), float(half[known[-1]])
            ends.append(f"{group.label} {accuracy_text(last)}" + ("" if np.isnan(wide) else f" ± {wide:.3f}"))
    return view.words("curves.summary", values="; ".join(ends)) if ends else view.words("curves.none")
