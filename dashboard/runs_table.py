"""The page with all runs: a table that sorts, filters and follows the folder."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html

from .overview import Overview
from .quantity_text import NONE, accuracy_text, bytes_text, duration_text, si_text, text

POLL_MS = 2000
ROW_PX = 58
HEADER_PX = 44
THEME = (
    "themeQuartz.withParams({"
    "backgroundColor: 'var(--wf-surface)', foregroundColor: 'var(--wf-ink)', headerTextColor: 'var(--wf-muted)', "
    "headerBackgroundColor: 'var(--wf-surface)', borderColor: 'var(--wf-line)', rowHoverColor: 'var(--wf-raised)', "
    "selectedRowBackgroundColor: 'var(--wf-raised)', accentColor: 'var(--wf-accent)', "
    "menuBackgroundColor: 'var(--wf-surface)', "
    "inputBackgroundColor: 'var(--wf-surface)', fontFamily: 'inherit', headerFontWeight: 500, fontSize: 14, "
    "cellHorizontalPadding: 14, wrapperBorder: false, columnBorder: false, oddRowBackgroundColor: 'var(--wf-surface)'})"
)


def run_path(name: str) -> str:
    """Return the address of a run's page; bytes of a folder name that are no UTF-8 survive the way there and back."""
    return f"/run/{quote(name, safe='', errors='surrogateescape')}"


def run_name(path: str) -> str | None:
    """Return the folder name that a page's address carries, or None where it is no run's address."""
    return unquote(path.removeprefix("/run/"), errors="surrogateescape") if path.startswith("/run/") else None


def run_row(run: Overview, now: datetime) -> dict[str, Any]:
    """Return a run as a row: values to sort and filter by, and under ``text`` what the cells show."""
    note = run.error if run.error else run.name
    return {
        "href": run_path(run.name),
        "scenario": run.scenario or text(run.name),
        "note": text(note),
        "method": run.method or ("network" if run.status != "damaged" else None),
        "status": run.status_at(now),
        "progress": run.progress,
        "accuracy": run.accuracy_final,
        "nodes": run.accuracy_nodes,
        "bytes": run.bytes_total,
        "virtual": run.virtual_s,
        "energy": run.energy_j,
        "wall": run.wall_s,
        "started": run.started.timestamp() if run.started else None,
        "text": {
            "accuracy": accuracy_text(run.accuracy_final),
            "nodes": accuracy_text(run.accuracy_nodes),
            "bytes": bytes_text(run.bytes_total),
            "virtual": duration_text(run.virtual_s),
            "energy": si_text(run.energy_j, "J"),
            "wall": duration_text(run.wall_s),
            "started": run.started.astimezone().strftime("%Y-%m-%d %H:%M") if run.started else NONE,
        },
    }


def run_rows(runs: Sequence[Overview], now: datetime) -> list[dict[str, Any]]:
    """Return the rows of the table, in the order given."""
    return [run_row(run, now) for run in runs]


def runs_page(folder: Path, rows: list[dict[str, Any]]) -> html.Div:
    """Return the page."""
    search = dmc.TextInput(
        id="runs-search", placeholder="Search runs", size="sm", className="wf-search", **{"aria-label": "Search runs"}
    )
    count = html.Span(runs_count(rows), id="runs-count", className="wf-muted")
    head = html.Div([html.H1("Runs"), count, search], className="wf-page-head")
    return html.Div(
        [
            dcc.Interval(id="runs-poll", interval=POLL_MS),
            head,
            html.Div(_grid(rows), id="runs-panel", className="wf-panel wf-table", style=panel_style(rows)),
            html.Div(_empty(folder), id="runs-empty", className="wf-empty", style=empty_style(rows)),
        ]
    )


def runs_count(rows: list[dict[str, Any]]) -> str:
    """Say how many runs there are, and how many of them run."""
    running = sum(row["status"] == "running" for row in rows)
    count = f"{len(rows)} run{'' if len(rows) == 1 else 's'}"
    return f"{count}, {running} running" if running else count


def panel_style(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the table's height: that of its rows, and never more than the window's."""
    if not rows:
        return {"display": "none"}
    return {"height": f"max(280px, min(calc(100dvh - 152px), {HEADER_PX + ROW_PX * len(rows) + 18}px))"}


def empty_style(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Hide the words for an empty folder where there are runs."""
    return {"display": "none"} if rows else {}


def _empty(folder: Path) -> list[Any]:
    command = f"wayfare run scenarios/first-walk.scenario.yaml --out {folder}"
    return [
        html.H2("No runs here yet"),
        html.P(["This page watches ", html.Code(text(str(folder))), ". A run appears as soon as it starts:"]),
        html.Pre(text(command, 500)),
    ]


def _grid(rows: list[dict[str, Any]]) -> dag.AgGrid:
    return dag.AgGrid(
        id="runs-grid",
        rowData=rows,
        columnDefs=_columns(),
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": False},
        getRowId="params.data.href",
        eventListeners={"rowClicked": ["openRun(params)"], "cellKeyDown": ["openRunByKey(params)"]},
        dashGridOptions={
            "theme": {"function": THEME},
            "rowHeight": ROW_PX,
            "headerHeight": HEADER_PX,
            "suppressCellFocus": False,
            "animateRows": False,
            "enableCellTextSelection": True,
            "tooltipShowDelay": 300,
        },
        style={"height": "100%", "width": "100%"},
    )


def _columns() -> list[dict[str, Any]]:
    scenario = {
        "field": "scenario",
        "headerName": "Scenario",
        "cellRenderer": "RunLink",
        "tooltipField": "note",
        "flex": 3,
        "minWidth": 214,
        "filter": "agTextColumnFilter",
    }
    words = {"filter": "agTextColumnFilter", "flex": 1}
    status = {"field": "status", "headerName": "Status", "cellRenderer": "RunStatus", "minWidth": 146, **words}
    method = {"field": "method", "headerName": "Method", "minWidth": 100, **words}
    numbers = (
        ("accuracy", "Accuracy", "Mean over the answer models, at the end", 110),
        ("nodes", "At devices", "Mean over the devices of the model each holds, at the end", 116),
        ("bytes", "Bytes", "Carried by all links together", 100),
        ("virtual", "Virtual time", "Time that passed in the emulated network", 126),
        ("energy", "Energy", "Spent by nodes and links", 100),
        ("wall", "Wall time", "Time the run took", 110),
    )
    started = _number("started", "Started", "In this computer's time zone", 164) | {"sort": "desc"}
    return [scenario, status, method, *(_number(*column) for column in numbers), started]


def _number(field: str, name: str, tip: str, width_px: int) -> dict[str, Any]:
    """Return a column that sorts and filters by the number and shows its text."""
    return {
        "field": field,
        "headerName": name,
        "headerTooltip": tip,
        "valueFormatter": {"function": f"params.data.text.{field}"},
        "type": "rightAligned",
        "filter": "agNumberColumnFilter" if field != "started" else False,
        "flex": 1,
        "minWidth": width_px,
        "cellClass": "ag-right-aligned-cell wf-number",
    }
