"""The page that compares runs: curves over each other, and tables of what differs."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from dash import dcc, html

from .address import Address, run_path
from .chart_panel import chart_panel
from .charts.accuracy import AGAINST
from .comparison import MOST_RUNS, Comparison, Group, differing, mean_and_half_width
from .overview import Overview
from .quantity_text import NONE, accuracy_text, bytes_text, count_text, duration_text, seed_text, si_text, text
from .shell import aria, data, message_page, way_back
from .texts import Words

OUTCOMES: dict[str, Callable[[float | None], str]] = {
    "accuracy_final": accuracy_text,
    "accuracy_nodes": accuracy_text,
    "accuracy_best": accuracy_text,
    "bytes_total": bytes_text,
    "energy_j": lambda value: si_text(value, "J"),
    "virtual_s": duration_text,
    "wall_s": duration_text,
    "packets_sent": count_text,
    "packets_delivered": count_text,
    "packets_dropped": count_text,
}
MOST_KEYS = 200
MARKS = "●◆■▲✕✚★⬢"  # as the markers in the chart


def compare_page(comparison: Comparison, address: Address, words: Words) -> html.Div:
    """Return the page for the runs that the address names."""
    groups, names = comparison.groups, address.names("runs")
    if not groups and not comparison.left_out:
        return message_page(words, words("compare"), words("compare.none"))
    notes = [words("compare.left-out", name=text(name), reason=text(why, 500)) for name, why in comparison.left_out]
    if len(names) > MOST_RUNS:
        notes.append(words("compare.many", count=len(names), most=MOST_RUNS))
    if not groups:
        return _page([], [words("compare.unreadable"), *notes], words)
    chart = chart_panel("curves", words, {"x": AGAINST}, address.asked, wide=True, follows=False)
    learns = any(len(run.spent["time"].value) for group in groups for run in group.runs)
    outcome = _table("outcome", words("compare.outcome"), _outcomes(groups, words), words)
    if len(groups) > 1:
        how = html.P(words("compare.outcome.how"), className="wf-chart-note wf-table-note")
        outcome.children.insert(1, how)
    parts = [
        dcc.Store(id="run-name", data=names[:MOST_RUNS]),
        _groups(groups, words),
        html.Div([chart], className="wf-charts") if learns else html.P(words("curves.none"), className="wf-muted"),
        outcome,
        _scenarios(groups, words),
    ]
    return _page(parts, notes, words)


def _page(parts: Sequence[Any], notes: Sequence[str], words: Words) -> html.Div:
    """Return a page of parts, with what went wrong above them."""
    title = html.Div([way_back(words), html.H1(words("compare"))], className="wf-title wf-compare-title")
    return html.Div([title, *(html.Div(note, className="wf-error", role="alert") for note in notes), *parts])


def _groups(groups: Sequence[Group], words: Words) -> html.Section:
    items = [
        html.Li(
            [
                html.I(
                    MARKS[place % len(MARKS)], className=f"wf-swatch wf-swatch-{place % 8}", **aria("hidden", "true")
                ),
                html.B(text(group.label)),
                html.Span(
                    [html.A(_seed(run.overview, words), href=run_path(run.overview.name)) for run in group.runs],
                    className="wf-replications",
                ),
            ]
        )
        for place, group in enumerate(groups)
    ]
    head = html.Div([html.H2(words("compare.groups"))], className="wf-panel-head")
    how = html.P(words("compare.groups.how"), className="wf-chart-note")
    return html.Section([head, how, html.Ul(items, className="wf-groups")], className="wf-panel")


def _seed(run: Overview, words: Words) -> str:
    return text(run.name) or "?" if run.seed is None else words("run.seed", seed=seed_text(run.seed))


def _outcomes(groups: Sequence[Group], words: Words) -> list[list[Any]]:
    rows: list[list[Any]] = [[words("compare.figure"), *(text(group.label) for group in groups)]]
    rows.append([words("compare.runs"), *(str(len(group.runs)) for group in groups)])
    for name, written in OUTCOMES.items():
        figures = [
            [value for run in group.runs if (value := getattr(run.overview, name)) is not None] for group in groups
        ]
        if any(figures):
            rows.append([words(f"outcome.{name}"), *_cells(figures, written)])
    return rows


def _cells(figures: Sequence[Sequence[float]], written: Callable[[float | None], str]) -> list[Any]:
    """Return each group's mean, its interval, and how far it is from the first group's."""
    first = mean_and_half_width(figures[0])[0] if figures[0] else math.nan
    cells: list[Any] = []
    for place, values in enumerate(figures):
        if not values:
            cells.append(NONE)
            continue
        mean, half = mean_and_half_width(values)
        parts: list[Any] = [written(mean)]
        if not math.isnan(half):
            parts.append(html.Span(f" ± {written(half)}", className="wf-muted"))
        if place and first and mean != first:
            parts.append(html.Span(f" {(mean - first) / abs(first):+.1%}".replace("-", "−"), className="wf-change"))
        cells.append(html.Span(parts))
    return cells


def _scenarios(groups: Sequence[Group], words: Words) -> html.Section:
    keys = [key for key in differing([group.keys for group in groups]) if key != "name"]
    rows: list[list[Any]] = [[words("compare.key"), *(text(group.label) for group in groups)]]
    rows += [
        [html.Code(text(key)), *(_value(group.keys.get(key), words) for group in groups)] for key in keys[:MOST_KEYS]
    ]
    title = words("compare.scenario")
    if not keys:
        note = html.P(words("compare.scenario.none"), className="wf-chart-note wf-table-note")
        return html.Section(
            [html.Div([html.H2(title)], className="wf-panel-head"), note], className="wf-panel wf-tables"
        )
    panel = _table("scenario", title, rows, words)
    if len(keys) > MOST_KEYS:
        some = words("compare.scenario.some", most=MOST_KEYS, count=len(keys))
        panel.children.append(html.P(some, className="wf-chart-note wf-table-note"))
    return panel


def _value(value: str | None, words: Words) -> Any:
    return html.Span(words("compare.absent"), className="wf-muted") if value is None else html.Code(value)


def _table(name: str, title: str, rows: Sequence[Sequence[Any]], words: Words) -> html.Section:
    """Return a table whose first row and column are headings."""
    head = html.Thead(html.Tr([html.Th(cell, scope="col") for cell in rows[0]]))
    lines = [html.Tr([html.Th(row[0], scope="row"), *(html.Td(cell) for cell in row[1:])]) for row in rows[1:]]
    save = html.Button(words("compare.export"), className="wf-button wf-save-table", **data(table=name))
    table = html.Table([head, html.Tbody(lines)], id=f"table-{name}")
    return html.Section(
        [
            html.Div([html.H2(title), save], className="wf-panel-head wf-chart-head"),
            html.Div(table, className="wf-scroll", tabIndex=0, role="region", **aria("label", title)),
        ],
        className="wf-panel wf-tables",
    )
