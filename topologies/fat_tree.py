"""The fat-tree of a data centre."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt, Le, MultipleOf

from .wires import Tier, numbered, place_nodes


@dataclass(frozen=True)
class FatTree:
    """The k-ary fat-tree of Al-Fares, Loukissas and Vahdat (SIGCOMM 2008): k pods below (k/2)^2 core switches.

    Each pod has k/2 aggregation switches above k/2 edge switches, and each edge switch k/2 hosts: 5k^2/4 switches of k
    ports and k^3/4 hosts, with as many links at each level, k^3/4. Nodes are called after their role: core1,
    aggregation1, edge1, host1; pod after pod. By default core switches are of tier cloud, aggregation and edge
    switches edge, and hosts device; all links are wires of one rate.
    """

    k: Annotated[int, "Number of ports of a switch, an even number.", Ge(2), Le(64), MultipleOf(2)] = 4
    rate_bps: Annotated[float | None, "Rate of every link; by default that of its class.", Gt(0)] = None
    spacing_m: Annotated[float, "Distance between neighbouring hosts, and between levels.", Gt(0)] = 10.0
    core_tier: Annotated[Tier, "Tier of the core switches."] = "cloud"
    switch_tier: Annotated[Tier, "Tier of the aggregation and the edge switches."] = "edge"
    host_tier: Annotated[Tier, "Tier of the hosts."] = "device"

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        half = self.k // 2
        graph: nx.Graph[str] = nx.Graph()
        levels: list[tuple[str, int, Tier]] = [
            ("core", half * half, self.core_tier),
            ("aggregation", self.k * half, self.switch_tier),
            ("edge", self.k * half, self.switch_tier),
            ("host", self.k * half * half, self.host_tier),
        ]
        for height, (role, count, tier) in zip((3, 2, 1, 0), levels, strict=True):
            place_nodes(graph, numbered(role, count), tier, self._row(count, height))
        attributes = {} if self.rate_bps is None else {"rate_bps": self.rate_bps}
        graph.add_edges_from(self._links(half), medium="wire", **attributes)
        return graph

    def _row(self, count: int, height: int) -> list[tuple[float, float]]:
        """Return the places of a level, spread over the width of the row of hosts [m]."""
        gap_m = self.spacing_m * (self.k**3 / 4) / count
        return [((number + 0.5) * gap_m, height * self.spacing_m) for number in range(count)]

    def _links(self, half: int) -> Iterator[tuple[str, str]]:
        """Yield the ends of every link: the core's, then those within each pod, then the hosts'."""
        for number in range(self.k * half):
            for up in range(half):
                # The n-th aggregation switch of each pod reaches the n-th group of k/2 core switches.
                yield f"core{(number % half) * half + up + 1}", f"aggregation{number + 1}"
        for number in range(self.k * half):
            for up in range(half):
                yield f"aggregation{number // half * half + up + 1}", f"edge{number + 1}"
        for number in range(self.k * half * half):
            yield f"edge{number // half + 1}", f"host{number + 1}"
