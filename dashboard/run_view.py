"""The page of one run: headline figures, the map, and the charts, all with one cursor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from .address import Address
from .chart_panel import chart_panel
from .charts import CHARTS
from .map.view import map_panel
from .run_data import RunData
from .run_head import run_head
from .shell import data
from .texts import Words

POLL_MS = 2000  # figures and charts cost a browser most; the map looks twice a second
LIVE = ("running", "lost")


def run_page(
    run: RunData,
    address: Address,
    words: Words,
    now: datetime,
    siblings: Sequence[str] = (),
    *,
    allow_runs: bool = False,
) -> html.Div:
    """Return the page with the choices that its address says; the browser takes time and what is picked from there."""
    charts = [chart for chart in CHARTS.values() if chart.suits(run)]
    alone = charts[-1] if sum(not chart.wide for chart in charts) % 2 else None
    panels = [
        chart_panel(
            chart.name,
            words,
            chart.offered(run),
            address.asked,
            wide=chart.wide or chart is alone,
            follows=chart.follows,
        )
        for chart in charts
    ]
    stores: dict[str, Any] = {"run-name": [run.overview.name], "run-stamp": run.stamp, "run-end": run.end_s}
    return html.Div(
        [
            *(dcc.Store(id=name, data=value) for name, value in stores.items()),
            dcc.Interval(id="run-poll", interval=POLL_MS, disabled=run.overview.status_at(now) not in LIVE),
            html.Div(run_head(run, now, words, siblings, allow_runs=allow_runs), id="run-head"),
            map_panel(run.overview.name),
            html.H2(words("run.charts"), className="wf-hidden"),
            html.Div(panels, className="wf-charts", **data(end=run.end_s, stamp=run.stamp)),
        ]
    )
