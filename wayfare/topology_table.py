"""What a topology is, as a table."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from rich.table import Table

from wayfare.emulator.links import class_of, section_of

from .figures import amount

if TYPE_CHECKING:
    Graph = nx.Graph[str]

MOST_NODES = 5000
"""The diameter of larger networks is not computed: it takes minutes."""


def topology_table(name: str, graph: "Graph") -> Table:
    """Return the figures of a topology: nodes, links, degrees, diameter, extent and hash."""
    table = Table(title=name, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for label, text in _figures(graph):
        table.add_row(label, text)
    return table


def _figures(graph: "Graph") -> Iterator[tuple[str, str]]:
    """Yield each label with its text."""
    from wayfare.topologies import graph_hash

    tiers = Counter(str(tier) for _, tier in graph.nodes(data="tier"))
    yield "nodes", _counted(len(graph), {tier: tiers[tier] for tier in ("cloud", "edge", "device")})
    yield "links", _counted(graph.number_of_edges(), _links_by_class(graph))
    degrees = [degree for _, degree in graph.degree()]
    yield "degree", f"{min(degrees)} to {max(degrees)}, mean {sum(degrees) / len(degrees):.3g}"
    yield (
        "diameter",
        f"{nx.diameter(graph)} hops" if len(graph) <= MOST_NODES else f"not computed above {MOST_NODES} nodes",
    )
    yield "rates", _range(graph, "rate_bps", "bit/s")
    yield "delays", _range(graph, "delay_s", "s")
    yield "extent", _extent(graph)
    for key in ("source", "licence"):
        if key in graph.graph:
            yield key, str(graph.graph[key])
    if graph.graph.get("draws", 1) > 1 or graph.graph.get("joined"):
        yield (
            "drawn",
            f"{graph.graph['draws']} times until connected, {graph.graph['joined']} wires added to join parts",
        )
    yield "hash", graph_hash(graph)


def _links_by_class(graph: "Graph") -> Counter[str]:
    """Return the number of links of each class, as a scenario's `links` section calls them, radio links apart."""
    tiers = {name: str(node["tier"]) for name, node in graph.nodes(data=True)}
    return Counter(
        "radio" if link.get("medium") == "radio" else section_of(class_of(tiers[first], tiers[second]))
        for first, second, link in graph.edges(data=True)
    )


def _counted(total: int, parts: "dict[str, int] | Counter[str]") -> str:
    """Return `29 (1 cloud, 4 edge, 24 device)`."""
    listed = ", ".join(f"{count} {part}" for part, count in parts.items() if count)
    return f"{total} ({listed})" if listed else str(total)


def _range(graph: "Graph", key: str, unit: str) -> str:
    """Return the smallest and the largest of what links say, and how many leave it to their class."""
    links = [link for *_, link in graph.edges(data=True) if link.get("medium") != "radio"]
    values = [link[key] for link in links if key in link]
    left = f"{len(links) - len(values)} of {len(links)} wires as their class says" if len(values) < len(links) else ""
    write = amount(unit)
    span = [write(value) for value in sorted({min(values), max(values)})] if values else []
    return "; ".join(filter(None, [" to ".join(span), left])) or "-"


def _extent(graph: "Graph") -> str:
    """Return the size of the map."""
    places = [(node["x_m"], node["y_m"]) for _, node in graph.nodes(data=True) if "x_m" in node]
    if not places:
        return "no node has a position"
    width_m, height_m = np.ptp(np.array(places), axis=0)
    without = f"; {len(graph) - len(places)} nodes without a position" if len(places) < len(graph) else ""
    write = amount("m")
    return f"{write(math.ceil(width_m))} x {write(math.ceil(height_m))}{without}"
