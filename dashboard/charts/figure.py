"""What all charts have in common: what they are drawn for, their axes, and how they look.

Figures are plain Plotly JSON: building `plotly.graph_objects` would cost more than all the rest. Names come from run
folders, and Plotly reads some markup in texts: `escaped` makes them plain. In ``layout.meta`` a figure tells the
browser what its horizontal axis is (``clock``), so that one cursor can stand in all charts; ``customdata`` of its
points says what a click picks, as ``node:5``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from wayfare.dashboard.run_data import RunData
from wayfare.dashboard.texts import Words
from wayfare.dashboard.theme import FONT, Palette

Figure = dict[str, Any]
DASHES = (
    "solid",
    "8px,3px",
    "2px,3px",
    "10px,3px,2px,3px",
    "5px,3px",
    "14px,4px",
    "2px,6px",
    "8px,3px,2px,3px,2px,3px",
)
MARKERS = ("circle", "diamond", "square", "triangle-up", "x", "cross", "star", "hexagon2")


@dataclass(frozen=True)
class View:
    """What a figure is drawn for: colours, language, and what was chosen to see.

    Attributes:
        picked: What is picked everywhere, as ``node:5``, ``link:8`` or ``packet:3``; empty for nothing.
    """

    palette: Palette
    words: Words
    choices: Mapping[str, str] = field(default_factory=dict)
    picked: str = ""

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return what was chosen, or the first that is allowed."""
        chosen = self.choices.get(name, allowed[0])
        return chosen if chosen in allowed else allowed[0]

    def picked_id(self, kind: str) -> int:
        """Return the id of what is picked, -1 if it is nothing of that kind."""
        what, _, number = self.picked.partition(":")
        return int(number) if what == kind and number.isdecimal() and len(number) < 18 else -1


@dataclass(frozen=True)
class Moment:
    """A moment that is worth going to.

    Attributes:
        name: What it is, in words.
        time_s: When [s].
        pick: What to pick besides, as ``link:8``; empty for nothing.
    """

    name: str
    time_s: float
    pick: str = ""


def no_moments(run: RunData, view: View) -> list[Moment]:
    """Return none: a chart of which no moment stands out."""
    return []


@dataclass(frozen=True)
class Chart:
    """A kind of chart of one run.

    Attributes:
        name: Its key in the page and in addresses; its title is the text of that key.
        draw: Makes the figure.
        describe: Says in words what the figure shows, for all, and for those who cannot see it.
        moments: Finds the moments that the description speaks of.
        suits: Whether a run has anything to show in it.
        choices: What a reader can choose, by name; the first is the default. Each has texts ``choice.<name>.<value>``.
        fits: Whether a value of a choice has anything to show of a run.
        wide: Whether it takes the whole width of the page.
        follows: Whether it marks what is picked elsewhere.
    """

    name: str
    draw: Callable[[RunData, View], Figure]
    describe: Callable[[RunData, View], str]
    moments: Callable[[RunData, View], list[Moment]] = no_moments
    suits: Callable[[RunData], bool] = lambda run: True
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fits: Callable[[RunData, str], bool] = lambda run, value: True
    wide: bool = False
    follows: bool = False

    def offered(self, run: RunData) -> dict[str, list[str]]:
        """Return the choices that make a difference for a run."""
        values = {name: [value for value in every if self.fits(run, value)] for name, every in self.choices.items()}
        return {name: fitting for name, fitting in values.items() if len(fitting) > 1}


def escaped(name: object) -> str:
    """Return a name as Plotly shows it: without markup."""
    return escape(str(name))


