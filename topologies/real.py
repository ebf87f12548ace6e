"""Real networks that come with Wayfare, from the Internet Topology Zoo."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

import networkx as nx
import numpy as np
from annotated_types import Gt

from .errors import TopologyError
from .files import read_topology
from .imports import Import
from .wires import Tier

Network = Literal["abilene", "nsfnet", "sanren", "surfnet"]

REAL_NETWORKS: tuple[str, ...] = get_args(Network)
"""The names of the networks; each is `data/<name>.json`, which says where it comes from."""


def network_file(name: str) -> Path:
    """Return the file of a real network, one of `REAL_NETWORKS`."""
    return Path(__file__).parent / "data" / f"{name}.json"


@dataclass(frozen=True)
class Real:
    """A real network: Abilene (11 nodes, 14 links), NSFNET (13, 15), SANReN (7, 7) or SURFnet (50, 68).

    Nodes are called after their city, as in the source, and stand where it says. The delay of a link is that of light
    in fibre along the great circle; its rate is the source's where it gives one (Abilene), else that of its class. The
    data is the Internet Topology Zoo's (Knight et al., IEEE JSAC 2011, doi:10.1109/JSAC.2011.111002), by way of TopoHub
    (MIT licence); each file in `topologies/data` has its source.
    """

    network: Annotated[Network, "Which network."]
    tier: Annotated[Tier, "Tier of the nodes."] = "edge"
    cloud: Annotated[str | None, "The node that is the cloud; by default none."] = None
    rate_bps: Annotated[float | None, "Rate of links of which the source gives none.", Gt(0)] = None

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random.

        Raises:
            TopologyError: It has no node of the name that `cloud` gives.
        """
        options = Import(tier=self.tier, default_rate_bps=self.rate_bps)
        graph = read_topology(network_file(self.network), options)
        if self.cloud is not None:
            if self.cloud not in graph:
                raise TopologyError(f"{self.network} has no node {self.cloud!r}; its nodes are {', '.join(graph)}")
            graph.nodes[self.cloud]["tier"] = "cloud"
        return graph
