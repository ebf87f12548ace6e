"""Plain shapes: nodes of one tier, wired in a line, a ring or a star, or each to every other.

Positions serve the picture only: the links are wires. Nodes are called after their tier: edge1, edge2, ...
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt, Le

from .wires import Tier, circle, wired


@dataclass(frozen=True)
class Line:
    """Nodes in a row, each wired to the next."""

    nodes: Annotated[int, "Number of nodes.", Ge(1), Le(1_000_000)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = [(number * self.spacing_m, 0.0) for number in range(self.nodes)]
        return wired(self.tier, places, [(number, number + 1) for number in range(self.nodes - 1)])


@dataclass(frozen=True)
class Ring:
    """Nodes on a circle, each wired to the next and the last to the first."""

    nodes: Annotated[int, "Number of nodes.", Ge(3), Le(1_000_000)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = circle(self.nodes, self.spacing_m / (2.0 * math.sin(math.pi / self.nodes)))
        return wired(self.tier, places, [(number, (number + 1) % self.nodes) for number in range(self.nodes)])


@dataclass(frozen=True)
class Star:
    """A first node in the middle, wired to each of the others around it."""

    nodes: Annotated[int, "Number of nodes, the one in the middle included.", Ge(2), Le(1_000_000)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance from the middle.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        places = [(0.0, 0.0), *circle(self.nodes - 1, self.spacing_m)]
        return wired(self.tier, places, [(0, number) for number in range(1, self.nodes)])


@dataclass(frozen=True)
class Complete:
    """Nodes on a circle, each wired to every other."""

    nodes: Annotated[int, "Number of nodes.", Ge(1), Le(2000)]
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours on the circle.", Gt(0)] = 100.0

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        radius_m = self.spacing_m / (2.0 * math.sin(math.pi / self.nodes)) if self.nodes > 1 else 0.0
        return wired(self.tier, circle(self.nodes, radius_m), itertools.combinations(range(self.nodes), 2))
