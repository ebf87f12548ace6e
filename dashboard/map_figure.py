"""The network at one moment as a still picture: nodes by tier and accuracy, links by load, what is on its way.

Figures are plain Plotly JSON: building `plotly.graph_objects` would cost more than all the rest.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .journeys import Crossing
from .network import Network
from .quantity_text import accuracy_text, bytes_text, si_text
from .run_data import RunData
from .theme import FONT, Palette, ramp
from .traffic import LinkLoads

Figure = dict[str, Any]
TIERS = {"device": ("circle", 12.0), "edge": ("diamond", 22.0), "cloud": ("hexagon2", 30.0)}
UNKNOWN_TIER = ("square", 13.0)
LOAD_STEPS = (0.001, 0.25, 0.5, 0.75)
LOAD_WIDTHS = (1.2, 2.2, 3.4, 4.8, 6.4)
LABELLED_NODES = 40


def map_figure(run: RunData, time_s: float, palette: Palette) -> Figure:
    """Return the picture at a virtual time [s]."""
    network = run.network
    loads = run.traffic.at(time_s, run.end_s, len(network.source))
    accuracy = run.learning.held_at(time_s, len(network.names))
    traces = [
        *_link_traces(network, loads, palette),
        _link_hover(network, loads, run.traffic.bin_s),
        *_node_traces(network, accuracy, palette, learned=run.learning.exists),
        *_crossing_traces(network, run.journeys.crossing(time_s), palette),
    ]
    return {"data": traces, "layout": _layout(network, palette, run.overview.name)}


def load_step(utilisation: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the step of the load scale, 0 (idle) to 4 (above 75 %), of utilisations between 0 and 1."""
    return np.searchsorted(LOAD_STEPS, utilisation, side="right").astype(np.int64)


def _link_traces(network: Network, loads: LinkLoads, palette: Palette) -> list[Figure]:
    """Draw each link once, by its busier direction: one trace per medium and step of load, the busiest on top."""
    busier = loads.utilisation.reshape(-1, 2).max(axis=1)
    steps = load_step(busier)
    traces = []
    for step, (colour, width) in enumerate(zip(palette.load, LOAD_WIDTHS, strict=True)):
        for radio in (True, False):
            edges = np.flatnonzero((steps == step) & (network.radio == radio))
            if len(edges):
                line = {
                    "color": colour,
                    "width": width * (0.7 if radio else 1.25),
                    "dash": "4px,4px" if radio else "solid",
                }
                x, y = _segments(network, edges)
                traces.append({"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"})
    return traces


def _segments(network: Network, edges: NDArray[np.int64]) -> tuple[list[float | None], list[float | None]]:
    source, target = network.position[network.source[2 * edges]], network.position[network.target[2 * edges]]
    gap = np.full(len(edges), None)
    x, y = (np.column_stack([source[:, axis], target[:, axis], gap]).ravel().tolist() for axis in (0, 1))
    return x, y


def _link_hover(network: Network, loads: LinkLoads, bin_s: float) -> Figure:
    edges = np.arange(len(network.radio))
    middle = (network.position[network.source[2 * edges]] + network.position[network.target[2 * edges]]) / 2
    texts = [_link_text(network, loads, bin_s, int(edge)) for edge in edges]
    marker = {"size": 14, "opacity": 0}
    return _points(middle, marker, texts) | {"name": "links"}


def _link_text(network: Network, loads: LinkLoads, bin_s: float, edge: int) -> str:
    lines = ["<b>radio link</b>" if network.radio[edge] else "<b>wired link</b>"]
    for link in (2 * edge, 2 * edge + 1):
        ends = f"{_name(network, network.source[link])} → {_name(network, network.target[link])}"
        rate = si_text(float(loads.bytes[link]) * 8 / bin_s, "bit/s")
        of = "" if np.isnan(network.rate_bps[link]) else f" of {si_text(float(network.rate_bps[link]), 'bit/s')}"
        busy = f"{loads.utilisation[link]:.0%} busy, {loads.queue[link]:.1f} transfers"
        lines.append(f"{ends} ({escape(network.link_class[link])})<br>   {rate}{of}, {busy}")
    return "<br>".join(lines)


def _node_traces(network: Network, accuracy: NDArray[np.float64], palette: Palette, *, learned: bool) -> list[Figure]:
    tiers = np.array(network.tiers)
    shrink = float(np.clip(np.sqrt(60 / max(len(tiers), 1)), 0.35, 1.0))
    fill = ramp(accuracy, palette.accuracy, palette.unknown)
    traces = []
    for tier in sorted(set(network.tiers), key=lambda tier: list(TIERS).index(tier) if tier in TIERS else -1):
        members = np.flatnonzero(tiers == tier)
        symbol, size = TIERS.get(tier, UNKNOWN_TIER)
        marker = {
            "symbol": symbol,
            "size": size * shrink,
            "color": [fill[node] for node in members],
            "opacity": 1,
            "line": {"color": palette.ink, "width": 1.4},
        }
        texts = [_node_text(network, int(node), float(accuracy[node]), learned=learned) for node in members]
        traces.append(_points(network.position[members], marker, texts) | {"name": escape(tier)})
        if tier != "device" or len(tiers) <= LABELLED_NODES // 4:
            traces[-1] |= _labels([_name(network, node) for node in members], palette)
    return traces


