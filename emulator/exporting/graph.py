"""The network as a graph with what came of the run as attributes of its nodes and edges."""

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np

from wayfare.emulator.records import EventKind, RunRecord

_PLAIN = (str, int, float, bool)


def result_graph(run: RunRecord) -> "nx.DiGraph[str]":
    """Return a directed graph, both directions of each link as edges, as the GraphML of other tools wants it.

    Nodes have what the topology says, and `energy_j` (without links), `jobs`, `sent_packets`, `received_packets` and,
    where something learns, `accuracy` of the model that the node has. Edges have rate, delay, class, and `bytes`,
    `energy_j` and `mean_rate_bps`. The graph has the figures of the summary, such as `accuracy.final`.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(**dict(_flat("", run.summary or {})), name=str(run.manifest["name"]))
    for node in run.topology["nodes"]:
        graph.add_node(node["id"], **{key: value for key, value in node.items() if key != "id" and _plain(value)})
    for node, figures in _of_nodes(run).items():
        graph.nodes[node].update(figures)
    _add_links(graph, run)
    return graph


def _of_nodes(run: RunRecord) -> dict[str, dict[str, float | int]]:
    names = run.node_names
    found: dict[str, dict[str, float | int]] = {}
    energy, events, metrics = run.table("energy"), run.table("events", ("kind", "node")), run.table("metrics")
    own_j = _sums(energy["node"].to_numpy(), energy["energy_j"].to_numpy(), len(names))
    kinds, nodes = events["kind"].to_numpy(), events["node"].to_numpy()
    counts = {
        key: _sums(nodes[kinds == kind], None, len(names))
        for key, kind in (
            ("jobs", EventKind.TRAIN_END),
            ("sent_packets", EventKind.FLOW_START),
            ("received_packets", EventKind.FLOW_END),
        )
    }
    for place, name in enumerate(names):
        found[name] = {"energy_j": float(own_j[place]), **{key: int(many[place]) for key, many in counts.items()}}
    for row in metrics.to_pylist():
        if row["name"] == "accuracy" and row["node"] >= 0 and row["packet"] < 0 and row["value"] == row["value"]:
            found[names[row["node"]]]["accuracy"] = row["value"]
    return found


def _add_links(graph: "nx.DiGraph[str]", run: RunRecord) -> None:
    bins, energy = run.table("bins", ("link", "bytes")), run.table("energy", ("link", "energy_j"))
    edges = run.topology["edges"]
    carried = _sums(bins["link"].to_numpy(), bins["bytes"].to_numpy(), 2 * len(edges))
    used_j = _sums(energy["link"].to_numpy(), energy["energy_j"].to_numpy(), 2 * len(edges))
    lasted_s = float((run.summary or {}).get("time", {}).get("virtual_s") or 0.0)
    for edge in edges:
        for direction, ends in enumerate((("source", "target"), ("target", "source"))):
            link = 2 * edge["index"] + direction
            name = ("forward", "backward")[direction]
            known = {
                "class": edge[f"class_{name}"],
                "rate_bps": edge[f"rate_{name}_bps"],
                "delay_s": edge["delay_s"],
                "medium": edge["medium"],
            }
            figures = {"bytes": float(carried[link]), "energy_j": float(used_j[link])}
            if lasted_s > 0:
                figures["mean_rate_bps"] = figures["bytes"] * 8 / lasted_s
            attributes = {key: value for key, value in known.items() if _plain(value)} | figures
            graph.add_edge(edge[ends[0]], edge[ends[1]], **attributes)


def _sums(places: Any, values: Any, count: int) -> Any:
    """Return sums of values, or counts, by place; places below zero are none."""
    there = places >= 0
    return np.bincount(places[there], None if values is None else values[there], count)


def _plain(value: Any) -> bool:
    return isinstance(value, _PLAIN)


def _flat(prefix: str, figures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return nested figures by their path, those that GraphML can carry."""
    found: list[tuple[str, Any]] = []
    for key, value in figures.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, Mapping):
            found += _flat(path, value)
        elif _plain(value):
            found.append((path, value))
    return found
