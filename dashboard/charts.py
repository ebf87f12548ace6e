"""Accuracy, traffic by class of link and transfers in progress over virtual time, with a cursor at the chosen time."""

from itertools import chain
from typing import Any

import numpy as np

from .learning import Curve
from .map_figure import Figure, hover_label
from .run_data import RunData
from .theme import FONT, Palette

CLASS_NAMES = {
    "access-up": "access, up",
    "access-down": "access, down",
    "backhaul": "backhaul",
    "core": "core",
    "d2d": "device to device",
}
MOST_PACKETS = 200


def progress_figure(run: RunData, time_s: float, palette: Palette) -> Figure:
    """Return the accuracy over time, or the transfers in progress for a run in which nothing learns."""
    return _accuracy_figure(run, time_s, palette) if run.learning.exists else _transfers_figure(run, time_s, palette)


def progress_title(run: RunData) -> str:
    """Return the heading of `progress_figure`."""
    return "Accuracy on the test set" if run.learning.exists else "Transfers in progress"


def cursor(time_s: float, palette: Palette) -> Figure:
    """Return the line that marks the chosen time [s]."""
    line = {"color": palette.ink, "width": 1.5, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": time_s, "x1": time_s, "y0": 0, "y1": 1, "line": line}


def _accuracy_figure(run: RunData, time_s: float, palette: Palette) -> Figure:
    learning = run.learning
    traces = [_faint_packets(learning.packets, palette)] if learning.packets else []
    for curve, name, colour, dash in (
        (learning.nodes, "mean over devices", palette.second, "6px,3px"),
        (learning.answer, "answer models", palette.accent, "solid"),
    ):
        if len(curve.value):
            thin = curve.thinned().held_to(run.end_s)
            line = {"color": colour, "width": 2.5, "dash": dash, "shape": "hv"}
            hover = f"%{{y:.3f}}<extra>{name}</extra>"
            traces.append(_line(thin, name, line) | {"hovertemplate": hover})
    axis = {"range": [0, 1.02], "dtick": 0.25, "tickformat": ".2f"}
    return {"data": traces, "layout": _layout(run, time_s, palette, axis)}


def _faint_packets(packets: dict[int, Curve], palette: Palette) -> Figure:
    """Draw every packet's curve as one trace with gaps: a trace each would be slow."""
    curves = [curve.thinned() for _, curve in sorted(packets.items())[:MOST_PACKETS]]
    x = list(chain.from_iterable([*curve.time_s.tolist(), None] for curve in curves))
    y = list(chain.from_iterable([*curve.value.tolist(), None] for curve in curves))
    line = {"color": palette.muted, "width": 1, "shape": "hv"}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": "each packet",
        "line": line,
        "opacity": 0.4,
        "hoverinfo": "skip",
    }


def _transfers_figure(run: RunData, time_s: float, palette: Palette) -> Figure:
    times, counts = run.journeys.progress_curve(run.end_s)
    curve = Curve(np.concatenate([[0.0], times, [run.end_s]]), np.concatenate([[0], counts, counts[-1:]]).astype(float))
    line = {"color": palette.accent, "width": 2.5, "shape": "hv"}
    trace = _line(curve, "transfers", line) | {"fill": "tozeroy", "hovertemplate": "%{y:.0f}<extra>transfers</extra>"}
    return {
        "data": [trace],
        "layout": _layout(run, time_s, palette, {"rangemode": "tozero"}, top_px=14) | {"showlegend": False},
    }


def traffic_figure(run: RunData, time_s: float, palette: Palette) -> Figure:
    """Return the traffic by class of link as stacked areas [Mbit/s per bin]."""
    starts, rates = run.traffic.rates_by_class(run.network.link_class, run.end_s)
    width = float(starts[1] - starts[0]) if len(starts) > 1 else run.traffic.bin_s
    edges = [*starts.tolist(), float(starts[-1]) + width]
    colours = dict(palette.link_classes)
    order = [*(name for name in colours if name in rates), *(name for name in rates if name not in colours)]
    traces = []
    for name in order:
        label = CLASS_NAMES.get(name, "other")
        colour = colours.get(name, palette.muted)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": edges,
                "y": [*rates[name].tolist(), float(rates[name][-1])],
                "name": label,
                "stackgroup": "classes",
                "line": {"color": colour, "width": 0, "shape": "hv"},
                "fillcolor": colour + "d9",
                "hovertemplate": f"%{{y:.3~s}} Mbit/s<extra>{label}</extra>",
            }
        )
    return {"data": traces, "layout": _layout(run, time_s, palette, {"rangemode": "tozero"})}


def _line(curve: Curve, name: str, line: Figure) -> Figure:
    x, y = curve.time_s.tolist(), curve.value.tolist()
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": line}


def _layout(run: RunData, time_s: float, palette: Palette, y_axis: dict[str, Any], top_px: int = 34) -> Figure:
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickfont": {"color": palette.muted, "size": 12},
        "fixedrange": True,
        "spikecolor": palette.muted,
        "spikethickness": 1,
    }
    return {
        "font": {"family": FONT, "color": palette.ink, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 48, "r": 16, "t": top_px, "b": 40},
        "hovermode": "x unified",
        "hoverlabel": hover_label(palette),
        "dragmode": False,
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "itemclick": False},
        "uirevision": run.overview.name,
        "xaxis": axis | {"range": [0, run.end_s or 1], "ticksuffix": " s", "showgrid": False, "hoverformat": ".3~f"},
        "yaxis": axis | {"nticks": 6} | y_axis,
        "shapes": [cursor(time_s, palette)],
    }
