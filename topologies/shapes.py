"""Plain shapes: nodes of one tier, wired in a line, a ring or a star.

Positions serve the picture only: the links are wires. Nodes are called after their tier: edge1, edge2, ...
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt

Tier = Literal["device", "edge", "cloud"]


@dataclass(frozen=True)
class Line:
    """Nodes in a row, each wired to the next."""

    nodes: Annotated[int, "Number of nodes.", Ge(1)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = [(number * self.spacing_m, 0.0) for number in range(self.nodes)]
        return _wired(self.tier, places, [(number, number + 1) for number in range(self.nodes - 1)])


@dataclass(frozen=True)
class Ring:
    """Nodes on a circle, each wired to the next and the last to the first."""

    nodes: Annotated[int, "Number of nodes.", Ge(3)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = _circle(self.nodes, self.spacing_m / (2.0 * math.sin(math.pi / self.nodes)))
        return _wired(self.tier, places, [(number, (number + 1) % self.nodes) for number in range(self.nodes)])


@dataclass(frozen=True)
class Star:
    """A first node in the middle, wired to each of the others around it."""

    nodes: Annotated[int, "Number of nodes, the one in the middle included.", Ge(2)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance from the middle.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = [(0.0, 0.0), *_circle(self.nodes - 1, self.spacing_m)]
        return _wired(self.tier, places, [(0, number) for number in range(1, self.nodes)])


def _circle(count: int, radius_m: float) -> list[tuple[float, float]]:
    """Return points at equal angles on a circle around the origin."""
    angles = [2.0 * math.pi * number / count for number in range(count)]
    return [(radius_m * math.cos(angle), radius_m * math.sin(angle)) for angle in angles]


def _wired(tier: Tier, places: list[tuple[float, float]], pairs: list[tuple[int, int]]) -> "nx.Graph[str]":
    """Return a graph of nodes at these places, with a wire between each pair of numbers."""
    graph: nx.Graph[str] = nx.Graph()
    names = [f"{tier}{number + 1}" for number in range(len(places))]
    for name, (x_m, y_m) in zip(names, places, strict=True):
        graph.add_node(name, tier=tier, x_m=x_m, y_m=y_m)
    graph.add_edges_from([(names[first], names[second]) for first, second in pairs], medium="wire")
    return graph