def _labels(names: list[str], palette: Palette) -> Figure:
    if len(names) > LABELLED_NODES:
        return {}
    font = {"color": palette.ink, "size": 12}
    return {"mode": "markers+text", "text": names, "textposition": "bottom center", "textfont": font}


def _node_text(network: Network, node: int, accuracy: float, *, learned: bool) -> str:
    head = f"<b>{_name(network, node)}</b>, {escape(network.tiers[node])}"
    if not learned:
        return head
    known = "no model measured yet" if np.isnan(accuracy) else f"accuracy of its model {accuracy_text(accuracy)}"
    return f"{head}<br>{known}"


def _crossing_traces(network: Network, crossing: Crossing, palette: Palette) -> list[Figure]:
    """Draw what is on a link as arrowheads: filled for model packets, hollow for other traffic."""
    start, end = network.position[crossing.node], network.position[crossing.peer]
    place = start + (end - start) * crossing.fraction[:, None]
    angle = np.degrees(np.arctan2(end[:, 0] - start[:, 0], end[:, 1] - start[:, 1]))
    model = crossing.packet >= 0
    traces = []
    for name, rows, fill in (
        ("other traffic", np.flatnonzero(~model), palette.surface),
        ("model packets", np.flatnonzero(model), palette.packet),
    ):
        marker = {
            "symbol": "arrow",
            "size": 15,
            "angle": angle[rows].tolist(),
            "color": fill,
            "opacity": 1,
            "line": {"color": palette.packet if fill == palette.surface else palette.surface, "width": 1.5},
        }
        texts = [_crossing_text(network, crossing, int(row)) for row in rows]
        traces.append(_points(place[rows], marker, texts) | {"name": name})
    return traces


def _crossing_text(network: Network, crossing: Crossing, row: int) -> str:
    packet, flow = int(crossing.packet[row]), int(crossing.flow[row])
    head = f"<b>model packet {packet}</b>" if packet >= 0 else f"<b>transfer {flow}</b>"
    way = f"{_name(network, crossing.node[row])} → {_name(network, crossing.peer[row])}"
    return f"{head}<br>{way}<br>{bytes_text(float(crossing.size_bytes[row]))}, {crossing.fraction[row]:.0%} of the way"


def _points(place: NDArray[np.float64], marker: Figure, texts: Sequence[str]) -> Figure:
    x, y = place[:, 0].tolist(), place[:, 1].tolist()
    hover = {"hovertext": list(texts), "hovertemplate": "%{hovertext}<extra></extra>"}
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "cliponaxis": False, **hover}


def _name(network: Network, node: int | np.integer[Any]) -> str:
    return escape(network.names[int(node)])


def _layout(network: Network, palette: Palette, name: str) -> Figure:
    hidden = {"visible": False, "fixedrange": False}
    return {
        "font": {"family": FONT, "color": palette.ink, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 24, "r": 24, "t": 16, "b": 28},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": hover_label(palette),
        "dragmode": False,
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette.muted, "activecolor": palette.ink},
        "uirevision": name,
        "xaxis": {**hidden, "constrain": "domain"},
        "yaxis": {**hidden, "scaleanchor": "x", "scaleratio": 1},
        **(_scale_bar(network, palette) if network.geographic else {}),
    }


def hover_label(palette: Palette) -> Figure:
    """Return how hover texts look."""
    font = {"family": FONT, "color": palette.ink, "size": 13}
    return {"bgcolor": palette.raised, "bordercolor": palette.line, "font": font, "align": "left"}


def _scale_bar(network: Network, palette: Palette) -> Figure:
    """Draw a bar of a round length in the lower left corner of the network."""
    low, high = network.position.min(axis=0), network.position.max(axis=0)
    width_m = float(max(high - low))
    if width_m <= 0:
        return {}
    length_m = round_length(width_m / 4)
    x, y = float(low[0]), float(low[1] - width_m * 0.04)
    line = {"color": palette.muted, "width": 2}
    bar = {"type": "line", "x0": x, "x1": x + length_m, "y0": y, "y1": y, "line": line}
    text = {"text": si_text(length_m, "m"), "x": x + length_m / 2, "y": y, "yanchor": "top", "showarrow": False}
    return {"shapes": [bar], "annotations": [text | {"font": {"color": palette.muted, "size": 12}}]}


def round_length(most: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above ``most``."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step for step in (power, 2 * power, 5 * power) if step <= most * (1 + 1e-12)))


def moment_text(run: RunData, time_s: float) -> str:
    """Say in words what the picture shows, for the line beneath it and for those who cannot see it."""
    crossing = run.journeys.crossing(time_s)
    models = len(np.unique(crossing.flow[crossing.packet >= 0]))
    others = len(np.unique(crossing.flow[crossing.packet < 0]))
    parts = [f"{models} model packet{'' if models == 1 else 's'} on the way"] if run.learning.exists else []
    if others or not run.learning.exists:
        parts.append(
            f"{others} {'other ' if run.learning.exists else ''}transfer{'' if others == 1 else 's'} on the way"
        )
    held = run.learning.held_at(time_s, len(run.network.names))
    if np.isfinite(held).any():
        parts.append(f"mean accuracy held {accuracy_text(float(np.nanmean(held)))}")
    return ", ".join(parts)
