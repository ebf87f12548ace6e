"""The Dash app: its pages, and the callbacks that keep them current."""

from datetime import UTC, datetime
from pathlib import Path
from time import thread_time
from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, no_update

from wayfare.emulator.records import RecordError

from . import runs_table
from .address import COMPARE, LAUNCH, Address
from .chart_panel import described
from .charts import CHARTS, View
from .charts.compared import curves_figure, curves_summary
from .compare_view import compare_page
from .comparison import compare
from .guard import guard
from .launch.launcher import Launcher
from .launch.routes import register_launch_routes, shipped_scenarios
from .launch.view import launch_page
from .map.view import register_tile_routes
from .run_head import PARTS, fingerprints, head_parts, unread_parts
from .run_store import RunStore
from .run_view import LIVE, run_page
from .runs_feed import RunsFeed
from .shell import header, message_page, page_source, shell
from .texts import words_of
from .theme import palette_of


def create_app(folder: Path, *, host: str = "127.0.0.1", allow_runs: bool = False) -> dash.Dash:
    """Return the app that shows the runs inside a folder; it reads nothing else.

    Args:
        folder: A folder of runs, or one run's folder.
        host: The name by which it will be served, besides addresses and this computer's name.
        allow_runs: Whether runs may be started from the page.
    """
    app = dash.Dash(
        "wayfare.dashboard",
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=r"scheme\.js|map_report\.",
        serve_locally=True,
        index_string=page_source(),
        suppress_callback_exceptions=True,
        title="Wayfare",
        update_title="",
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        enable_mcp=False,
    )
    store = RunStore(folder)
    feed = RunsFeed(store.overviews)
    app.layout = shell()
    _route(app, store, feed, allow_runs=allow_runs)
    _follow_runs(app, feed)
    _follow_run(app, store, allow_runs=allow_runs)
    _draw_charts(app, store)
    _browser_side(app)
    register_tile_routes(app.server, store)
    if allow_runs:
        register_launch_routes(app.server, store, Launcher(store.folder))
    guard(app, host)
    return app


def _now() -> datetime:
    return datetime.now(UTC)


def _route(app: dash.Dash, store: RunStore, feed: RunsFeed, *, allow_runs: bool) -> None:
    def page(asked: dict[str, Any] | None) -> Any:
        if asked is None:
            return no_update  # the browser says in a moment
        address, words = Address.parse(asked.get("path"), asked.get("search")), words_of(asked.get("lang"))
        if address.path == "/":
            version, rows = feed.everything(_now())
            return runs_table.runs_page(store.folder, version, rows, words, address, allow_runs=allow_runs)
        if address.path == LAUNCH:
            return launch_page(words, shipped_scenarios(), allow_runs=allow_runs)
        if address.path == COMPARE:
            return compare_page(compare(store, address.names("runs")), address, words)
        if address.run is None:
            return message_page(words, words("nowhere"), words("nowhere.reason", path=address.path))
        try:
            run, siblings = store.open(address.run), store.siblings(address.run)
            return run_page(run, address, words, _now(), siblings, allow_runs=allow_runs)
        except RecordError as error:
            return message_page(words, words("unshown"), str(error))

    def head(language: str | None) -> Any:
        return no_update if language is None else header(store.folder, words_of(language), allow_runs=allow_runs)

    app.callback(Output("page", "children"), Input("address", "data"))(page)
    app.callback(Output("header", "children"), Input("language", "data"))(head)


