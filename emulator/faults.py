"""Links and nodes that fail and come back: on a schedule, or at random."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Gt

from .links import Link

Section = Literal["access", "backhaul", "core", "d2d"]


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


@dataclass(frozen=True, kw_only=True)
class RandomLinkOutages(RandomOutages):
    """Every link of a class fails at random, both directions at once."""

    links: Annotated[Section, "Class of the links."]


@dataclass(frozen=True, kw_only=True)
class NodeOutage(PlannedOutage):
    """One node down for a time: its jobs and the packets it holds are lost, what it keeps in store is not."""

    node: Annotated[str, "Its name."]


@dataclass(frozen=True, kw_only=True)
class RandomNodeOutages(RandomOutages):
    """Every node of a tier fails at random."""

    tier: Annotated[Literal["device", "edge", "cloud"], "Tier of the nodes."]


Fault = LinkOutage | RandomLinkOutages | NodeOutage | RandomNodeOutages
FAULTS: dict[str, type[Fault]] = {
    "link": LinkOutage,
    "random-links": RandomLinkOutages,
    "node": NodeOutage,
    "random-nodes": RandomNodeOutages,
}


@dataclass(frozen=True)
class FailingPair:
    """Both directions of a link, and when they are down."""

    links: tuple[Link, Link]
    outages: Iterator[Outage]


@dataclass(frozen=True)
class FailingNode:
    """A node's id, and when it is down."""

    node: int
    outages: Iterator[Outage]
