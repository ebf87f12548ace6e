"""Where the joules went: by cause, and within a cause by tier of node and class of link."""

from wayfare.dashboard.quantity_text import si_text
from wayfare.dashboard.run_data import RunData
from wayfare.dashboard.theme import stacked

from .figure import Chart, Figure, View, escaped, in_order, layout, nothing, titled
from .traffic_by_class import class_name, hatching

CAUSES = ("compute", "radio", "link", "idle")


def spent_by_cause(run: RunData) -> dict[str, dict[str, float]]:
    """Return joules by cause and by who spent them: ``tier.edge``, ``class.core``, ``nodes``, ``links``.

    The ledger is written at the end of a run. Without it the summary knows the causes alone, and the bins tell nodes
    and links apart.
    """
    ledger = run.ledger
    spent: dict[str, dict[str, float]] = {}
    for node, link, cause, energy_j in zip(
        ledger.node.tolist(), ledger.link.tolist(), ledger.cause, ledger.energy_j.tolist(), strict=True
    ):
        who = f"tier.{run.network.tiers[node]}" if node >= 0 else f"class.{run.network.link_class[link]}"
        of_cause = spent.setdefault(cause, {})
        of_cause[who] = of_cause.get(who, 0.0) + energy_j
    if spent:
        return spent
    nodes_j = run.traffic.nodes_energy_j
    parts = {"nodes": nodes_j, "links": run.traffic.energy_j - nodes_j}
    return {who: {who: joules} for who, joules in parts.items() if joules > 0}


def energy_figure(run: RunData, view: View) -> Figure:
    """Return a bar for each cause, made of those who spent it."""
    spent = spent_by_cause(run)
    if not spent:
        return nothing(view)
    causes = sorted(
        spent, key=lambda cause: (cause not in CAUSES, CAUSES.index(cause) if cause in CAUSES else 0, cause)
    )
    labels = [escaped(view.words.of("energy", cause)) for cause in causes]
    who = stacked({one for parts in spent.values() for one in parts})
    colours = _colours(view)
    traces = []
    for one in who:
        name = escaped(_who(view, one))
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": labels,
                "x": [spent[cause].get(one, 0.0) for cause in causes],
                "name": name,
                "marker": {
                    "color": colours.get(one, view.palette.muted),
                    "pattern": hatching(one, view),
                    "line": {"width": 1, "color": view.palette.surface},
                },
                "hovertemplate": f"%{{y}}, {name}: %{{x:.4~s}}J<extra></extra>",
            }
        )
    totals = [sum(spent[cause].values()) for cause in causes]
    notes = [
        {
            "x": total,
            "y": label,
            "text": si_text(total, "J"),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
            "font": {"color": view.palette.ink, "size": 12},
        }
        for total, label in zip(totals, labels, strict=True)
    ]
    x_axis = {"title": titled(view.words("axis.joules"), view), "range": [0, max(totals) * 1.18], "tickformat": "~s"}
    y_axis = {"autorange": "reversed", "type": "category", "showgrid": False}
    return {
        "data": traces,
        "layout": in_order(layout(view, x_axis, y_axis)) | {"barmode": "stack", "annotations": notes},
    }


def _colours(view: View) -> dict[str, str]:
    tiers = {f"tier.{name}": colour for name, colour in view.palette.tiers}
    classes = {f"class.{name}": colour for name, colour in view.palette.link_classes}
    return {**tiers, **classes, "nodes": view.palette.second, "links": view.palette.accent}


def _who(view: View, one: str) -> str:
    family, _, name = one.partition(".")
    if family == "tier":
        return view.words("energy.tier", tier=view.words.of("tier", name))
    return class_name(view, name) if family == "class" else view.words(f"energy.{family}")


def energy_summary(run: RunData, view: View) -> str:
    """Say what was spent in all, and on what most."""
    spent = {cause: sum(parts.values()) for cause, parts in spent_by_cause(run).items()}
    total = sum(spent.values())
    if not total:
        return view.words("chart.nothing")
    top = max(spent, key=lambda cause: spent[cause])
    words = {"total": si_text(total, "J"), "share": f"{spent[top] / total:.0%}", "cause": view.words.of("energy", top)}
    said = view.words("energy.summary", **words)
    return said + _partly(run, view) if "nodes" in spent or "links" in spent else said


def _partly(run: RunData, view: View) -> str:
    """Say why the causes are not known: not yet, or because the run did not come to where they are written."""
    match run.overview.status:
        case "running":
            return view.words("energy.partly")
        case "finished":
            return view.words("energy.unwritten")
        case _:
            return view.words("energy.cut-off")


ENERGY = Chart("energy", energy_figure, energy_summary)
