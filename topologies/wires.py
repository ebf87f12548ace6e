"""Wired graphs of placed nodes, as the plain shapes and the generators build them."""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import networkx as nx

from .errors import TopologyError

Tier = Literal["device", "edge", "cloud"]
Place = tuple[float, float]

MOST_NODES = 1_000_000
"""A generator refuses to build more: a slip in a parameter would only fill the memory."""


def circle(count: int, radius_m: float) -> list[Place]:
    """Return points at equal angles on a circle around the origin [m]."""
    angles = [2.0 * math.pi * number / count for number in range(count)]
    return [(radius_m * math.cos(angle), radius_m * math.sin(angle)) for angle in angles]


def numbered(word: str, count: int) -> list[str]:
    """Return the names `word1`, `word2`, ..."""
    return [f"{word}{number + 1}" for number in range(count)]


def wired(tier: Tier, places: Sequence[Place], pairs: Iterable[tuple[int, int]]) -> "nx.Graph[str]":
    """Return a graph of nodes of one tier at these places [m], with a wire between each pair of numbers."""
    graph: nx.Graph[str] = nx.Graph()
    names = numbered(tier, len(places))
    place_nodes(graph, names, tier, places)
    graph.add_edges_from([(names[first], names[second]) for first, second in pairs], medium="wire")
    return graph


def place_nodes(graph: "nx.Graph[str]", names: Iterable[str], tier: Tier, places: Iterable[Place]) -> None:
    """Add nodes of a tier at these places [m]."""
    for name, (x_m, y_m) in zip(names, places, strict=True):
        graph.add_node(name, tier=tier, x_m=x_m, y_m=y_m)


def refuse_too_many(nodes: int) -> None:
    """Raise if a generator would build more nodes than anybody can use.

    Raises:
        TopologyError: It would.
    """
    if nodes > MOST_NODES:
        raise TopologyError(f"these parameters make more than {MOST_NODES:,} nodes, the most that are built")
