"""The head of a run's page: title, status, headline figures and expectations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from dash import dcc, html

from .address import compare_path, launch_path
from .overview import Expectation, Overview
from .quantity_text import NONE, accuracy_text, bytes_text, count_text, duration_text, plain_text, si_text, text
from .run_data import RunData
from .shell import aria, data, way_back
from .texts import Words

MOST_SHARES = 3
PARTS = ("head-status", "head-sweep", "head-stop", "head-error", "head-tiles", "head-expectations")


def run_head(
    run: RunData, now: datetime, words: Words, siblings: Sequence[str] = (), *, allow_runs: bool = False
) -> list[Any]:
    """Return title, status, what can be done, headline figures and expectations; ``siblings`` are of its sweep."""
    overview = run.overview
    parts = head_parts(run, now, words, siblings, allow_runs=allow_runs)
    seed = words("run.seed", seed=overview.seed) if overview.seed is not None else None
    started = overview.started.astimezone().strftime("%Y-%m-%d %H:%M") if overview.started else None
    facts = overview.point, overview.method or words("run.network"), seed, started
    line = " · ".join(fact for fact in facts if fact)
    title = [html.H1(overview.scenario or text(overview.name)), html.Span(parts["head-status"], id="head-status")]
    subtitle = html.Div([html.Span(line), html.Code(text(overview.name))], className="wf-subtitle wf-muted")
    again = dcc.Link(words("run.again"), href=launch_path(overview.name), className="wf-button")
    actions = [
        html.Span(parts["head-sweep"], id="head-sweep"),
        *([again] if allow_runs else []),
        html.Span(parts["head-stop"], id="head-stop"),
    ]
    return [
        dcc.Store(id="head-seen", data=fingerprints(parts)),
        html.Div([way_back(words), *title, subtitle, html.Div(actions, className="wf-actions")], className="wf-title"),
        html.Div(parts["head-error"], id="head-error"),
        html.Div(parts["head-tiles"], id="head-tiles", className="wf-tiles"),
        html.Div(parts["head-expectations"], id="head-expectations"),
    ]


def head_parts(
    run: RunData, now: datetime, words: Words, siblings: Sequence[str] = (), *, allow_runs: bool = False
) -> dict[str, list[Any]]:
    """Return what may change while a run goes on, by the id of the element that holds it: each of `PARTS`."""
    overview = run.overview
    status = overview.status_at(now)
    error = words.of("run.error", overview.error) if overview.error else None
    stops = allow_runs and status == "running"
    return {
        "head-status": [status_badge(status, overview.progress, words)],
        "head-sweep": _comparison(siblings, words),
        "head-stop": [_stop(overview, words)] if stops else [],
        "head-error": [html.Div(error, className="wf-error", role="alert")] if error else [],
        "head-tiles": _tiles(run, words),
        "head-expectations": [_expectations(overview.expectations, words)] if overview.expectations else [],
    }


def unread_parts(words: Words, reason: str) -> dict[str, list[Any]]:
    """Return what takes the place of some parts when a run can no longer be read: why, and nothing that stops it."""
    said = [html.B(words("unread")), html.Br(), text(reason, 2000)]
    return {"head-stop": [], "head-error": [html.Div(said, className="wf-error", role="alert")]}


def fingerprints(parts: Mapping[str, list[Any]]) -> dict[str, int]:
    """Return what tells whether a part differs from what a page shows: the page replaces nothing else.

    What is replaced is made anew by the browser, and loses the keyboard's focus.
    """
    return {name: crc32(repr(part).encode("utf-8", "replace")) for name, part in parts.items()}


def status_badge(status: str, progress: float | None, words: Words) -> html.Span:
    """Return the status as a word with a dot; a running run says how far it is."""
    share = f" {progress:.0%}" if status == "running" and progress is not None else ""
    return html.Span([html.I(className="wf-dot"), f"{words(status)}{share}"], className=f"wf-status wf-status-{status}")


def _comparison(siblings: Sequence[str], words: Words) -> list[Any]:
    """Return the way to a comparison of a run with the others of its sweep, where there are any."""
    if len(siblings) < 2:
        return []
    return [dcc.Link(words("run.sweep", count=len(siblings)), href=compare_path(siblings), className="wf-button")]


def _stop(overview: Overview, words: Words) -> html.Button:
    """Return the button that stops a run; it is seen where the run was started from the page."""
    about = data(stop_run=text(overview.name) or "")
    return html.Button(words("run.stop"), className="wf-button wf-stop", hidden=True, **about)


def _tiles(run: RunData, words: Words) -> list[html.Div]:
    overview = run.overview
    delivered, dropped = count_text(overview.packets_delivered), count_text(overview.packets_dropped)
    return [
        _accuracy_tile(overview, words) if run.learning.exists else _transfers_tile(overview, words),
        _tile(words("run.bytes"), bytes_text(overview.bytes_total), _share_bar(overview, words), None),
        _tile(
            words("run.virtual"),
            duration_text(overview.virtual_s),
            None if overview.wall_s is None else words("run.wall", time=duration_text(overview.wall_s)),
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
    """Return the shares of the classes of link as a thin bar in the colours of the traffic chart, named below it."""
    shares = [(name, size) for name, size in (overview.bytes_by_class or {}).items() if size > 0]
    if not shares:
        return words("run.all-links")
    shares.sort(key=lambda share: -share[1])
    total = sum(size for _, size in shares)
    names = [text(words.of("class", name), 20) or "?" for name, _ in shares]
    said = ", ".join(f"{name} {bytes_text(size)}" for name, (_, size) in zip(names, shares, strict=True))
    colours = [{"background": _class_colour(name)} for name, _ in shares]
    bar = [html.I(style={"flexGrow": size, **colour}) for colour, (_, size) in zip(colours, shares, strict=True)]
    named = [
        html.Span([html.I(style=colour), f"{name} {size / total:.0%}"])
        for name, colour, (_, size) in zip(names, colours, shares, strict=True)
    ]
    return html.Div(
        [html.Div(bar, className="wf-shares"), html.Div(named[:MOST_SHARES], className="wf-share-names")],
        title=said,
        role="img",
        **aria("label", said),
    )


def _class_colour(name: str) -> str:
    """Return the colour of a class of link; a name that is none of ours must not get into a style."""
    return f"var(--wf-class-{name}, var(--wf-muted))" if name.replace("-", "").isalnum() else "var(--wf-muted)"


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
