"""The Dash app: two pages, and the callbacks that keep them current."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update
from flask import Response

from wayfare.emulator.records import RecordError

from . import runs_table
from .charts import progress_figure, progress_title, traffic_figure
from .map_figure import map_figure, moment_text
from .map_legend import map_legend
from .quantity_text import clock_text, duration_text, text
from .run_store import RunStore
from .run_view import LIVE, chosen_time, message_page, run_head, run_page, slider_step
from .theme import palette_of, style_sheet

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title>{%favicon%}<script src="/assets/scheme.js"></script>
<style>STYLE</style>{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def create_app(folder: Path) -> dash.Dash:
    """Return the app that shows the runs inside a folder; it reads nothing else."""
    app = dash.Dash(
        "wayfare.dashboard",
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=r"scheme\.js",
        serve_locally=True,
        index_string=PAGE.replace("STYLE", style_sheet()),
        suppress_callback_exceptions=True,
        title="Wayfare",
        update_title="",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        enable_mcp=False,
    )
    store = RunStore(folder)
    app.layout = _shell(store.folder)
    _route(app, store)
    _follow_runs(app, store)
    _follow_run(app, store)
    _draw(app, store)
    _browser_side(app)
    _keep_to_ourselves(app)
    return app


def _shell(folder: Path) -> dmc.MantineProvider:
    brand = dcc.Link([html.I(className="wf-logo"), "Wayfare"], href="/", className="wf-brand")
    toggle = dmc.ColorSchemeToggle(
        id="scheme-toggle",
        lightIcon=html.I(className="wf-icon wf-icon-moon"),
        darkIcon=html.I(className="wf-icon wf-icon-sun"),
        variant="subtle",
        size="lg",
        **{"aria-label": "Switch between light and dark"},
    )
    header = html.Header([brand, html.Code(text(str(folder)), className="wf-folder"), toggle], className="wf-header")
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Store(id="scheme"),
            header,
            html.Main(id="page", className="wf-main"),
        ],
        theme={"fontFamily": "var(--wf-font)", "fontFamilyMonospace": "var(--wf-mono)", "primaryColor": "blue"},
        defaultColorScheme="auto",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _route(app: dash.Dash, store: RunStore) -> None:
    def page(path: str | None, search: str | None) -> Any:
        name = runs_table.run_name(path or "/")
        if name is None:
            if path not in ("/", "", None):
                return message_page("There is no such page", f"Nothing is at {path}.")
            return runs_table.runs_page(store.folder, runs_table.run_rows(store.overviews(), _now()))
        try:
            run = store.open(name)
        except RecordError as error:
            return message_page("This run cannot be shown", str(error))
        return run_page(run, chosen_time(search, run.end_s), _now())

    app.callback(Output("page", "children"), Input("url", "pathname"), State("url", "search"))(page)


def _follow_runs(app: dash.Dash, store: RunStore) -> None:
    def refresh(_: int, shown: list[dict[str, Any]]) -> Any:
        rows = runs_table.run_rows(store.overviews(), _now())
        if rows == shown:
            return no_update
        return rows, runs_table.runs_count(rows), runs_table.panel_style(rows), runs_table.empty_style(rows)

    app.callback(
        Output("runs-grid", "rowData"),
        Output("runs-count", "children"),
        Output("runs-panel", "style"),
        Output("runs-empty", "style"),
        Input("runs-poll", "n_intervals"),
        State("runs-grid", "rowData"),
        prevent_initial_call=True,
    )(refresh)


def _follow_run(app: dash.Dash, store: RunStore) -> None:
    def refresh(_: int, name: str, stamp: str, time_s: float, end_s: float) -> Any:
        try:
            run = store.open(name)
        except RecordError as error:
            return (no_update, message_page("This run can no longer be read", str(error)), *(no_update,) * 7)
        now = _now()
        live = run.overview.status_at(now) in LIVE
        if run.stamp == stamp:
            return (no_update, run_head(run, now), *(no_update,) * 6, not live)
        follows = time_s >= end_s  # who looks at the end stays at the end
        end = run.end_s or 1
        return (
            run.stamp,
            run_head(run, now),
            end,
            slider_step(run.end_s),
            end if follows else no_update,
            duration_text(run.end_s),
            map_legend(run),
            progress_title(run),
            not live,
        )

    app.callback(
        Output("run-stamp", "data"),
        Output("run-head", "children"),
        Output("run-time", "max"),
        Output("run-time", "step"),
        Output("run-time", "value"),
        Output("run-end", "children"),
        Output("run-legend", "children"),
        Output("run-progress-title", "children"),
        Output("run-poll", "disabled"),
        Input("run-poll", "n_intervals"),
        State("run-name", "data"),
        State("run-stamp", "data"),
        State("run-time", "value"),
        State("run-time", "max"),
        prevent_initial_call=True,
    )(refresh)


def _draw(app: dash.Dash, store: RunStore) -> None:
    def charts(_: str, scheme: str | None, name: str, time_s: float) -> Any:
        if scheme is None:
            return no_update  # the browser says in a moment
        try:
            run = store.open(name)
        except RecordError:
            return no_update  # the map's callback says why
        palette = palette_of(scheme)
        return progress_figure(run, time_s, palette), traffic_figure(run, time_s, palette)

    def moment(time_s: float, _: str, scheme: str | None, name: str) -> Any:
        if scheme is None:
            return no_update
        try:
            run = store.open(name)
        except RecordError as error:
            return no_update, no_update, str(error)
        return map_figure(run, time_s, palette_of(scheme)), clock_text(time_s), moment_text(run, time_s)

    stamp, scheme, name = Input("run-stamp", "data"), Input("scheme", "data"), State("run-name", "data")
    app.callback(
        Output("run-progress", "figure"),
        Output("run-traffic", "figure"),
        stamp,
        scheme,
        name,
        State("run-time", "value"),
    )(charts)
    app.callback(
        Output("run-map", "figure"),
        Output("run-clock", "children"),
        Output("run-moment", "children"),
        Input("run-time", "value"),
        stamp,
        scheme,
        name,
    )(moment)


def _browser_side(app: dash.Dash) -> None:
    """Move the charts' cursor, keep the address and the window's title, and search, without asking the server."""
    in_browser: Any = app.clientside_callback
    words, options = Input("runs-search", "value"), Output("runs-grid", "dashGridOptions")
    shown = State("runs-grid", "dashGridOptions")
    in_browser(ClientsideFunction("wayfare", "moved"), Input("run-time", "value"), State("run-time", "max"))
    in_browser(ClientsideFunction("wayfare", "search"), options, words, shown, prevent_initial_call=True)
    in_browser(ClientsideFunction("wayfare", "title"), Input("page", "children"))


def _keep_to_ourselves(app: dash.Dash) -> None:
    """Forbid the page to load or send anything beyond this server, whatever a run or a library would have it do."""
    scripts = " ".join(app.csp_hashes())
    policy = (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'"
    )

    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.server.after_request(guard)