def _follow_runs(app: dash.Dash, feed: RunsFeed) -> None:
    def refresh(_intervals: int, version: str, language: str | None) -> Any:
        now, words = _now(), words_of(language)
        current, changes = feed.since(version, now)
        if current == version:
            return (no_update,) * 6
        rows = feed.everything(now)[1]
        about = runs_table.runs_count(rows, words), runs_table.panel_style(rows), runs_table.empty_style(rows)
        if changes is None:
            return current, runs_table.in_words(rows, words), no_update, *about
        told = {what: runs_table.in_words(some, words) if what != "remove" else some for what, some in changes.items()}
        return current, no_update, told, *about

    app.callback(
        Output("runs-version", "data"),
        Output("runs-grid", "rowData"),
        Output("runs-grid", "rowTransaction"),
        Output("runs-count", "children"),
        Output("runs-panel", "style"),
        Output("runs-empty", "style"),
        Input("runs-poll", "n_intervals"),
        State("runs-version", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )(refresh)


def _follow_run(app: dash.Dash, store: RunStore, *, allow_runs: bool) -> None:
    def refresh(_: int, runs: list[str], stamp: str, seen: dict[str, int], language: str | None) -> Any:
        words = words_of(language)
        try:
            run = store.open(runs[0])
        except RecordError as error:
            return no_update, no_update, no_update, *told(unread_parts(words, str(error)), seen)
        now = _now()
        live = run.overview.status_at(now) in LIVE
        parts = head_parts(run, now, words, store.siblings(runs[0]), allow_runs=allow_runs)
        changed = (no_update, no_update) if run.stamp == stamp else (run.stamp, run.end_s)
        return *changed, not live, *told(parts, seen)

    def told(parts: dict[str, list[Any]], seen: dict[str, int]) -> list[Any]:
        """Return the fingerprints and the parts of the head that differ from what the page shows."""
        now = seen | fingerprints(parts)
        differ = [parts[name] if now[name] != seen[name] else no_update for name in PARTS]
        return [now if now != seen else no_update, *differ]

    app.callback(
        Output("run-stamp", "data"),
        Output("run-end", "data"),
        Output("run-poll", "disabled"),
        Output("head-seen", "data"),
        *(Output(name, "children") for name in PARTS),
        Input("run-poll", "n_intervals"),
        State("run-name", "data"),
        State("run-stamp", "data"),
        State("head-seen", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )(refresh)


def _draw_charts(app: dash.Dash, store: RunStore) -> None:
    def draw(
        shown: str | None,
        scheme: str | None,
        chosen: list[str],
        picked: list[str | None],
        runs: list[str],
        language: str | None,
    ) -> Any:
        if not shown or scheme is None:
            return no_update, no_update
        name = ctx.outputs_list[0]["id"]["chart"]
        names = [one["id"]["name"] for one in ctx.inputs_list[2]]
        choices = dict(zip(names, chosen, strict=True))
        view = View(palette_of(scheme), words_of(language), choices, (picked or [""])[0] or "")
        try:
            if name == "curves":
                groups = compare(store, runs).groups
                return curves_figure(groups, view), curves_summary(groups, view)
            run, began = store.open(runs[0]), thread_time()
            chart = CHARTS[name]
            drawn = chart.draw(run, view), chart.describe(run, view), chart.moments(run, view)
            store.spent(runs[0], thread_time() - began)
            return drawn[0], described(*drawn[1:], view.words)
        except RecordError as error:
            return no_update, str(error)

    app.callback(
        Output({"type": "figure", "chart": MATCH}, "figure"),
        Output({"type": "note", "chart": MATCH}, "children"),
        Input({"type": "shown", "chart": MATCH}, "data"),
        Input("scheme", "data"),
        Input({"type": "choice", "chart": MATCH, "name": ALL}, "value"),
        Input({"type": "picked", "chart": MATCH, "of": ALL}, "data"),
        State("run-name", "data"),
        State("language", "data"),
    )(draw)


def _browser_side(app: dash.Dash) -> None:
    """Keep address, language, theme, cursor and title without asking the server."""
    in_browser: Any = app.clientside_callback
    url = Input("url", "pathname"), Input("url", "search"), Input("lang", "data")
    in_browser(ClientsideFunction("wayfare", "address"), Output("address", "data"), Output("language", "data"), *url)
    in_browser(ClientsideFunction("wayfare", "arrived"), Input("page", "children"))
    in_browser(ClientsideFunction("wayfare", "ended"), Input("run-end", "data"))
    in_browser(ClientsideFunction("wayfare", "stamped"), Input("run-stamp", "data"), Input("run-poll", "disabled"))
    in_browser(ClientsideFunction("wayfare", "chosen"), Input({"type": "choice", "chart": ALL, "name": ALL}, "value"))
    in_browser(ClientsideFunction("wayfare", "columns"), Input("runs-columns", "value"))
