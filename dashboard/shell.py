"""The frame around all pages: header, way to the content, and what the browser tells the server."""

from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from .address import LAUNCH
from .quantity_text import text
from .texts import Words
from .theme import style_sheet

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title>{%favicon%}<script src="/assets/scheme.js"></script>
<style>STYLE</style>{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def page_source() -> str:
    """Return the HTML around the app; its first script sets theme and language before anything is drawn."""
    return _PAGE.replace("STYLE", style_sheet())


def shell() -> dmc.MantineProvider:
    """Return the app's layout; the header and the page come when the browser has told its language."""
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            *(dcc.Store(id=name) for name in ("scheme", "lang", "language", "address")),
            html.Header(id="header", className="wf-header"),
            html.Main(id="page", className="wf-main", tabIndex=-1),
        ],
        theme={"fontFamily": "var(--wf-font)", "fontFamilyMonospace": "var(--wf-mono)", "primaryColor": "blue"},
        defaultColorScheme="auto",
    )


def header(folder: Path, words: Words, *, allow_runs: bool) -> list[Any]:
    """Return what the header holds, in the order of the keyboard's way through it."""
    links = [dcc.Link(words("nav.runs"), href="/", className="wf-nav")]
    if allow_runs:
        links.append(dcc.Link(words("nav.launch"), href=LAUNCH, className="wf-nav"))
    toggle = dmc.ColorSchemeToggle(
        id="scheme-toggle",
        lightIcon=html.I(className="wf-icon wf-icon-moon"),
        darkIcon=html.I(className="wf-icon wf-icon-sun"),
        variant="subtle",
        size="lg",
        **aria("label", words("scheme")),
    )
    language = html.Button(
        words("language"),
        id="language-toggle",
        className="wf-language",
        lang="en" if words.language == "zh" else "zh",
        **aria("label", words("language.switch")),
    )
    return [
        html.A(words("skip"), href="#page", className="wf-skip", id="skip"),
        dcc.Link([html.I(className="wf-logo"), "Wayfare"], href="/", className="wf-brand"),
        html.Nav(links, className="wf-navs", **aria("label", words("nav"))),
        html.Code(text(str(folder)), className="wf-folder"),
        language,
        toggle,
    ]


def message_page(words: Words, title: str, reason: str) -> html.Div:
    """Return a page that has nothing to show but why."""
    inside = [html.H1(title, className="wf-message-title"), html.P(text(reason, 2000))]
    return html.Div([way_back(words), html.Div(inside, className="wf-empty", role="alert")])


def way_back(words: Words) -> dcc.Link:
    """Return the link to the table of runs."""
    return dcc.Link(words("back"), href="/", className="wf-back")


def aria(what: str, value: str) -> dict[str, Any]:
    """Return an attribute for those who listen to the page: its name is no Python name."""
    return {f"aria-{what}": value}


def data(**values: object) -> dict[str, Any]:
    """Return attributes for the page's scripts."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}
