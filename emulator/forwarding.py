"""How packets are forwarded: what a scenario says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Forwarding = Literal["whole-packet", "fragments", "cut-through"]
Interrupted = Literal["resume", "restart", "reroute", "drop"]
Unreachable = Literal["drop", "wait"]
PacketClass = Literal["model", "data", "transfer", "background"]


@dataclass(frozen=True)
class ForwardingPlan:
    """How packets are forwarded.

    Attributes:
        usual: What holds unless a packet's class says otherwise.
        by_class: What holds for packets of a class.
        fragment_bytes: Size of a fragment; the last one of a packet may be smaller.
        interrupted: What happens to what is on a link that fails: it waits for the link and goes on where it was, or
            from its start; it takes another way from the node that holds it; or it is dropped.
        unreachable: Whether a packet that has no way to go is dropped, or waits where it is until there is one.
    """

    usual: Forwarding = "whole-packet"
    by_class: Mapping[str, Forwarding] = field(default_factory=dict)
    fragment_bytes: int = 1_000_000
    interrupted: Interrupted = "resume"
    unreachable: Unreachable = "drop"

    def of(self, packet_class: PacketClass) -> Forwarding:
        """Return how a class of packets is forwarded."""
        return self.by_class.get(packet_class, self.usual)
