"""The generators by name, and what they have in common."""

from collections.abc import Callable
from typing import Protocol

import networkx as nx
import numpy as np

from .shapes import Line, Ring, Star
from .three_tier import ThreeTier


class TopologyGenerator(Protocol):
    """Builds a topology from its own parameters and seeded streams."""

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology.

        Args:
            stream: From a node's name to a fresh random stream of its own, so that one more node moves no other.
        """
        ...


GENERATORS: dict[str, type[TopologyGenerator]] = {
    "three-tier": ThreeTier,
    "line": Line,
    "ring": Ring,
    "star": Star,
}
