"""How packets are forwarded: what a scenario says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Forwarding = Literal["whole-packet", "fragments", "cut-through"]
PacketClass = Literal["model", "data", "transfer", "background"]


@dataclass(frozen=True)
class ForwardingPlan:
    """How packets are forwarded.

    Attributes:
        usual: What holds unless a packet's class says otherwise.
        by_class: What holds for packets of a class.
        fragment_bytes: Size of a fragment; the last one of a packet may be smaller.
    """

    usual: Forwarding = "whole-packet"
    by_class: Mapping[str, Forwarding] = field(default_factory=dict)
    fragment_bytes: int = 1_000_000

    def of(self, packet_class: PacketClass) -> Forwarding:
        """Return how a class of packets is forwarded."""
        return self.by_class.get(packet_class, self.usual)
