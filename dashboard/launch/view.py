"""The page on which a scenario is written, checked and run; its editor is made by ``assets/launch.js``."""

from collections.abc import Iterable

from dash import html

from wayfare.dashboard.shell import data, message_page
from wayfare.dashboard.texts import TEXTS, Words


def launch_page(words: Words, shipped: Iterable[str], *, allow_runs: bool) -> html.Div:
    """Return the page; where runs are not allowed, how to allow them."""
    if not allow_runs:
        return message_page(words, words("launch"), words("launch.off"))
    options = [html.Option(name, value=name) for name in shipped]
    source = html.Label(
        [words("launch.start-from"), html.Select(options, id="launch-source", className="wf-select")],
        className="wf-launch-source",
    )
    buttons = [
        html.Button(words("launch.check"), id="launch-check", className="wf-button"),
        html.Button(words("launch.run"), id="launch-run", className="wf-button wf-main-button"),
    ]
    editor = html.Section(
        [
            html.Div([html.H2(words("launch.scenario")), source, *buttons], className="wf-panel-head wf-chart-head"),
            html.P(words("launch.scenario.how"), id="launch-how", className="wf-chart-note"),
            html.Div(id="launch-editor", className="wf-editor"),
        ],
        className="wf-panel",
    )
    aside = html.Div(
        [
            _panel(words("launch.problems"), html.Div(id="launch-said", role="status"), "launch-problems"),
            _panel(words("launch.help"), html.Div(words("launch.help.none"), id="launch-help"), "launch-about"),
            _panel(words("launch.mine"), html.Div(id="launch-mine"), "launch-list"),
        ],
        className="wf-launch-aside",
    )
    said = {key.replace(".", "_"): words(key) for key in TEXTS if key.startswith("launch.")}
    states = {f"state_{state}": words(state) for state in ("running", "finished", "failed", "stopped")}
    return html.Div(
        [html.H1(words("launch"), className="wf-launch-title"), html.Div([editor, aside], className="wf-launch")],
        id="launch",
        **data(**said, **states),
    )


def _panel(title: str, inside: html.Div, name: str) -> html.Section:
    return html.Section([html.Div(html.H2(title), className="wf-panel-head"), inside], id=name, className="wf-panel")
