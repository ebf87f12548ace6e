"""The page with all runs: a table that sorts, filters, shows what one wants, follows the folder, and compares."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html

from .address import COMPARE, Address, run_path
from .overview import Overview
from .quantity_text import NONE, accuracy_text, bytes_text, duration_text, si_text, text
from .shell import aria, data
from .texts import TEXTS, Words

POLL_MS = 800
ROW_PX = 58
HEADER_PX = 44
THEME = (
    "themeQuartz.withParams({"
    "backgroundColor: 'var(--wf-surface)', foregroundColor: 'var(--wf-ink)', headerTextColor: 'var(--wf-muted)', "
    "headerBackgroundColor: 'var(--wf-surface)', borderColor: 'var(--wf-line)', rowHoverColor: 'var(--wf-raised)', "
    "selectedRowBackgroundColor: 'var(--wf-raised)', accentColor: 'var(--wf-accent)', "
    "menuBackgroundColor: 'var(--wf-surface)', browserColorScheme: 'inherit', "
    "inputBackgroundColor: 'var(--wf-surface)', fontFamily: 'inherit', headerFontWeight: 500, fontSize: 14, "
    "cellHorizontalPadding: 14, wrapperBorder: false, columnBorder: false, oddRowBackgroundColor: 'var(--wf-surface)'})"
)
WITH_UNITS = ("bytes", "virtual", "wall", "energy")
# Numbers, with the least width of their columns [px].
NUMBERS = {"accuracy": 116, "nodes": 126, "bytes": 104, "virtual": 130, "wall": 116, "energy": 104, "seed": 86}
COLUMNS = ("status", "method", *NUMBERS, "started")
HIDDEN_AT_FIRST = ("nodes", "seed")


def run_row(run: Overview, now: datetime) -> dict[str, Any]:
    """Return a run as a row: values to sort and filter by, and under ``text`` what the cells show."""
    status = run.status_at(now)
    wrong = run.error if status in ("failed", "damaged") else None
    note = wrong or " · ".join(part for part in (run.point, run.name) if part)
    return {
        "href": run_path(run.name),
        "scenario": run.scenario or text(run.name),
        "note": text(note),
        "method": run.method,
        "status": status,
        "unmet": sum(not one.passed for one in run.expectations),
        "progress": run.progress,
        "accuracy": run.accuracy_final,
        "nodes": run.accuracy_nodes,
        "bytes": run.bytes_total,
        "virtual": run.virtual_s,
        "energy": run.energy_j,
        "wall": run.wall_s,
        "seed": run.seed,
        "started": run.started.timestamp() if run.started else None,
        "text": {
            "accuracy": accuracy_text(run.accuracy_final),
            "nodes": accuracy_text(run.accuracy_nodes),
            "bytes": bytes_text(run.bytes_total),
            "virtual": duration_text(run.virtual_s),
            "energy": si_text(run.energy_j, "J"),
            "wall": duration_text(run.wall_s),
            "seed": NONE if run.seed is None else str(run.seed),
            "started": run.started.astimezone().strftime("%Y-%m-%d %H:%M") if run.started else NONE,
        },
    }


def in_words(rows: Sequence[dict[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Return rows as a language says them: status and method, so that filters find what is seen, and what failed."""
    return [
        row
        | {
            "state": row["status"],
            "status": words(row["status"]),
            "unmet": words("run.unmet", count=row["unmet"]) if row["unmet"] else None,
            "method": row["method"] or (words("network") if row["status"] != "damaged" else None),
        }
        for row in rows
    ]


def runs_page(
    folder: Path, version: str, rows: list[dict[str, Any]], words: Words, address: Address, *, allow_runs: bool
) -> html.Div:
    """Return the page, as its address says: words to search, filters, order and columns."""
    hidden = _hidden(address)
    search = dmc.TextInput(
        id="runs-search",
        placeholder=words("runs.search"),
        value=address.asked.get("q", ""),
        size="sm",
        className="wf-search",
        **aria("label", words("runs.search")),
    )
    compare = html.A(
        words("runs.compare"),
        id="runs-compare",
        className="wf-button wf-off",
        title=words("runs.compare.how"),
        **data(base=COMPARE, none=words("runs.compare"), some=words("runs.compare.some", count="N")),
        **aria("disabled", "true"),
    )
    count = html.Span(runs_count(rows, words), id="runs-count", className="wf-muted", **aria("live", "polite"))
    head = html.Div(
        [html.H1(words("runs")), count, search, _column_choice(words, hidden), compare], className="wf-page-head"
    )
    about = html.P(words("runs.table"), className="wf-hidden", id="runs-about")
    table = html.Div(
        _grid(rows, words, address, hidden), id="runs-panel", className="wf-panel wf-table", style=panel_style(rows)
    )
    empty = html.Div(_empty(folder, words), id="runs-empty", className="wf-empty", style=empty_style(rows))
    interval = dcc.Interval(id="runs-poll", interval=POLL_MS)
    return html.Div([interval, dcc.Store(id="runs-version", data=version), head, about, table, empty])


def runs_count(rows: Sequence[dict[str, Any]], words: Words) -> str:
    """Say how many runs there are, and how many of them run."""
    running = sum(row["status"] == "running" for row in rows)
    count = words("runs.one") if len(rows) == 1 else words("runs.count", count=len(rows))
    return words("runs.running", count=count, running=running) if running else count


