"""Outlook: what a next-hop policy knows when it chooses, and what it answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from wayfare.emulator.routing import NoRoute

from .advertisement import Advertisement

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket


class Hop(NamedTuple):
    """Where a packet goes next: a node, and the nodes between of a source route; without one the tables decide."""

    destination: str
    via: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Outlook:
    """What a policy knows.

    Attributes:
        node: Where the packet is.
        packet: What is to go on; this node is the last of those it has visited.
        holders: All nodes with data, in id order.
        heard: What other nodes said of themselves lately, by name; empty without beacons.
        shunned: To whom a packet could not be sent lately.
    """

    node: "Node"
    packet: "ModelPacket"
    holders: Sequence[str] = ()
    heard: Mapping[str, Advertisement] = field(default_factory=dict)
    shunned: frozenset[str] = frozenset()

    @property
    def neighbours(self) -> Sequence[str]:
        """Return the neighbours that are alive as far as is known: with beacons those heard lately, if any."""
        alive = [name for name in self.node.neighbours if name in self.heard] or self.node.neighbours
        if not self.shunned:
            return alive
        return [name for name in alive if name not in self.shunned] or alive

    def unseen_for(self) -> Mapping[str, int]:
        """Return how many visits ago the packet was at each neighbour; never counts as one more than it remembers."""
        visits = {self.node.name_of(visited): place for place, visited in enumerate(self.packet.visited)}
        return {name: len(self.packet.visited) - visits.get(name, -1) for name in self.neighbours}

    def least_recent(self, names: Sequence[str]) -> str:
        """Return which of some nodes the packet has not seen for the longest time; of equal ones one by lot."""
        visits = {self.node.name_of(visited): place for place, visited in enumerate(self.packet.visited)}
        oldest = min(visits.get(name, -1) for name in names)
        choices = [name for name in names if visits.get(name, -1) == oldest]
        return choices[int(self.node.rng.integers(len(choices)))]

    def seconds_to(self, neighbour: str) -> float:
        """Return how long the packet alone takes over the link to a neighbour [s]; infinite where it would not pass."""
        link = self.node.link(neighbour)
        passes = link.now_bps > 0 and self._leads_to(neighbour)
        return 8 * self.size_bytes / link.now_bps + link.delay_s if passes else math.inf

    def _leads_to(self, neighbour: str) -> bool:
        """Return whether what is sent to a neighbour takes the link to it now; it does not where that is down."""
        try:
            return self.node.next_hop(neighbour) == neighbour
        except NoRoute:
            return False

    @property
    def size_bytes(self) -> int:
        """Return the size of the packet [bytes]."""
        return self.packet.size_bytes
