"""The generators by name, and what they have in common."""

from collections.abc import Callable
from typing import Protocol

import networkx as nx
import numpy as np

from .fat_tree import FatTree
from .geometric import RandomGeometric
from .grid import Grid
from .hexagonal import HexagonalCells
from .real import Real
from .shapes import Complete, Line, Ring, Star
from .small_world import SmallWorld
from .three_tier import ThreeTier
from .tree import Tree


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
    "hexagonal-cells": HexagonalCells,
    "line": Line,
    "ring": Ring,
    "star": Star,
    "complete": Complete,
    "mesh-grid": Grid,
    "tree": Tree,
    "fat-tree": FatTree,
    "small-world": SmallWorld,
    "random-geometric": RandomGeometric,
    "real": Real,
}
