"""What all charts have in common: what they are drawn for, their axes, and how they look.

Figures are plain Plotly JSON: building `plotly.graph_objects` would cost more than all the rest. Names come from run
folders, and Plotly reads some markup in texts: `escaped` makes them plain. In ``layout.meta`` a figure tells the
browser what its horizontal axis is (``clock``), so that one cursor can stand in all charts; ``customdata`` of its
points says what a click picks, as ``node:5``.
"""

from collections.abc import Callable, Mapping
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
class Chart:
    """A kind of chart of one run.

    Attributes:
        name: Its key in the page and in addresses; its title is the text of that key.
        draw: Makes the figure.
        describe: Says in words what the figure shows, for all, and for those who cannot see it.
        suits: Whether a run has anything to show in it.
        choices: What a reader can choose, by name; the first is the default. Each has texts ``choice.<name>.<value>``.
        fits: Whether a value of a choice has anything to show of a run.
        wide: Whether it takes the whole width of the page.
        follows: Whether it marks what is picked elsewhere.
    """

    name: str
    draw: Callable[[RunData, View], Figure]
    describe: Callable[[RunData, View], str]
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
