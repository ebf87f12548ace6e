"""A random geometric network: nodes scattered over a square, wired to those within reach."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt

from .connection import Disconnected, connected
from .wires import Tier, numbered, place_nodes, refuse_too_many


@dataclass(frozen=True)
class RandomGeometric:
    """The random geometric graph (Gilbert 1961): nodes uniform over a square, wired where they are within reach.

    By default the reach is 1.5 times the one at which such a graph becomes connected, side sqrt(ln n / (pi n)) (Gupta
    and Kumar 1998). Each node is placed by its own stream, so that one more node moves none, unless a draw in several
    parts is drawn again; with a reach that is given it changes no other wire either.
    """

    nodes: Annotated[int, "Number of nodes.", Ge(1)] = 50
    side_m: Annotated[float, "Side of the square.", Gt(0)] = 1000.0
    reach_m: Annotated[float | None, "Largest distance of two nodes with a wire between them.", Gt(0)] = None
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    disconnected: Annotated[
        Disconnected, "What to do about a draw in several parts: draw again (at most 100 times), join them, or refuse."
    ] = "redraw"

    def __post_init__(self) -> None:
        refuse_too_many(self.nodes)

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; `stream` gives each node the random stream of its name."""
        return connected(self._draw, stream, self.disconnected)

    @property
    def _reach_m(self) -> float:
        """Return the reach, as given or as the number of nodes asks for [m]."""
        if self.reach_m is not None:
            return self.reach_m
        return 1.5 * self.side_m * math.sqrt(math.log(max(self.nodes, 2)) / (math.pi * self.nodes))

    def _draw(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return one draw, in one part or several."""
        names = numbered(self.tier, self.nodes)
        places = np.array([stream(name).random(2) * self.side_m for name in names])
        graph: nx.Graph[str] = nx.Graph()
        place_nodes(graph, names, self.tier, [(float(x_m), float(y_m)) for x_m, y_m in places])
        # One row at a time: memory stays linear in the nodes, and the result does not depend on an optional KD-tree.
        for number, name in enumerate(names):
            gaps_m = np.hypot(*(places[number + 1 :] - places[number]).T)
            for step in np.flatnonzero(gaps_m <= self._reach_m):
                graph.add_edge(name, names[number + 1 + int(step)], medium="wire")
        return graph
