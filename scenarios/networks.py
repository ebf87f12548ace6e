"""The two ways of giving a topology other than by a generator: a file, or nodes and links in the scenario itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len, Lt

from wayfare.topologies.imports import Import

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np

Tier = Literal["device", "edge", "cloud"]


@dataclass(frozen=True)
class TopologyFile:
    """A topology in a file: node-link JSON, GraphML, GML, GEXF or a SimGrid platform."""

    file: Annotated[str, "Path of the file; a relative one starts at the scenario's folder.", Len(1)]
    import_: Annotated[Import, "What to do about what the file leaves out or a topology cannot have."] = field(
        default_factory=Import
    )

    def build(self, stream: Callable[[str], np.random.Generator]) -> nx.Graph[str]:
        """Read the topology; nothing in it is random.

        Raises:
            wayfare.topologies.TopologyError: The file holds none.
        """
        from wayfare.topologies.files import read_topology

        return read_topology(self.file, self.import_)


@dataclass(frozen=True)
class InlineNode:
    """A node."""

    tier: Annotated[Tier, "What kind of node it is."]
    position_m: Annotated[tuple[float, float] | None, "Position on the map, x and y; radio links need it."] = None


@dataclass(frozen=True)
class InlineLink:
    """A link between two nodes."""

    between: Annotated[tuple[str, str], "The two nodes."]
    rate_bps: Annotated[float | None, "Capacity; by default that of the class of the link.", Gt(0)] = None
    delay_s: Annotated[float | None, "Propagation delay; by default that of the class of the link.", Ge(0), Le(1e6)] = (
        None
    )
    duplex: Annotated[
        Literal["full", "half"] | None, "Whether both directions share the rate; by default as the class says."
    ] = None
    sharing: Annotated[
        Literal["shared", "unshared"] | None,
        "Whether flows share the rate or each gets the whole of it; by default as the class says.",
    ] = None
    loss: Annotated[
        float | None, "Share of what is sent that is lost and sent again; by default as the class says.", Ge(0), Lt(1)
    ] = None
    medium: Annotated[Literal["wire", "radio"], "A wire, or the air of the site's cell."] = "wire"

    def __post_init__(self) -> None:
        """Refuse a link of a node with itself, what contradicts itself, and a radio link with what its cell decides."""
        if self.between[0] == self.between[1]:
            raise ValueError(f"links {self.between[0]!r} to itself; a link joins two different nodes")
        own = {"rate": self.rate_bps, "duplex": self.duplex, "sharing": self.sharing, "loss": self.loss}
        given = [name for name, value in own.items() if value is not None]
        if self.medium == "radio" and given:
            raise ValueError(f"a radio link has no {given[0]} of its own; section 'cells' decides it")
        if self.sharing == "unshared" and self.duplex == "half":
            raise ValueError("an unshared link cannot be half duplex: its directions share nothing either")


@dataclass(frozen=True)
class InlineTopology:
    """Nodes and links written in the scenario itself."""

    nodes: Annotated[Mapping[str, InlineNode], "The nodes by name.", Len(1)]
    links: Annotated[tuple[InlineLink, ...], "The links."] = ()

    def build(self, stream: Callable[[str], np.random.Generator]) -> nx.Graph[str]:
        """Return the topology; nothing in it is random."""
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        for name, node in self.nodes.items():
            place = {} if node.position_m is None else dict(zip(("x_m", "y_m"), node.position_m, strict=True))
            graph.add_node(name, tier=node.tier, **place)
        for link in self.links:
            given: dict[str, Any] = {
                "rate_bps": link.rate_bps,
                "delay_s": link.delay_s,
                "duplex": link.duplex,
                "sharing": link.sharing,
                "loss": link.loss,
            }
            said = {name: value for name, value in given.items() if value is not None}
            graph.add_edge(*link.between, medium=link.medium, **said)
        return graph
