"""What data each travelling model has seen: how often it was trained at each node, or how much of it all over time."""

import numpy as np

from wayfare.dashboard.network import Floats, Ints
from wayfare.dashboard.run_data import RunData

from .figure import (
    DASHES,
    Chart,
    Figure,
    View,
    colour_scale,
    escaped,
    keyed,
    layout,
    nothing,
    on_clock,
    scale_key,
    time_axis,
    titled,
)

SEEN = ("matrix", "time")
MOST_MODELS = 40
MOST_NODES = 200
MOST_NAMED = 12
MOST_TICKS = 12
MOST_COUNTS = 8  # up to which each has a colour of its own
RANGES = 6
MEAN_POINTS = 400


def trainings_by_node(run: RunData) -> tuple[Ints, Ints, Ints]:
    """Return the models, the nodes whose data was trained on, and how often, ``(models, nodes)``."""
    lives = run.lives
    owner = lives.trained(lives.launched)
    rows = np.flatnonzero(owner >= 0)
    models, nodes = lives.launched, np.unique(lives.trainings.node)
    at = np.searchsorted(models, owner[rows]) * len(nodes) + np.searchsorted(nodes, lives.trainings.node[rows])
    counts = np.bincount(at, minlength=len(models) * len(nodes)).reshape(len(models), len(nodes))
    return models, nodes, counts


def seen_figure(run: RunData, view: View) -> Figure:
    """Return what was chosen."""
    models, nodes, counts = trainings_by_node(run)
    if not counts.any():
        return nothing(view)
    return _matrix(run, view, models, nodes, counts) if view.choice("seen", SEEN) == "matrix" else _over_time(run, view)


def _matrix(run: RunData, view: View, models: Ints, nodes: Ints, counts: Ints) -> Figure:
    models, nodes, counts = models[:MOST_MODELS], nodes[:MOST_NODES], counts[:MOST_MODELS, :MOST_NODES]
    title, names = view.words("seen.jobs"), [escaped(run.network.names[node]) for node in nodes.tolist()]
    colours, lows = (view.palette.surface, *view.palette.accuracy[1:]), _lows(int(counts.max()))
    trace = {
        "type": "heatmap",
        "name": title,
        "x": list(range(len(nodes))),
        "y": list(range(len(models))),
        "z": (np.searchsorted(lows, counts, side="right") - 1).tolist(),
        "text": [[f"{name}: {count}" for name, count in zip(names, row, strict=True)] for row in counts.tolist()],
        "customdata": [[f"packet:{model}"] * len(nodes) for model in models.tolist()],
        "colorscale": colour_scale(colours),
        "showscale": False,
        "zmin": 0,
        "zmax": len(lows) - 1,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "#%{y}, %{text}<extra></extra>",
    }
    step = max(-(-len(nodes) // MOST_TICKS), 1)
    x_axis = {
        "tickmode": "array",
        "tickvals": list(range(0, len(nodes), step)),
        "ticktext": [name if len(name) <= 12 else name[:11] + "…" for name in names[::step]],
        "tickangle": -45,
        "title": titled(view.words("axis.node"), view),
        "zeroline": False,
    }
    y_axis = {
        "tickmode": "array",
        "tickvals": list(range(len(models))),
        "ticktext": [f"#{model}" for model in models.tolist()],
        "title": titled(view.words("axis.packet"), view),
        "showgrid": False,
        "zeroline": False,
        "autorange": "reversed",
    }
    highs = [*(low - 1 for low in lows[1:]), int(counts.max())]
    named = [str(low) if low == high else f"{low}–{high}" for low, high in zip(lows, highs, strict=True)]
    key = scale_key(colours, [place / (len(lows) - 1) for place in range(len(lows))], named, view)
    return {"data": [trace, *key], "layout": keyed(layout(view, x_axis, y_axis), title, view)}


def _lows(most: int) -> list[int]:
    """Return the least count that has each colour: each count up to a few, else none and ranges."""
    return list(range(most + 1)) if most <= MOST_COUNTS else [0, *(1 + most * part // RANGES for part in range(RANGES))]


def share_seen(run: RunData) -> dict[int, tuple[Floats, Floats]]:
    """Return for each model the times [s] and the share of the nodes with data that it has been trained at."""
    lives = run.lives
    owner, nodes = lives.trained(lives.launched), len(np.unique(lives.trainings.node))
    curves = {}
    for model in lives.launched.tolist():
        rows = np.flatnonzero(owner == model)
        _, first = np.unique(lives.trainings.node[rows], return_index=True)
        times = np.sort(lives.trainings.end_s[rows][first])
        times = times[~np.isnan(times)]
        curves[model] = (times, np.arange(1, len(times) + 1) / max(nodes, 1))
    return curves


def _over_time(run: RunData, view: View) -> Figure:
    curves, picked = share_seen(run), view.picked_id("packet")
    few = len(curves) <= MOST_NAMED
    traces = []
    for place, (model, (times, share)) in enumerate(curves.items()):
        own = few or model == picked
        line = {
            "color": view.palette.series[place % 8] if own else view.palette.muted,
            "width": 3 if model == picked else (1.8 if few else 0.8),
            "shape": "hv",
            "dash": DASHES[place % len(DASHES)] if few else "solid",
        }
        traces.append(
            _share(run, f"#{model}", times, share, line) | {"customdata": [f"packet:{model}"] * (len(times) + 2)}
        )
        traces[-1] |= {} if own else {"opacity": 0.5, "showlegend": False}
    if not few:
        grid = np.linspace(0, run.end_s, MEAN_POINTS)
        counts = [np.searchsorted(times, grid, side="right") for times, _ in curves.values()]
        nodes = max(len(np.unique(run.lives.trainings.node)), 1)
        mean = np.mean(counts, axis=0) / nodes
        line = {"color": view.palette.accent, "width": 3, "shape": "hv"}
        traces.append(_share(run, view.words("seen.mean"), grid, mean, line))
    y_axis = {"range": [0, 1.02], "tickformat": ".0%", "title": titled(view.words("axis.share"), view)}
    return {"data": traces, "layout": on_clock(layout(view, time_axis(run, view), y_axis))}


def _share(run: RunData, name: str, times: Floats, share: Floats, line: Figure) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0.0, *times.tolist(), run.end_s],
        "y": [0.0, *share.tolist(), float(share[-1]) if len(share) else 0.0],
        "name": name,
        "line": line,
        "hovertemplate": f"%{{y:.0%}}<extra>{name}</extra>",
    }


def seen_summary(run: RunData, view: View) -> str:
    """Say how many nodes' data the models have been trained on."""
    _, nodes, counts = trainings_by_node(run)
    if not counts.any():
        return view.words("chart.nothing")
    seen = (counts > 0).sum(axis=1)
    return view.words("seen.summary", mean=f"{seen.mean():.3g}", least=int(seen.min()), count=len(nodes))


SEEN_DATA = Chart(
    "seen",
    seen_figure,
    seen_summary,
    suits=lambda run: bool(run.learning.packets),
    choices={"seen": SEEN},
    follows=True,
)
