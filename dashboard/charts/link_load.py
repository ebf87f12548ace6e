"""Utilisation or queue of the busiest links over virtual time, as a heat map: the row at the top is the bottleneck."""

import math

import numpy as np

from wayfare.dashboard.network import Floats, Ints
from wayfare.dashboard.quantity_text import duration_text
from wayfare.dashboard.run_data import RunData

from .figure import (
    Chart,
    Figure,
    Moment,
    View,
    colour_scale,
    escaped,
    keyed,
    layout,
    nothing,
    on_clock,
    round_above,
    scale_key,
    time_axis,
)

OF = ("utilisation", "queue")
MOST_ROWS = 24
MOST_STEPS = 360
KEY_STEPS = 5


def links_figure(run: RunData, view: View) -> Figure:
    """Return the heat map, the busiest links at the top; what is picked is bold, and has a row in any case."""
    of = view.choice("of", OF)
    order, column = _busiest(run, of)
    if not len(order):
        return nothing(view)
    picked = view.picked_id("link")
    links = np.append(order[:MOST_ROWS], _besides(order, picked, run))[::-1]
    edges, load = run.traffic.grid(column, links, run.end_s, MOST_STEPS)
    names = [link_name(run, int(link)) for link in links]
    title, colours = view.words(f"links.{of}"), (view.palette.surface, *view.palette.load[1:])
    top = round_above(float(load.max()) or 1.0, KEY_STEPS)
    shown = "%{z:.3~p}" if of == "utilisation" else view.words("links.transfers", value="%{z:.3~r}")
    trace = {
        "type": "heatmap",
        "name": title,
        "x": edges.tolist(),
        "y": list(range(len(links))),
        "z": np.round(load, 4 - math.floor(math.log10(top))).tolist(),
        "text": [[name] * (len(edges) - 1) for name in names],
        "customdata": [[f"link:{link}"] * (len(edges) - 1) for link in links.tolist()],
        "zmin": 0,
        "zmax": top,
        "colorscale": colour_scale(colours),
        "showscale": False,
        "hovertemplate": f"%{{text}}<br>%{{x:.3~f}} s: {shown}<extra></extra>",
    }
    y_axis = {
        "tickmode": "array",
        "tickvals": list(range(len(links))),
        "ticktext": [f"<b>{name}</b>" if link == picked else name for name, link in zip(names, links, strict=True)],
        "tickfont": {"color": view.palette.muted, "size": 11},
        "showgrid": False,
        "zeroline": False,
        "range": [-0.5, len(links) - 0.5],
    }
    shares = [place / KEY_STEPS for place in range(KEY_STEPS + 1)]
    values = [f"{100 * top * share:.3g}%" if of == "utilisation" else f"{top * share:.3g}" for share in shares]
    page = on_clock(layout(view, time_axis(run, view), y_axis, left_px=90))
    key = scale_key(colours, shares, values, view)
    return {"data": [trace, *key], "layout": keyed(page, title, view)}


def link_name(run: RunData, link: int) -> str:
    """Return a directed link as its two ends, short enough for a row."""
    ends = [run.network.names[int(end[link])] for end in (run.network.source, run.network.target)]
    return escaped(" → ".join(name if len(name) <= 14 else name[:13] + "…" for name in ends))


def _busiest(run: RunData, of: str) -> tuple[Ints, Floats]:
    """Return the links that did something, the busiest over the whole run first, and the column that says so."""
    traffic = run.traffic
    column = traffic.utilisation if of == "utilisation" else traffic.queue
    count = len(run.network.source)
    total = np.bincount(traffic.link, column, minlength=count)
    carried = np.bincount(traffic.link, traffic.bytes, minlength=count)
    order = np.argsort(-total, kind="stable")
    return order[(total[order] > 0) & (carried[order] > 0)], column


def _besides(order: Ints, picked: int, run: RunData) -> Ints:
    """Return the picked link if it is not among the busiest: the others keep their rows, and its own is the last."""
    fresh = 0 <= picked < len(run.network.source) and picked not in order[:MOST_ROWS]
    return np.array([picked] if fresh else [], dtype=np.int64)


def links_summary(run: RunData, view: View) -> str:
    """Name the bottleneck, and say when its load was highest."""
    of = view.choice("of", OF)
    order, column = _busiest(run, of)
    if not len(order):
        return view.words("links.quiet")
    edges, load = run.traffic.grid(column, order[:1], run.end_s, MOST_STEPS)
    mean = float(load.mean())
    besides = _besides(order, view.picked_id("link"), run).tolist()
    more = "".join(view.words("links.besides", link=_ends(run, link)) for link in besides)
    told = view.words(
        "links.summary",
        link=_ends(run, int(order[0])),
        value=f"{100 * mean:.3g}%" if of == "utilisation" else view.words("links.transfers", value=f"{mean:.3g}"),
        time=duration_text(float(edges[int(np.argmax(load[0]))])),
        shown=min(MOST_ROWS, len(order)),
        count=len(order),
    )
    return told + more


def _ends(run: RunData, link: int) -> str:
    """Return a directed link as the full names of its two ends."""
    return " → ".join(run.network.names[int(end[link])] for end in (run.network.source, run.network.target))


def links_moments(run: RunData, view: View) -> list[Moment]:
    """Return when the load of the bottleneck was highest, which is picked with it."""
    order, column = _busiest(run, view.choice("of", OF))
    if not len(order):
        return []
    edges, load = run.traffic.grid(column, order[:1], run.end_s, MOST_STEPS)
    return [Moment(view.words("moment.link"), float(edges[int(np.argmax(load[0]))]), f"link:{order[0]}")]


LINKS = Chart("links", links_figure, links_summary, links_moments, choices={"of": OF}, wide=True, follows=True)
