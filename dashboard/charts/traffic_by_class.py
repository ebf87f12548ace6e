"""Traffic by class of link over virtual time, stacked; and transfers in progress, where nothing learns."""

import numpy as np

from wayfare.dashboard.learning import Curve
from wayfare.dashboard.quantity_text import bytes_text, duration_text, si_text
from wayfare.dashboard.run_data import RunData
from wayfare.dashboard.theme import hatch, stacked

from .figure import DASHES, Chart, Figure, Moment, View, escaped, in_order, layout, nothing, on_clock, time_axis, titled


def hatching(name: str, view: View) -> Figure:
    """Return how the area or bar of ``class.core`` or ``tier.edge`` is hatched: a cue besides the colour."""
    return {
        "shape": hatch(name),
        "fillmode": "overlay",
        "fgcolor": view.palette.surface,
        "fgopacity": 0.6,
        "size": 8,
        "solidity": 0.16,
    }


def traffic_figure(run: RunData, view: View) -> Figure:
    """Return the mean rate of each class in each step of time, as stacked areas [Mbit/s]."""
    starts, rates = run.traffic.rates_by_class(run.network.link_class, run.end_s)
    if not rates:
        return nothing(view)
    width = float(starts[1] - starts[0]) if len(starts) > 1 else run.traffic.bin_s
    edges = [*starts.tolist(), float(starts[-1]) + width]
    colours = dict(view.palette.link_classes)
    traces = []
    for key in stacked(f"class.{name}" for name in rates):
        name = key.removeprefix("class.")
        label = escaped(class_name(view, name))
        colour = colours.get(name, view.palette.muted)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": edges,
                "y": [*rates[name].tolist(), float(rates[name][-1])],
                "name": label,
                "stackgroup": "classes",
                "line": {"color": colour, "width": 1, "shape": "hv"},
                "fillcolor": colour + "c0",
                "fillpattern": hatching(key, view),
                "hovertemplate": f"%{{y:.3~s}} Mbit/s<extra>{label}</extra>",
            }
        )
    y_axis = {"rangemode": "tozero", "title": titled(view.words("axis.rate"), view)}
    page = in_order(on_clock(layout(view, time_axis(run, view), y_axis)))
    return {"data": traces, "layout": page | {"hovermode": "x unified"}}


def class_name(view: View, name: str) -> str:
    """Return what a class of link is called."""
    return view.words.of("class", name)


def traffic_summary(run: RunData, view: View) -> str:
    """Say how much there was, on what class most, and when the network was busiest."""
    starts, rates = run.traffic.rates_by_class(run.network.link_class, run.end_s)
    if not rates:
        return view.words("chart.nothing")
    total = np.sum(list(rates.values()), axis=0)
    peak = int(np.argmax(total))
    top = max(rates, key=lambda name: float(rates[name].sum()))
    return view.words(
        "traffic.summary",
        total=bytes_text(run.traffic.total_bytes),
        top=class_name(view, top),
        time=duration_text(float(starts[peak])),
        peak=si_text(float(total[peak]) * 1e6, "bit/s"),
    )


def traffic_moments(run: RunData, view: View) -> list[Moment]:
    """Return when the network was busiest."""
    starts, rates = run.traffic.rates_by_class(run.network.link_class, run.end_s)
    if not rates:
        return []
    return [Moment(view.words("moment.peak"), float(starts[int(np.argmax(np.sum(list(rates.values()), axis=0)))]))]


def transfers_figure(run: RunData, view: View) -> Figure:
    """Return how many transfers are in progress."""
    times, counts = run.flows.progress_curve(run.end_s)
    if not len(times):
        return nothing(view)
    curve = Curve(np.concatenate([[0.0], times, [run.end_s]]), np.concatenate([[0], counts, counts[-1:]]).astype(float))
    name = view.words("transfers.one")
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": curve.time_s.tolist(),
        "y": curve.value.tolist(),
        "name": name,
        "fill": "tozeroy",
        "line": {"color": view.palette.accent, "width": 2.2, "shape": "hv", "dash": DASHES[0]},
        "hovertemplate": f"%{{y:.0f}}<extra>{name}</extra>",
    }
    y_axis = {"rangemode": "tozero", "title": titled(view.words("axis.transfers"), view)}
    page = on_clock(layout(view, time_axis(run, view), y_axis, legend=False))
    return {"data": [trace], "layout": page | {"hovermode": "x unified"}}


def transfers_summary(run: RunData, view: View) -> str:
    """Say when most transfers were in progress."""
    times, counts = run.flows.progress_curve(run.end_s)
    if not len(times):
        return view.words("chart.nothing")
    peak = int(np.argmax(counts))
    return view.words("transfers.summary", most=int(counts[peak]), time=duration_text(float(times[peak])))


TRAFFIC = Chart("traffic", traffic_figure, traffic_summary, traffic_moments)
TRANSFERS = Chart("transfers", transfers_figure, transfers_summary, suits=lambda run: not run.learning.exists)
