"""A chart in its frame: title, choices, what it shows in words, and buttons to save it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from .charts import Moment
from .quantity_text import duration_text
from .shell import aria, data
from .texts import Words

GRAPH: Any = {"displayModeBar": False, "responsive": True, "displaylogo": False}
SAVED_AS = ("png", "svg", "csv")


def chart_panel(
    name: str,
    words: Words,
    offered: Mapping[str, Sequence[str]],
    asked: Mapping[str, str],
    *,
    wide: bool,
    follows: bool,
) -> html.Section:
    """Return the panel of a chart; it is drawn when it comes into sight.

    Args:
        name: The chart's name; its title is the text of that key.
        words: The texts.
        offered: What can be chosen, by name of the choice.
        asked: What the address says; a choice has the key ``<chart>.<choice>``.
        wide: Whether it takes the whole width.
        follows: Whether it marks what is picked elsewhere.
    """
    title, ids = words(name), {"title": f"{name}-title", "note": f"{name}-note"}
    choices = [_choice(name, choice, values, words, asked) for choice, values in offered.items()]
    head = html.Div(
        [html.H2(title, id=ids["title"]), *choices, _saving(title, words)], className="wf-panel-head wf-chart-head"
    )
    note = html.P(
        words("chart.waiting"), id={"type": "note", "chart": name}, className="wf-chart-note", **aria("live", "polite")
    )
    graph = dcc.Graph(id={"type": "figure", "chart": name}, config=GRAPH, responsive=True)
    frame = html.Div(
        [graph, html.I(className="wf-cursor")],
        className="wf-chart",
        tabIndex=0,
        role="figure",
        title=words("chart.click"),
        **aria("labelledby", ids["title"]),
        **aria("describedby", ids["note"]),
    )
    stores = [dcc.Store(id={"type": "shown", "chart": name})]
    if follows:
        stores.append(dcc.Store(id={"type": "picked", "chart": name, "of": "all"}))
    return html.Section(
        [head, html.Div(note, id=ids["note"]), frame, *stores],
        id=f"chart-{name}",
        className=f"wf-panel wf-chart-panel{' wf-wide' if wide else ''}",
        **data(chart=name, follows="yes" if follows else ""),
        **data(**{f"first_{choice}": values[0] for choice, values in offered.items()}),
    )


def described(said: str, moments: Sequence[Moment], words: Words) -> list[Any]:
    """Return what a chart shows in words, and a button for each moment that one may want to go to."""
    buttons = [
        html.Button(
            f"▸ {moment.name}, {duration_text(moment.time_s)}",
            className="wf-moment",
            title=words("moment.go"),
            **data(moment=repr(moment.time_s), pick=moment.pick),
        )
        for moment in moments
    ]
    return [f"{said} ", *buttons]


def _choice(chart: str, choice: str, values: Sequence[str], words: Words, asked: Mapping[str, str]) -> Any:
    chosen = asked.get(f"{chart}.{choice}", values[0])
    label = words("choice.against") if choice == "x" else words("choice.show")
    return dmc.SegmentedControl(
        id={"type": "choice", "chart": chart, "name": choice},
        data=[{"value": value, "label": words(f"choice.{choice}.{value}")} for value in values],
        value=chosen if chosen in values else values[0],
        size="xs",
        className="wf-choice",
        **aria("label", label),
    )


def _saving(title: str, words: Words) -> html.Details:
    buttons = [html.Button(form.upper(), className="wf-save", **data(save=form)) for form in SAVED_AS]
    label = words("chart.export", title=title)
    return html.Details(
        [html.Summary(words("chart.save"), className="wf-button", **aria("label", label)), html.Div(buttons)],
        className="wf-drop wf-saving",
    )
