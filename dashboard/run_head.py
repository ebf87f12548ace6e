"""The head of a run's page: title, status, headline figures and expectations."""

from datetime import datetime
from typing import Any

from dash import dcc, html

from .address import launch_path
from .overview import Expectation, Overview
from .quantity_text import NONE, accuracy_text, bytes_text, count_text, duration_text, plain_text, si_text, text
from .run_data import RunData
from .shell import aria, data, way_back
from .texts import Words


def run_head(run: RunData, now: datetime, words: Words, *, allow_runs: bool = False) -> list[Any]:
    """Return title, status, headline figures and expectations."""
    overview = run.overview
    status = overview.status_at(now)
    seed = words("run.seed", seed=overview.seed) if overview.seed is not None else None
    started = overview.started.astimezone().strftime("%Y-%m-%d %H:%M") if overview.started else None
    line = " · ".join(fact for fact in (overview.method or words("run.network"), seed, started) if fact)
    title = [html.H1(overview.scenario or text(overview.name)), status_badge(status, overview.progress, words)]
    subtitle = html.Div([html.Span(line), html.Code(text(overview.name))], className="wf-subtitle wf-muted")
    actions = [_actions(overview, status, words)] if allow_runs else []
    error = [html.Div(overview.error, className="wf-error", role="alert")] if overview.error else []
    return [
        html.Div([way_back(words), *title, subtitle, *actions], className="wf-title"),
        *error,
        html.Div(_tiles(run, words), className="wf-tiles"),
        *([_expectations(overview.expectations, words)] if overview.expectations else []),
    ]


def status_badge(status: str, progress: float | None, words: Words) -> html.Span:
    """Return the status as a word with a dot; a running run says how far it is."""
    share = f" {progress:.0%}" if status == "running" and progress is not None else ""
    return html.Span([html.I(className="wf-dot"), f"{words(status)}{share}"], className=f"wf-status wf-status-{status}")


def _actions(overview: Overview, status: str, words: Words) -> html.Div:
    """Return what can be done with a run where runs may be started from the page."""
    again = dcc.Link(words("run.again"), href=launch_path(overview.name), className="wf-button")
    stop = html.Button(
        words("run.stop"), className="wf-button wf-stop", hidden=True, **data(stop_run=text(overview.name) or "")
    )
    return html.Div([again, *([stop] if status == "running" else [])], className="wf-actions")


def _tiles(run: RunData, words: Words) -> list[html.Div]:
    overview = run.overview
    delivered, dropped = count_text(overview.packets_delivered), count_text(overview.packets_dropped)
    return [
        _accuracy_tile(overview, words) if run.learning.exists else _transfers_tile(overview, words),
        _tile(words("run.bytes"), bytes_text(overview.bytes_total), _share_bar(overview, words), None),
        _tile(
            words("run.virtual"),
            duration_text(overview.virtual_s),
            words("run.wall", time=duration_text(overview.wall_s)),
            None,
        ),
        _tile(words("run.energy"), si_text(overview.energy_j, "J"), words("run.energy.of"), None),
        _tile(
            words("run.packets"),
            count_text(overview.packets_sent),
            words("run.delivered", delivered=delivered, dropped=dropped),
            "wf-warn" if overview.packets_dropped else None,
        ),
    ]


def _accuracy_tile(overview: Overview, words: Words) -> html.Div:
    parts = [("run.at-devices", overview.accuracy_nodes), ("run.best", overview.accuracy_best)]
    note = ", ".join(words(key, value=accuracy_text(value)) for key, value in parts if value is not None)
    return _tile(words("run.accuracy"), accuracy_text(overview.accuracy_final), note or words("run.on-test"), None)


def _transfers_tile(overview: Overview, words: Words) -> html.Div:
    end_s = overview.last_flow_end_s
    note = words("run.no-learning") if end_s is None else words("run.last-end", time=duration_text(end_s))
    return _tile(words("run.transfers"), count_text(overview.flows), note, None)


def _tile(label: str, value: str, note: Any, note_class: str | None) -> html.Div:
    return html.Div(
        [
            html.Div(label, className="wf-tile-label"),
            html.Div(value, className="wf-tile-value" if value != NONE else "wf-tile-value wf-muted"),
            html.Div(note, className=f"wf-tile-note {note_class or ''}"),
        ],
        className="wf-tile",
    )


def _share_bar(overview: Overview, words: Words) -> Any:
    """Return the shares of the classes of link as a thin bar in the colours of the traffic chart."""
    if not overview.bytes_by_class:
        return words("run.all-links")
    shares = sorted(overview.bytes_by_class.items(), key=lambda share: -share[1])
    names = [text(words.of("class", name), 20) for name, _ in shares]
    said = ", ".join(f"{name} {bytes_text(size)}" for name, (_, size) in zip(names, shares, strict=True))
    parts = [
        html.I(style={"flexGrow": size, "background": f"var(--wf-class-{name}, var(--wf-muted))"})
        for name, size in shares
        if name.replace("-", "").isalnum()
    ]
    return html.Div(parts, className="wf-shares", title=said, role="img", **aria("label", said))


def _expectations(expectations: tuple[Expectation, ...], words: Words) -> html.Ul:
    return html.Ul(
        [_expectation(one, words) for one in expectations],
        className="wf-expectations",
        **aria("label", words("run.expectations")),
    )


def _expectation(one: Expectation, words: Words) -> html.Li:
    mark, state, said = ("✓", "held", "run.held") if one.passed else ("✗", "failed", "run.not-held")
    value = [] if one.value is None else [html.Span(words("run.is", value=plain_text(one.value)), className="wf-muted")]
    return html.Li(
        [html.B(mark, title=words(said), role="img", **aria("label", words(said))), html.Code(one.text), *value],
        className=f"wf-{state}",
    )
