"""How packets are forwarded: what a scenario says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .tcp import Fair, TcpSharing, TransportTerm

Forwarding = Literal["whole-packet", "fragments", "cut-through"]
Interrupted = Literal["resume", "restart", "reroute", "drop"]
Unreachable = Literal["drop", "wait"]
FullBuffer = Literal["drop-tail", "back-pressure"]
PacketClass = Literal["model", "data", "transfer", "background"]

PRIORITY_MAX = 7  # as in IEEE 802.1Q

HOP_LIMIT = 64  # the TTL that RFC 1700 recommends for IP


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
        full_buffer: Whether what does not fit into a node's buffer is dropped on arrival, or waits before it.
        sharing: How flows share what they cross.
        transport: How a connection begins and what its headers cost; None: at once, and nothing.
        hop_limit: Links that a transfer of the scenario or of the background crosses at most.
    """

    usual: Forwarding = "whole-packet"
    by_class: Mapping[str, Forwarding] = field(default_factory=dict)
    fragment_bytes: int = 1_000_000
    interrupted: Interrupted = "resume"
    unreachable: Unreachable = "drop"
    full_buffer: FullBuffer = "drop-tail"
    sharing: Fair | TcpSharing = field(default_factory=Fair)
    transport: TransportTerm | None = None
    hop_limit: int = HOP_LIMIT

    def of(self, packet_class: PacketClass) -> Forwarding:
        """Return how a class of packets is forwarded."""
        return self.by_class.get(packet_class, self.usual)