def layout(view: View, x_axis: Figure, y_axis: Figure, *, legend: bool = True, left_px: int = 58) -> Figure:
    """Return a figure's layout."""
    palette = view.palette
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickfont": {"color": palette.muted, "size": 12},
        "fixedrange": True,
        "automargin": True,
    }
    return {
        "font": {"family": FONT, "color": palette.ink, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": left_px, "r": 18, "t": 12, "b": 44},
        "hovermode": "closest",
        "hoverlabel": hover_label(palette),
        "dragmode": False,
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "itemclick": "toggle",
            "itemdoubleclick": "toggleothers",
            "font": {"size": 12, "color": palette.ink},
            "itemsizing": "trace",
        },
        "xaxis": axis | {"showgrid": False} | x_axis,
        "yaxis": axis | {"nticks": 6} | y_axis,
        "meta": {},
    }


def titled(text: str, view: View) -> Figure:
    """Return an axis title."""
    return {"text": text, "font": {"color": view.palette.muted, "size": 12}, "standoff": 8}


def colour_scale(colours: Sequence[str]) -> list[list[object]]:
    """Return colours as the scale of a heat map, evenly spaced."""
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def round_above(value: float, parts: int) -> float:
    """Return the least value from this one on that falls into so many parts at round values."""
    part = max(value, 1e-9) / parts
    power = 10.0 ** math.floor(math.log10(part))
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    step = next(step for step in steps if step * power >= part * (1 - 1e-9))
    return float(f"{parts * step * power:.3g}")  # no top has more digits, but a product may end in 9999


def scale_key(colours: Sequence[str], shares: Sequence[float], texts: Sequence[str], view: View) -> list[Figure]:
    """Return what puts parts of a scale into the legend, which wraps as a window narrows; a colour bar takes its width.

    Args:
        colours: Of the scale, evenly spaced.
        shares: Which parts, 0 to 1.
        texts: What each stands for.
        view: Whose colours are used for the edges.
    """
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": text,
            "marker": {
                "symbol": "square",
                "size": 12,
                "color": _mixed(colours, share),
                "line": {"width": 1, "color": view.palette.line},
            },
            "hoverinfo": "skip",
        }
        for share, text in zip(shares, texts, strict=True)
    ]


def _mixed(colours: Sequence[str], share: float) -> str:
    """Return the colour at a place of a scale, as Plotly mixes it."""
    place = share * (len(colours) - 1)
    first = min(int(place), len(colours) - 2)
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours[first : first + 2]]
    part = place - first
    return "#" + "".join(f"{round(low + part * (high - low)):02x}" for low, high in zip(*ends, strict=True))


def keyed(figure_layout: Figure, title: str, view: View) -> Figure:
    """Return a layout whose legend is the key of a scale of colours."""
    head = {"text": f"{title}  ", "side": "left", "font": {"size": 12, "color": view.palette.muted}}
    inert = {"itemclick": False, "itemdoubleclick": False, "title": head}
    return figure_layout | {"legend": figure_layout["legend"] | inert}


def in_order(figure_layout: Figure) -> Figure:
    """Return a layout whose legend has the order of the data; Plotly turns it round where areas or bars are stacked."""
    return figure_layout | {"legend": figure_layout["legend"] | {"traceorder": "normal"}}


def time_axis(run: RunData, view: View) -> Figure:
    """Return the axis of virtual time over the whole run."""
    title = titled(view.words("axis.time"), view)
    return {"range": [0, run.end_s or 1], "title": title, "hoverformat": ".4~f"}


def on_clock(figure_layout: Figure) -> Figure:
    """Mark a layout whose horizontal axis is the virtual time."""
    return figure_layout | {"meta": {"clock": "time"}}


def hover_label(palette: Palette) -> Figure:
    """Return how hover texts look."""
    font = {"family": FONT, "color": palette.ink, "size": 13}
    return {"bgcolor": palette.raised, "bordercolor": palette.line, "font": font, "align": "left", "namelength": -1}


def nothing(view: View) -> Figure:
    """Return the figure of what was not recorded: words instead of axes."""
    hidden = {"visible": False, "fixedrange": True}
    words = {
        "text": view.words("chart.nothing"),
        "showarrow": False,
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "font": {"color": view.palette.muted, "size": 14},
    }
    return {"data": [], "layout": layout(view, hidden, hidden, legend=False) | {"annotations": [words]}}
