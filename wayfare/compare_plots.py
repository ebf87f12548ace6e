"""Plots of a comparison: curves over time, figures over a swept field, bars, and the Pareto front.

They are Plotly figures: HTML files that need nothing else, and through the optional extra `wayfare[figures]` (Kaleido,
which draws with a Chrome or Chromium that is installed) PNG, SVG and PDF.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from wayfare.scenarios.compared_runs import ComparedRun, Group
    from wayfare.scenarios.comparison import Comparison

# Okabe and Ito 2008: eight colours that people with any sight of colours tell apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
_IMAGES = (".png", ".svg", ".pdf")


def write_plot(comparison: "Comparison", path: Path, kind: str | None) -> None:
    """Draw a comparison into a file, whose suffix says the format.

    Raises:
        typer.BadParameter: There is no such format, nothing to draw, or what draws images is missing.
        OSError: The file cannot be written.
    """
    from .output_file import write_output

    suffix = path.suffix.lower()
    if suffix not in (".html", *_IMAGES):
        raise typer.BadParameter(f"--plot {path}: the file must end in .html, .png, .svg or .pdf")
    figure = plot(comparison, kind)
    if suffix == ".html":
        write_output("compare", path, figure.to_html(include_plotlyjs=True, full_html=True))
    else:
        write_output("compare", path, _image(figure, path, suffix[1:]))


def plot(comparison: "Comparison", kind: str | None = None) -> "Figure":
    """Return the Plotly figure of a comparison.

    Args:
        comparison: What is drawn.
        kind: `curve`, `field`, `bars` or `pareto`; by default `field` where a number is swept, else `curve`.

    Raises:
        typer.BadParameter: There is nothing of that kind to draw.
    """
    if kind is None:
        learns = any(run.learns for group in comparison.groups for run in group.runs.values())
        kind = "field" if _field(comparison.groups) is not None else "curve" if learns else "bars"
    kinds: Mapping[str, Callable[[Comparison], Figure]] = {
        "curve": _curves,
        "field": _over_field,
        "bars": _bars,
        "pareto": _pareto,
    }
    figure = kinds[kind](comparison)
    legend = {"orientation": "h", "yanchor": "top", "y": -0.2, "title": ""}
    height = 440 + 12 * len(figure.data)
    figure.update_layout(template="simple_white", font_size=14, width=800, height=height, legend=legend, margin_t=30)
    return figure


def _curves(comparison: "Comparison") -> "Figure":
    """Draw the mean accuracy of each group over virtual time, in the band of its interval."""
    from plotly.graph_objects import Figure, Scatter

    from wayfare.scenarios.statistics import t_interval

    figure = Figure()
    for number, group in enumerate(comparison.groups):
        curves = [curve for run in group.runs.values() if len((curve := _accuracy(run))[0])]
        if not curves:
            continue
        begin, end = max(time[0] for time, _ in curves), min(time[-1] for time, _ in curves)
        looks = np.unique(np.concatenate([time for time, _ in curves]))
        times = looks[(looks >= begin) & (looks <= end)]
        values = np.array([_held(time, value, times) for time, value in curves])
        ends = [t_interval(column, comparison.confidence) for column in values.T]
        colour = _COLOURS[number % len(_COLOURS)]
        if len(curves) > 1:
            around = [*(end.high for end in ends), *(end.low for end in reversed(ends))]
            band = Scatter(
                x=[*times, *times[::-1]], y=around, mode="lines", line_width=0, fill="toself", fillcolor=_faint(colour)
            )
            band.update(hoverinfo="skip", showlegend=False, legendgroup=group.label)
            figure.add_trace(band)
        mean = [end.mean for end in ends]
        figure.add_trace(
            Scatter(x=times, y=mean, mode="lines", line_color=colour, name=group.label, legendgroup=group.label)
        )
    if not figure.data:
        raise typer.BadParameter("nothing to draw: no run has a curve of accuracy over time")
    figure.update_xaxes(title="virtual time [s]")
    figure.update_yaxes(title="accuracy")
    return figure


def _over_field(comparison: "Comparison") -> "Figure":
    """Draw the first measure over the first field of numbers that is swept: a line for each method and other values."""
    from plotly.graph_objects import Figure, Scatter

    from wayfare.scenarios.point_labels import PointLabels

    key = _field(comparison.groups)
    if key is None:
        raise typer.BadParameter("nothing to draw: no field with several numbers is swept; try --kind bars")
    labels = PointLabels(group.values for group in comparison.groups)
    lines: dict[str, list[Group]] = {}
    for group in comparison.groups:
        others = {name: value for name, value in group.values.items() if name != key}
        lines.setdefault(", ".join(filter(None, [group.method or "", labels.of(others)])), []).append(group)
    if all(len(groups) == 1 for groups in lines.values()):  # as of random samples, where no two points share a value
        lines = {}
        for group in comparison.groups:
            lines.setdefault(group.method or "", []).append(group)
    figure, measure = Figure(), comparison.measures[0]
    for line, (name, groups) in enumerate(lines.items()):
        ordered = sorted(groups, key=lambda group: _as_number(group.values[key]) or 0.0)
        intervals = [comparison.cells[group.label, measure.text].interval for group in ordered]
        drawn = [(group, end) for group, end in zip(ordered, intervals, strict=True) if end is not None]
        figure.add_trace(
            Scatter(
                x=[_as_number(group.values[key]) for group, _ in drawn],
                y=[end.mean for _, end in drawn],
                error_y=_errors([end for _, end in drawn]),
                mode="lines+markers",
                line_color=_COLOURS[line % len(_COLOURS)],
                name=name or comparison.groups[0].label,
            )
        )
    places = [number for group in comparison.groups if (number := _as_number(group.values.get(key))) is not None]
    wide = min(places) > 0 and max(places) / min(places) >= 50
    figure.update_xaxes(title=f"{key}{_unit(comparison.groups, key)}", type="log" if wide else "linear")
    figure.update_yaxes(title=_title(measure.text, measure.unit))
    return figure


def _bars(comparison: "Comparison") -> "Figure":
    """Draw the first measure of each group."""
    from plotly.graph_objects import Bar, Figure

    measure = comparison.measures[0]
    cells = [(group.label, comparison.cells[group.label, measure.text].interval) for group in comparison.groups]
    drawn = [(label, end) for label, end in cells if end is not None]
    figure = Figure(
        Bar(
            x=[label for label, _ in drawn],
            y=[end.mean for _, end in drawn],
            error_y=_errors([end for _, end in drawn]),
            marker_color=_COLOURS[0],
        )
    )
    figure.update_yaxes(title=_title(measure.text, measure.unit))
    return figure


def _pareto(comparison: "Comparison") -> "Figure":
    """Draw accuracy over bytes, larger where more energy was used, with the groups on the front marked."""
    from plotly.graph_objects import Figure, Scatter

    from wayfare.scenarios.comparison import Measure

    if not comparison.front:
        raise typer.BadParameter("nothing to draw: not all groups have an accuracy")
    of = [Measure.of(text) for text in ("bytes.total", "accuracy.final", "energy.total")]
    figure = Figure()
    for number, group in enumerate(comparison.groups):
        means = [float(np.mean(list(values.values()))) if (values := one.by_seed(group)) else math.nan for one in of]
        on = comparison.front[group.label]
        figure.add_trace(
            Scatter(
                x=[means[0]],
                y=[means[1]],
                mode="markers",
                name=group.label + (" (on the front)" if on else ""),
                marker={"size": 14, "symbol": "circle" if on else "circle-open", "color": _COLOURS[number % 8]},
                hovertemplate=f"%{{x:.4s}}B, %{{y:.4f}}, {means[2]:.4g} J<extra>{group.label}</extra>",
            )
        )
    figure.update_xaxes(title="bytes on links [B]")
    figure.update_yaxes(title="accuracy at the end")
    return figure


def _image(figure: "Figure", path: Path, form: str) -> bytes:
    from importlib.util import find_spec

    if find_spec("kaleido") is None:
        message = f"--plot {path}: images need Kaleido: pip install 'wayfare[figures]'; an .html needs nothing"
        raise typer.BadParameter(message)
    try:
        return bytes(figure.to_image(format=form, scale=2))
    except Exception as error:  # whatever Kaleido and its browser have
        reason = " ".join(str(error).split())[:200]
        raise typer.BadParameter(
            f"--plot {path}: Kaleido cannot draw it: {reason}. It needs Chrome or Chromium, on the path or in "
            "BROWSER_PATH; an .html needs neither"
        ) from None


def _accuracy(run: "ComparedRun") -> tuple[Any, Any]:
    """Return the times [s] and values of a run's accuracy."""
    rows = run.record.table("metrics", ["time_ns", "name", "node", "packet", "value"])
    time_ns, name, node, packet, value = (np.asarray(rows[column]) for column in rows.column_names)
    whole = (name == "accuracy") & (node < 0) & (packet < 0)
    return time_ns[whole] / 1e9, value[whole]