def panel_style(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the table's height: that of its rows, and never more than the window's."""
    if not rows:
        return {"display": "none"}
    return {"height": f"max(320px, min(calc(100dvh - 172px), {HEADER_PX + ROW_PX * len(rows) + 18}px))"}


def empty_style(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Hide the words for an empty folder where there are runs."""
    return {"display": "none"} if rows else {}


def _hidden(address: Address) -> list[str]:
    asked = address.asked.get("hide")
    return list(HIDDEN_AT_FIRST) if asked is None else [name for name in asked.split(",") if name in COLUMNS]


def _column_choice(words: Words, hidden: list[str]) -> html.Details:
    choice = dmc.CheckboxGroup(
        id="runs-columns",
        value=[name for name in COLUMNS if name not in hidden],
        children=[dmc.Checkbox(label=words(f"column.{name}"), value=name, size="xs") for name in COLUMNS],
    )
    listed = html.Div(choice, className="wf-column-list")
    return html.Details([html.Summary(words("runs.columns"), className="wf-button"), listed], className="wf-drop")


def _empty(folder: Path, words: Words) -> list[Any]:
    command = f"wayfare run scenarios/first-walk.scenario.yaml --out {folder}"
    return [
        html.H2(words("runs.none")),
        html.P(words("runs.none.watch", folder=text(str(folder)))),
        html.Pre(text(command, 500)),
    ]


def _grid(rows: list[dict[str, Any]], words: Words, address: Address, hidden: list[str]) -> dag.AgGrid:
    return dag.AgGrid(
        id="runs-grid",
        rowData=in_words(rows, words),
        columnDefs=_columns(words, address, hidden),
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": False},
        getRowId="params.data.href",
        filterModel=_filters(address),
        selectedRows={"ids": [run_path(name) for name in address.names("pick")]},
        eventListeners={"rowClicked": ["openRun(params)"], "cellKeyDown": ["openRunByKey(params)"]},
        dashGridOptions={
            "theme": {"function": THEME},
            "rowHeight": ROW_PX,
            "headerHeight": HEADER_PX,
            "suppressCellFocus": False,
            "animateRows": False,
            "enableCellTextSelection": True,
            "tooltipShowDelay": 300,
            "rowSelection": {"mode": "multiRow", "enableClickSelection": False},
            "quickFilterText": address.asked.get("q", ""),
            "localeText": grid_texts(words),
        },
        style={"height": "100%", "width": "100%"},
    )


def grid_texts(words: Words) -> dict[str, str]:
    """Return the texts of the grid's own filters and menus, by the grid's keys."""
    return {key.removeprefix("grid."): words(key) for key in TEXTS if key.startswith("grid.")}


def _filters(address: Address) -> dict[str, Any]:
    """Return the grid's filters that the address carries; the grid leaves out what it does not understand."""
    try:
        filters = json.loads(address.asked.get("filter", "{}"))
    except ValueError:
        return {}
    known = {"scenario", *COLUMNS}
    valid = isinstance(filters, dict) and all(isinstance(value, dict) for value in filters.values())
    return {name: value for name, value in filters.items() if name in known} if valid else {}


def _columns(words: Words, address: Address, hidden: list[str]) -> list[dict[str, Any]]:
    scenario = {
        "field": "scenario",
        "headerName": words("column.scenario"),
        "cellRenderer": "RunLink",
        "tooltipField": "note",
        "flex": 3,
        "minWidth": 140,
        "filter": "agTextColumnFilter",
    }
    plain = {"filter": "agTextColumnFilter", "flex": 1}
    named = {name: plain | {"field": name, "headerName": words(f"column.{name}")} for name in ("status", "method")}
    columns = [
        scenario,
        named["status"] | {"cellRenderer": "RunStatus", "minWidth": 140},
        named["method"] | {"minWidth": 100},
        *(_number(name, words, width_px) for name, width_px in NUMBERS.items()),
        _number("started", words, 164) | {"filter": False},
    ]
    sorted_by, _, way = address.asked.get("sort", "started.desc").partition(".")
    for column in columns:
        column["hide"] = column["field"] in hidden
        column["sort"] = way if column["field"] == sorted_by and way in ("asc", "desc") else None
    return columns


def _number(field: str, words: Words, width_px: int) -> dict[str, Any]:
    """Return a column that sorts by the number, shows its text, and filters by what that text says."""
    units = {
        "allowedCharPattern": r"\d\-+. eBJskMGTmµμunih",
        "numberParser": {"function": "quantity(params)"},
        "filterPlaceholder": words(f"column.{field}.filter") if field in WITH_UNITS else None,
    }
    return {
        "field": field,
        "headerName": words(f"column.{field}"),
        "headerTooltip": words(f"column.{field}.tip") if field != "seed" else None,
        "valueFormatter": {"function": f"params.data.text.{field}"},
        "type": "rightAligned",
        "filter": "agNumberColumnFilter",
        "filterValueGetter": {"function": f"quantity(params.data.text.{field})"},
        "filterParams": units if field in WITH_UNITS else None,
        "flex": 1,
        "minWidth": width_px,
        "cellClass": "ag-right-aligned-cell wf-number",
    }
