"""Links and nodes that fail and come back, or come late: on a schedule, or at random."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from .links import Ends, Link, Section
from .loss import GilbertElliott

Tier = Literal["device", "edge", "cloud"]


class Outage(NamedTuple):
    """When a link is down [s]; an infinite end means for good."""

    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class PlannedOutage:
    """Something is down for a time."""

    from_s: Annotated[float, "When it fails.", Ge(0)]
    until_s: Annotated[float | None, "When it is back; without this it is gone for good.", Gt(0)] = None

    def __post_init__(self) -> None:
        """Refuse an outage that ends before it begins."""
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError("the outage ends before it begins: 'until' must be later than 'from'")

    def outages(self, _: np.random.Generator) -> Iterator[Outage]:
        """Yield the one outage; nothing is random."""
        yield Outage(self.from_s, math.inf if self.until_s is None else self.until_s)


@dataclass(frozen=True, kw_only=True)
class RandomOutages:
    """Things of a kind are, each by itself, up and down in turn for exponential times (an alternating renewal)."""

    up_s: Annotated[float, "Mean time between the end of an outage and the next failure.", Gt(0)]
    down_s: Annotated[float, "Mean length of an outage.", Gt(0)]

    def outages(self, rng: np.random.Generator) -> Iterator[Outage]:
        """Yield the outages of one thing without end, in order of time."""
        time_s = 0.0
        while True:
            time_s += float(rng.exponential(self.up_s))
            end_s = time_s + float(rng.exponential(self.down_s))
            yield Outage(time_s, end_s)
            time_s = end_s


@dataclass(frozen=True, kw_only=True)
class LinkOutage(PlannedOutage):
    """One link, both directions, down for a time."""

    between: Annotated[tuple[str, str], "The two nodes it joins."]

    def strikes(self, ends: Ends) -> bool:
        """Return whether it is this link."""
        return set(ends.names) == set(self.between)


@dataclass(frozen=True, kw_only=True)
class RandomLinkOutages(RandomOutages):
    """Every link of a class fails at random, both directions at once."""

    links: Annotated[Section, "Class of the links."]

    def strikes(self, ends: Ends) -> bool:
        """Return whether a link is of the class."""
        return ends.section == self.links


@dataclass(frozen=True, kw_only=True)
class Partition(PlannedOutage):
    """Some nodes are cut off from all others for a time: every link between the two sides fails."""

    nodes: Annotated[tuple[str, ...], "The nodes of one side; these or 'tiers'."] = ()
    tiers: Annotated[tuple[Tier, ...], "The tiers of one side; these or 'nodes'."] = ()

    def __post_init__(self) -> None:
        """Refuse both ways of naming a side, or none."""
        super().__post_init__()
        if bool(self.nodes) == bool(self.tiers):
            raise ValueError("say who is cut off: either 'nodes' or 'tiers'")

    def strikes(self, ends: Ends) -> bool:
        """Return whether a link is between the two sides."""
        inside = [name in self.nodes or tier in self.tiers for name, tier in zip(ends.names, ends.tiers, strict=True)]
        return inside[0] != inside[1]


@dataclass(frozen=True, kw_only=True)
class NodeOutage(PlannedOutage):
    """One node down for a time: its jobs and the packets it holds are lost, what it keeps in store is not."""

    node: Annotated[str, "Its name."]

    def strikes(self, name: str, _: str) -> bool:
        """Return whether it is this node."""
        return name == self.node


@dataclass(frozen=True, kw_only=True)
class RandomNodeOutages(RandomOutages):
    """Every node of a tier fails at random."""

    tier: Annotated[Tier, "Tier of the nodes."]

    def strikes(self, _: str, tier: str) -> bool:
        """Return whether a node is of the tier."""
        return tier == self.tier


@dataclass(frozen=True, kw_only=True)
class Join:
    """A node that is not there at the start, or all of a tier: each joins by itself, and only then starts to work."""

    node: Annotated[str | None, "Its name; this or 'tier'."] = None
    tier: Annotated[Tier | None, "Tier of the nodes; this or 'node'."] = None
    at_s: Annotated[float, "When it joins, or the first of a tier may.", Gt(0)]
    over_s: Annotated[
        float, "Each joins at a random time within so long after that, every time equally likely.", Ge(0)
    ] = 0.0

    def __post_init__(self) -> None:
        """Refuse both a node and a tier, or none."""
        if (self.node is None) == (self.tier is None):
            raise ValueError("say who joins: either 'node' or 'tier'")

    def strikes(self, name: str, tier: str) -> bool:
        """Return whether a node is one of them."""
        return name == self.node or tier == self.tier

    def outages(self, rng: np.random.Generator) -> Iterator[Outage]:
        """Yield the time until the node joins."""
        yield Outage(0.0, self.at_s + self.over_s * float(rng.random()))


LinkFault = LinkOutage | RandomLinkOutages | Partition
NodeFault = NodeOutage | RandomNodeOutages | Join
FAULTS: dict[str, type[LinkFault | NodeFault | GilbertElliott]] = {
    "link": LinkOutage,
    "random-links": RandomLinkOutages,
    "gilbert-elliott": GilbertElliott,
    "partition": Partition,
    "node": NodeOutage,
    "random-nodes": RandomNodeOutages,
    "join": Join,
}


@dataclass(frozen=True)
class FailingPair:
    """Both directions of a link, and when they are down."""

    links: tuple[Link, Link]
    outages: Iterator[Outage]


@dataclass(frozen=True)
class FailingNode:
    """A node's id, and when it is down; if it joins, it is not there until its first outage is over."""

    node: int
    outages: Iterator[Outage]
    joins: bool = False
