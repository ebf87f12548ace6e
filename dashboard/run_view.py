"""The page of one run: headline figures, the map at a chosen time, and the charts."""

import math
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import dcc, html

from .charts import progress_title
from .map_figure import round_length
from .map_legend import map_legend
from .overview import Expectation, Overview
from .quantity_text import NONE, accuracy_text, bytes_text, count_text, duration_text, plain_text, si_text, text
from .run_data import RunData

POLL_MS = 2000
GRAPH: Any = {"displayModeBar": False, "responsive": True, "displaylogo": False}
MAP: Any = GRAPH | {
    "displayModeBar": "hover",
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "pan2d", "resetScale2d", "toImage"]],
}
LIVE = ("running", "lost")


def run_page(run: RunData, time_s: float, now: datetime) -> html.Div:
    """Return the page at a virtual time [s]."""
    return html.Div(
        [
            dcc.Store(id="run-name", data=run.overview.name),
            dcc.Store(id="run-stamp", data=run.stamp),
            dcc.Interval(id="run-poll", interval=POLL_MS, disabled=run.overview.status_at(now) not in LIVE),
            html.Div(run_head(run, now), id="run-head"),
            html.Div([_map_panel(run, time_s), _chart_panels(run)], className="wf-columns"),
        ]
    )


def message_page(title: str, reason: str) -> html.Div:
    """Return the page for a run that is not there or cannot be read."""
    words = [html.H2(title), html.P(text(reason, 2000))]
    return html.Div([_way_back(), html.Div(words, className="wf-empty", role="alert")])


def chosen_time(search: str | None, end_s: float) -> float:
    """Return the time [s] that the address asks for with ``?t=``, within the run; the end where it does not say."""
    asked = parse_qs((search or "").removeprefix("?")).get("t", [""])[-1]
    try:
        time_s = float(asked)
    except ValueError:
        return end_s
    return min(max(time_s, 0.0), end_s) if math.isfinite(time_s) else end_s


def slider_step(end_s: float) -> float:
    """Return the step of the time slider [s]: a round time, a thousandth of the run or less."""
    return round_length(end_s / 1000) if end_s > 0 else 1.0


def run_head(run: RunData, now: datetime) -> list[Any]:
    """Return title, status, headline figures and expectations."""
    overview = run.overview
    status = overview.status_at(now)
    facts = [overview.method or "network only", f"seed {overview.seed}" if overview.seed is not None else None]
    started = overview.started.astimezone().strftime("%d %b %Y, %H:%M") if overview.started else None
    line = " · ".join(fact for fact in (*facts, started) if fact)
    title = [html.H1(overview.scenario or text(overview.name)), status_badge(status, overview.progress)]
    names = [html.Span(line), html.Code(text(overview.name))]
    error = [html.Div(overview.error, className="wf-error", role="alert")] if overview.error else []
    return [
        html.Div([_way_back(), *title, html.Div(names, className="wf-subtitle wf-muted")], className="wf-title"),
        *error,
        html.Div(_tiles(run), className="wf-tiles"),
        *([_expectations(overview.expectations)] if overview.expectations else []),
    ]


def status_badge(status: str, progress: float | None) -> html.Span:
    """Return the status as a word with a dot; a running run says how far it is."""
    share = f" {progress:.0%}" if status == "running" and progress is not None else ""
    return html.Span([html.I(className="wf-dot"), f"{status}{share}"], className=f"wf-status wf-status-{status}")


def aria(what: str, value: str) -> dict[str, Any]:
    """Return an attribute for those who listen to the page: its name is no Python name."""
    return {f"aria-{what}": value}


def _way_back() -> dcc.Link:
    return dcc.Link("← Runs", href="/", className="wf-back")


def _tiles(run: RunData) -> list[html.Div]:
    overview = run.overview
    return [
        _accuracy_tile(overview) if run.learning.exists else _transfers_tile(overview),
        _tile("Bytes carried", bytes_text(overview.bytes_total), _share_bar(overview), None),
        _tile(
            "Virtual time", duration_text(overview.virtual_s), f"{duration_text(overview.wall_s)} of wall time", None
        ),
        _tile("Energy", si_text(overview.energy_j, "J"), "nodes and links", None),
        _tile(
            "Packets sent",
            count_text(overview.packets_sent),
            f"{count_text(overview.packets_delivered)} delivered, {count_text(overview.packets_dropped)} dropped",
            "wf-warn" if overview.packets_dropped else None,
        ),
    ]