def _held(time: Any, value: Any, at: Any) -> Any:
    """Return what a curve had last been measured at."""
    return value[np.maximum(np.searchsorted(time, at, side="right") - 1, 0)]


def _field(groups: "Sequence[Group]") -> str | None:
    """Return the first key that groups have several numbers of."""
    keys = dict.fromkeys(key for group in groups for key in group.values)
    for key in keys:
        numbers = [_as_number(group.values.get(key)) for group in groups]
        if None not in numbers and len(set(numbers)) > 1:
            return key
    return None


def _as_number(value: Any) -> float | None:
    """Return a number, or a quantity in SI."""
    from wayfare.scenarios.distributions import Bound

    try:
        return Bound.of(value).value
    except ValueError:
        return None


def _unit(groups: "Sequence[Group]", key: str) -> str:
    from wayfare.scenarios.distributions import Bound
    from wayfare.scenarios.quantities import KINDS

    kinds = {Bound.of(group.values[key]).kind for group in groups}
    return "".join(f" [{KINDS[kind].si_unit}]" for kind in kinds if kind)


def _title(text: str, unit: str) -> str:
    return f"{text} [{unit}]" if unit else text


def _errors(ends: Sequence[Any]) -> dict[str, Any] | None:
    if any(math.isnan(end.low) for end in ends):
        return None
    above, below = [end.high - end.mean for end in ends], [end.mean - end.low for end in ends]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below}


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
