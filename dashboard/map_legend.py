"""What the shapes and colours of the map mean."""

from dash import html

from .run_data import RunData

LOAD_LABELS = ("idle", "to 25 %", "to 50 %", "to 75 %", "above")


def map_legend(run: RunData) -> html.Div:
    """Return the legend for what this run's map can show; its colours come from the style sheet."""
    groups = [_tiers(run), *([_accuracy()] if run.learning.exists else []), _load(run), _crossings(run)]
    return html.Div(groups, className="wf-legend")


def _group(title: str, *items: html.Span) -> html.Div:
    return html.Div([html.Span(title, className="wf-legend-title"), *items], className="wf-legend-group")


def _item(mark: str, label: str) -> html.Span:
    return html.Span([html.I(className=f"wf-mark {mark}"), label], className="wf-legend-item")


def _tiers(run: RunData) -> html.Div:
    present = set(run.network.tiers)
    items = [_item(f"wf-mark-{tier}", tier) for tier in ("cloud", "edge", "device") if tier in present]
    others = [_item("wf-mark-other", "other")] if present - {"cloud", "edge", "device"} else []
    return _group("Nodes", *items, *others)


def _accuracy() -> html.Div:
    ramp = html.Span(["0", html.I(className="wf-ramp"), "1"], className="wf-legend-item")
    return _group("Accuracy of the model held", ramp, _item("wf-mark-unknown", "none yet"))


def _load(run: RunData) -> html.Div:
    steps = [_item(f"wf-load wf-load-{step}", label) for step, label in enumerate(LOAD_LABELS)]
    radio = [_item("wf-dash", "radio")] if run.network.radio.any() else []
    return _group("Link load", *steps, *radio)


def _crossings(run: RunData) -> html.Div:
    if not run.learning.exists:
        return _group("On the way", _item("wf-mark-flow", "transfer"))
    return _group("On the way", _item("wf-mark-packet", "model packet"), _item("wf-mark-flow", "other traffic"))