def _accuracy_tile(overview: Overview) -> html.Div:
    parts = [("at devices", overview.accuracy_nodes), ("best", overview.accuracy_best)]
    words = ", ".join(f"{accuracy_text(value)} {name}" for name, value in parts if value is not None)
    return _tile("Accuracy", accuracy_text(overview.accuracy_final), words or "on the test set", None)


def _transfers_tile(overview: Overview) -> html.Div:
    end_s = overview.last_flow_end_s
    note = "nothing learns in this run" if end_s is None else f"last one ended at {duration_text(end_s)}"
    return _tile("Transfers", count_text(overview.flows), note, None)


def _tile(label: str, value: str, note: Any, note_class: str | None) -> html.Div:
    return html.Div(
        [
            html.Div(label, className="wf-tile-label"),
            html.Div(value, className="wf-tile-value" if value != NONE else "wf-tile-value wf-muted"),
            html.Div(note, className=f"wf-tile-note {note_class or ''}"),
        ],
        className="wf-tile",
    )


def _share_bar(overview: Overview) -> Any:
    """Return the shares of the classes of link as a thin bar in the colours of the traffic chart."""
    if not overview.bytes_by_class:
        return "by all links together"
    shares = sorted(overview.bytes_by_class.items(), key=lambda share: -share[1])
    words = ", ".join(f"{text(name, 20)} {bytes_text(size)}" for name, size in shares)
    parts = [
        html.I(style={"flexGrow": size, "background": f"var(--wf-class-{name}, var(--wf-muted))"})
        for name, size in shares
        if name.replace("-", "").isalnum()
    ]
    return html.Div(parts, className="wf-shares", title=words, role="img", **aria("label", words))


def _expectations(expectations: tuple[Expectation, ...]) -> html.Ul:
    return html.Ul(
        [_expectation(one) for one in expectations], className="wf-expectations", **aria("label", "Expectations")
    )


def _expectation(one: Expectation) -> html.Li:
    mark, state = ("✓", "held") if one.passed else ("✗", "failed")
    value = [] if one.value is None else [html.Span(f"is {plain_text(one.value)}", className="wf-muted")]
    return html.Li([html.B(mark, title=state), html.Code(one.text), *value], className=f"wf-{state}")


def _map_panel(run: RunData, time_s: float) -> html.Section:
    slider = dmc.Slider(
        id="run-time",
        min=0,
        max=run.end_s or 1,
        value=time_s,
        step=slider_step(run.end_s),
        precision=9,
        updatemode="drag",
        label=None,
        size="sm",
        thumbLabel="Virtual time",
        thumbSize=18,
        className="wf-slider",
    )
    moment = html.P(id="run-moment", className="wf-moment", **aria("live", "polite"))
    end = html.Span(duration_text(run.end_s), id="run-end")
    ends = html.Div([html.Span("0 s"), moment, end], className="wf-slider-ends")
    return html.Section(
        [
            html.Div(
                [html.H2("Network"), html.Output(id="run-clock", className="wf-clock")], className="wf-panel-head"
            ),
            html.Div(dcc.Graph(id="run-map", config=MAP, responsive=True), className="wf-map"),
            html.Div([slider, ends], className="wf-time"),
            html.Div(map_legend(run), id="run-legend"),
        ],
        className="wf-panel wf-map-panel",
    )


def _chart_panels(run: RunData) -> html.Div:
    return html.Div(
        [
            _chart("run-progress", progress_title(run), None),
            _chart("run-traffic", "Traffic by class of link", "Mbit/s, stacked"),
        ],
        className="wf-charts",
    )


def _chart(name: str, title: str, note: str | None) -> html.Section:
    words = [html.H2(title, id=f"{name}-title"), html.Span(note, className="wf-muted")]
    head = html.Div(words, className="wf-panel-head")
    return html.Section(
        [head, html.Div(dcc.Graph(id=name, config=GRAPH, responsive=True), className="wf-chart")], className="wf-panel"
    )
