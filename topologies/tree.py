"""A tree: a root, its branches, and leaves at the end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt, Le

from .wires import Tier, refuse_too_many


@dataclass(frozen=True)
class Tree:
    """A balanced tree: the root is the cloud, the leaves are devices, and what is between them are edge nodes.

    It has (branching^(depth + 1) - 1) / (branching - 1) nodes, branching^depth of them leaves. All links are wires.
    Nodes are called after their tier, level by level.
    """

    branching: Annotated[int, "Children of every node that is not a leaf.", Ge(1), Le(1000)] = 2
    depth: Annotated[int, "Links between the root and each leaf.", Ge(1), Le(1000)] = 3
    spacing_m: Annotated[float, "Distance between neighbouring leaves, and between levels.", Gt(0)] = 100.0
    root_tier: Annotated[Tier, "Tier of the root."] = "cloud"
    inner_tier: Annotated[Tier, "Tier of the nodes between the root and the leaves."] = "edge"
    leaf_tier: Annotated[Tier, "Tier of the leaves."] = "device"

    def __post_init__(self) -> None:
        refuse_too_many(sum(self.branching**level for level in range(self.depth + 1)))

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        graph: nx.Graph[str] = nx.Graph()
        counted: Counter[str] = Counter()
        above: list[str] = []
        for level in range(self.depth + 1):
            tier = self._tier(level)
            here = [self._name(tier, counted) for _ in range(self.branching**level)]
            for number, name in enumerate(here):
                graph.add_node(name, tier=tier, x_m=self._x_m(level, number), y_m=-level * self.spacing_m)
                if above:
                    graph.add_edge(above[number // self.branching], name, medium="wire")
            above = here
        return graph

    def _tier(self, level: int) -> Tier:
        """Return the tier of the nodes of a level."""
        if level == 0:
            return self.root_tier
        return self.leaf_tier if level == self.depth else self.inner_tier

    def _name(self, tier: Tier, counted: Counter[str]) -> str:
        """Return the next name of a tier; a cloud that is alone has no number."""
        counted[tier] += 1
        alone = tier == self.root_tier == "cloud" and "cloud" not in (self.inner_tier, self.leaf_tier)
        return "cloud" if alone else f"{tier}{counted[tier]}"

    def _x_m(self, level: int, number: int) -> float:
        """Return where a node stands: in the middle above its leaves [m]."""
        leaves: int = self.branching ** (self.depth - level)
        return (number * leaves + (leaves - 1) / 2.0) * self.spacing_m
