"""Charts of a report as SVG: they take their colours from the page's style sheet, so they follow its theme."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from .charts.figure import round_above
from .map.density import CELLS
from .network import Floats
from .run_data import RunData
from .theme import hatch, stacked

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 210, 46, 10, 24
MOST_POINTS = CELLS
HATCHES = {"": "", "/": "M0 8L8 0", "\\": "M0 0L8 8", "x": "M0 8L8 0M0 0L8 8", ".": "M3 4a1 1 0 1 0 2 0a1 1 0 1 0-2 0"}
CLASS_NAMES = {
    "access-up": ("access, up", "接入上行"),
    "access-down": ("access, down", "接入下行"),
    "backhaul": ("backhaul", "回传"),
    "core": ("core", "核心"),
    "d2d": ("device to device", "设备直连"),
}


@dataclass(frozen=True)
class Series:
    """One line or area.

    Attributes:
        name: In English and in Chinese.
        colour: A variable of the style sheet.
        x: Times [s], rising.
        y: Values.
        dash: Of the line, as SVG writes it; solid without.
        hatch: Of the area, one of ``HATCHES``.
    """

    name: tuple[str, str]
    colour: str
    x: Floats
    y: Floats
    dash: str = ""
    hatch: str = ""


def both(english: str, chinese: str) -> str:
    """Return markup of which the style sheet shows the language of the page."""
    return f'<span lang="en">{escape(english)}</span><span lang="zh">{escape(chinese)}</span>'


def hatches() -> str:
    """Return the patterns that all charts of a page use; outside of what is hidden, or nothing would be drawn."""
    patterns = "".join(
        f'<pattern id="wr-hatch-{place}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="{path}"/></pattern>'
        for place, path in enumerate(HATCHES.values())
    )
    return f'<svg class="wr-hatches" aria-hidden="true">{patterns}</svg>'


def charts(run: RunData) -> str:
    """Return the charts that a run has something for."""
    made = []
    learning = run.learning
    curves = [
        Series(name, colour, curve.time_s, curve.value, dash)
        for name, colour, curve, dash in (
            (("mean over devices", "设备平均"), "second", learning.nodes.held_to(run.end_s), "6 3"),
            (("answer models", "答案模型"), "accent", learning.answer.held_to(run.end_s), ""),
        )
        if len(curve.value)
    ]
    if curves:
        made.append(_chart(("Accuracy on the test set", "测试集准确率"), curves, run.end_s, top=1.0))
    starts, rates = run.traffic.rates_by_class(run.network.link_class, run.end_s)
    classes = [
        Series(CLASS_NAMES.get(name, (name, name)), _class_colour(name), starts, rates[name], hatch=hatch(key))
        for key in stacked(f"class.{name}" for name in rates)
        for name in (key.removeprefix("class."),)
    ]
    if classes:
        made.append(
            _chart(("Traffic by class of link, Mbit/s, stacked", "各类链路流量（Mbit/s，堆叠）"), classes, run.end_s)
        )
    return "".join(made)


def _class_colour(name: str) -> str:
    return f"class-{name}" if name in CLASS_NAMES else "muted"


def _chart(title: tuple[str, str], series: Sequence[Series], end_s: float, top: float | None = None) -> str:
    """Return lines where the top of the scale is given, and areas on each other where it follows from them."""
    areas = top is None
    thinned = [_thinned(one) for one in series]
    high = top if top is not None else round_above(float(np.sum([one.y for one in thinned], axis=0).max()), 4)
    parts, base = [], np.zeros(len(thinned[0].x)) if areas else np.zeros(0)
    for one in thinned:
        if areas:
            parts.append(_area(one, base, base + one.y, end_s, high))
            base = base + one.y
        else:
            dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
            path = _path(one.x, one.y, end_s, high)
            parts.append(f'<path d="{path}" fill="none" stroke="var(--wf-{one.colour})" stroke-width="2.2"{dash}/>')
    legend = "".join(f'<span class="wr-key">{_sample(one, area=areas)}{both(*one.name)}</span>' for one in series)
    return (
        f'<figure class="wr-chart" data-end="{end_s!r}"><figcaption><b>{both(*title)}</b>{legend}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title[0])}">'
        f"{_axes(end_s, high)}{''.join(parts)}"
        f'<line class="wr-cursor" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/></svg></figure>'
    )


def _thinned(series: Series) -> Series:
    step = -(-len(series.x) // MOST_POINTS)
    if step <= 1:
        return series
    keep = np.unique(np.append(np.arange(0, len(series.x), step), len(series.x) - 1))
    return replace(series, x=series.x[keep], y=series.y[keep])


def _x(time_s: Floats, end_s: float) -> Floats:
    return LEFT + np.clip(time_s / (end_s or 1), 0, 1) * (WIDTH - LEFT - 8)


def _y(value: Floats, high: float) -> Floats:
    return HEIGHT - BOTTOM - np.clip(value / high, 0, 1) * (HEIGHT - TOP - BOTTOM)


def _path(x: Floats, y: Floats, end_s: float, high: float) -> str:
    points = list(zip(_x(x, end_s).tolist(), _y(y, high).tolist(), strict=True))
    steps = "".join(f"H{px:.1f}V{py:.1f}" for px, py in points[1:])
    return f"M{points[0][0]:.1f} {points[0][1]:.1f}{steps}"


def _area(series: Series, low: Floats, high_line: Floats, end_s: float, high: float) -> str:
    """Return an area of steps: each value holds until the next time."""
    edges = _x(np.append(series.x, end_s), end_s)
    corners = np.repeat(edges, 2)[1:-1]
    upper, lower = (np.repeat(_y(line, high), 2) for line in (high_line, low))
    points = [*zip(corners, upper, strict=True), *zip(corners[::-1], lower[::-1], strict=True)]
    return _hatched(f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}"', series)


def _hatched(shape: str, series: Series) -> str:
    """Return a shape, whose element ``shape`` begins, in the colour and the hatching of a series."""
    colour = f'{shape} fill="var(--wf-{escape(series.colour)})" fill-opacity="0.85"/>'
    return f'{colour}{shape} fill="url(#wr-hatch-{list(HATCHES).index(series.hatch)})"/>'


def _sample(series: Series, *, area: bool) -> str:
    """Return what a line or an area looks like, for the legend."""
    if area:
        sample = _hatched('<rect width="22" height="12"', series)
        return f'<svg width="22" height="12">{sample}</svg>'
    dash = f' stroke-dasharray="{series.dash}"' if series.dash else ""
    line = f'<path d="M0 6H26" stroke="var(--wf-{escape(series.colour)})" stroke-width="2.2"{dash}/>'
    return f'<svg width="26" height="12">{line}</svg>'


def _axes(end_s: float, high: float) -> str:
    lines = []
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        y, x = HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), LEFT + part * (WIDTH - LEFT - 8)
        anchor = "end" if part == 1 else "middle"
        value, time = f"{part * high:.4g}", f"{part * end_s:.3g}"
        lines.append(f'<line class="wr-grid" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
        lines.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{time} s</text>')
    return "".join(lines)
