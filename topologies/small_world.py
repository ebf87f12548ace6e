"""A small world: a ring of near neighbours with some links thrown far."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt, Le, MultipleOf

from .connection import Disconnected, connected
from .errors import TopologyError
from .wires import Tier, circle, numbered, place_nodes, refuse_too_many


@dataclass(frozen=True)
class SmallWorld:
    """The small world of Watts and Strogatz (Nature 393, 1998): a ring, each node wired to its nearest, some rewired.

    Each node first has a wire to the next `neighbours`/2 on the ring; then each such wire is thrown, with the
    probability `rewiring`, to a node drawn from all the others that it has no wire to. A node draws from its own
    stream whether and whereto it throws its wires; since the choice is among all nodes, one more node changes the
    targets of thrown wires, though not which wires are thrown. A draw in several parts is handled as `disconnected`
    says.
    """

    nodes: Annotated[int, "Number of nodes.", Ge(3)] = 20
    neighbours: Annotated[int, "Wires of each node before rewiring, an even number.", Ge(2), MultipleOf(2)] = 4
    rewiring: Annotated[float, "Probability with which a wire is thrown elsewhere.", Ge(0), Le(1)] = 0.1
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours on the ring.", Gt(0)] = 100.0
    disconnected: Annotated[
        Disconnected, "What to do about a draw in several parts: draw again (at most 100 times), join them, or refuse."
    ] = "redraw"

    def __post_init__(self) -> None:
        refuse_too_many(self.nodes)
        if self.neighbours >= self.nodes:
            raise TopologyError(
                f"neighbours is {self.neighbours} and nodes {self.nodes}; it takes more nodes than neighbours"
            )

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; `stream` gives each node the random stream of its name."""
        return connected(self._draw, stream, self.disconnected)

    def _draw(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return one draw, in one part or several."""
        graph: nx.Graph[str] = nx.Graph()
        names = numbered(self.tier, self.nodes)
        place_nodes(
            graph, names, self.tier, circle(self.nodes, self.spacing_m / (2.0 * math.sin(math.pi / self.nodes)))
        )
        reach = range(1, self.neighbours // 2 + 1)
        for step in reach:
            graph.add_edges_from(zip(names, names[step:] + names[:step], strict=True), medium="wire")
        draws = {name: (stream(name), stream(f"{name}/thrown")) for name in names}
        for step in reach:
            for number, name in enumerate(names):
                whether, whereto = draws[name]
                if whether.random() < self.rewiring and graph.degree(name) < self.nodes - 1:
                    target = name
                    while target == name or graph.has_edge(name, target):
                        target = names[int(whereto.integers(self.nodes))]
                    graph.remove_edge(name, names[(number + step) % self.nodes])
                    graph.add_edge(name, target, medium="wire")
        return graph
