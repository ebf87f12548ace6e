"""End-to-end transfers: hop by hop or cut through, delivered or dropped, each step recorded."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal

from . import laws
from .clock import Clock, Turn
from .links import Link
from .network import FluidNetwork, bits
from .nodes import NodeClass
from .records import DropReason, EventKind, RunWriter
from .routing import ForwardingTables, NoRoute, Routing
from .wiring import Wiring

Forwarding = Literal["whole-packet", "cut-through"]
HOP_LIMIT = 64  # the TTL that RFC 1700 recommends for IP


@dataclass(eq=False)
class Transfer:
    """Something of a size on its way from one node to another.

    Attributes:
        packet: Id of the model packet it carries, or -1.
        hops: Links crossed so far.
        hop_limit: It is dropped when it would need one more link than this.
    """

    number: int
    source: int
    target: int
    size_bytes: int
    start_s: float
    packet: int
    hop_limit: int
    delivered: Callable[["Transfer"], None]
    dropped: Callable[["Transfer", DropReason], None]
    hops: int = 0
    least_s: float = 0.0


class Transport:
    """Moves transfers over the fluid network.

    ``whole-packet``: a node holds the whole packet before it sends it on (store and forward); each hop is a flow of its
    own. ``cut-through``: one flow over all links at once; the last bit arrives after the sum of their delays.
    """

    def __init__(
        self,
        clock: Clock,
        network: FluidNetwork,
        wiring: Wiring,
        hardware: list[NodeClass],
        writer: RunWriter,
        forwarding: Forwarding,
        routing: Routing | None = None,
    ) -> None:
        self._clock, self._network, self._wiring, self._writer = clock, network, wiring, writer
        self._hardware = hardware
        self._forwarding = forwarding
        self.tables = ForwardingTables(wiring, routing)
        self.sent = self.delivered = self.dropped = 0
        self.sent_bytes = self.delivered_bytes = self.dropped_bytes = 0
        self.last_end_s: float | None = None
        self.in_flight: dict[int, Transfer] = {}
        self._hop_bits = 0.0

    def send(
        self,
        source: int,
        target: int,
        size_bytes: int,
        delivered: Callable[[Transfer], None],
        dropped: Callable[[Transfer, DropReason], None],
        *,
        packet: int = -1,
        hop_limit: int = HOP_LIMIT,
    ) -> Transfer:
        """Begin a transfer now; one of the two functions is called when it ends, never before this returns."""
        transfer = Transfer(
            self.sent, source, target, size_bytes, self._clock.now, packet, hop_limit, delivered, dropped
        )
        self.sent += 1
        self.sent_bytes += size_bytes
        self.in_flight[transfer.number] = transfer
        self._record(EventKind.FLOW_START, transfer, source, target, size_bytes=size_bytes)
        begin = self._cut_through if self._forwarding == "cut-through" else partial(self._forward, node=source)
        self._clock.after(0.0, Turn.TIMER, transfer.number, partial(begin, transfer))
        return transfer

    def _forward(self, transfer: Transfer, node: int) -> None:
        """Deliver at the end of the way, else send the whole packet over the next link."""
        if not self._holds(transfer, node):
            return
        if node == transfer.target:
            self._deliver(transfer)
            return
        try:
            link = self._wiring.between[node, self.tables.next_hop(node, transfer.target)]
        except NoRoute:
            self._drop(transfer, node, DropReason.NO_ROUTE)
            return
        if transfer.hops >= transfer.hop_limit:
            self._drop(transfer, node, DropReason.HOP_LIMIT)
            return
        self._enter(transfer, [link])

    def _cut_through(self, transfer: Transfer) -> None:
        """Send over all links of the way at once."""
        try:
            route = self.tables.route(transfer.source, transfer.target)
        except NoRoute:
            self._drop(transfer, transfer.source, DropReason.NO_ROUTE)
            return
        if len(route) - 1 > transfer.hop_limit:
            self._drop(transfer, transfer.source, DropReason.HOP_LIMIT)
        elif not self._holds(transfer, transfer.target):
            return
        elif len(route) == 1:
            self._deliver(transfer)
        else:
            self._enter(transfer, [self._wiring.between[ends] for ends in pairwise(route)])

    def _enter(self, transfer: Transfer, links: list[Link]) -> None:
        for link in links:
            self._record(EventKind.HOP_START, transfer, link.source, link.target)
            transfer.hops += 1
        slowest_bps = min(link.rate_bps for link in links)
        transfer.least_s += bits(transfer.size_bytes) / slowest_bps + math.fsum(link.delay_s for link in links)
        self._network.start(links, transfer.size_bytes, partial(self._leave, transfer, links))

    def _leave(self, transfer: Transfer, links: list[Link]) -> None:
        """The last bit has left the bottleneck: let it arrive at each node after the delays so far."""
        self._hop_bits += bits(transfer.size_bytes) * len(links)
        delay_s = 0.0
        for link in links:
            delay_s += link.delay_s
            self._clock.after(delay_s, Turn.ARRIVAL, transfer.number, partial(self._arrive, transfer, link, links[-1]))

    def _arrive(self, transfer: Transfer, link: Link, last: Link) -> None:
        self._record(EventKind.HOP_END, transfer, link.source, link.target)
        if link is last:
            self._forward(transfer, link.target)

    def _holds(self, transfer: Transfer, node: int) -> bool:
        """Whether the packet fits into the node's memory; it is dropped there if not."""
        if transfer.size_bytes <= self._hardware[node].memory_bytes:
            return True
        self._drop(transfer, node, DropReason.NO_MEMORY)
        return False

    def _deliver(self, transfer: Transfer) -> None:
        laws.costs_something(f"transfer {transfer.number}", self._clock.now - transfer.start_s)
        laws.arrival_is_causal(f"transfer {transfer.number}", transfer.start_s, self._clock.now, transfer.least_s)
        self.delivered += 1
        self.delivered_bytes += transfer.size_bytes
        self.last_end_s = self._clock.now
        self._end(transfer)
        self._record(EventKind.FLOW_END, transfer, transfer.target, transfer.source, size_bytes=transfer.size_bytes)
        transfer.delivered(transfer)

    def _drop(self, transfer: Transfer, node: int, reason: DropReason) -> None:
        self.dropped += 1
        self.dropped_bytes += transfer.size_bytes
        self._end(transfer)
        self._record(
            EventKind.FLOW_DROP, transfer, node, transfer.target, size_bytes=transfer.size_bytes, value=float(reason)
        )
        transfer.dropped(transfer, reason)

    def _end(self, transfer: Transfer) -> None:
        del self.in_flight[transfer.number]

    def _record(
        self,
        kind: EventKind,
        transfer: Transfer,
        node: int,
        peer: int,
        *,
        size_bytes: int = -1,
        value: float = math.nan,
    ) -> None:
        self._writer.event(self._clock.now, kind, node, peer, transfer.number, transfer.packet, size_bytes, value)

    def check(self, carried_bits: float) -> None:
        """Check that every packet and every bit on a link is accounted for.

        Args:
            carried_bits: What the meter saw all links carry.

        Raises:
            LawBroken: Something was lost or made.
        """
        flying = sum(transfer.size_bytes for transfer in self.in_flight.values())
        laws.conserved("packets", self.sent, self.delivered + self.dropped + len(self.in_flight))
        laws.conserved("bytes", self.sent_bytes, self.delivered_bytes + self.dropped_bytes + flying)
        under_way = self._network.in_progress()
        passed = math.fsum(flow.passed_bits(self._clock.now) * len(flow.links) for flow in under_way)
        whole = self._hop_bits + math.fsum(flow.size_bits * len(flow.links) for flow in under_way)
        laws.conserved("bits on links", self._hop_bits + passed, carried_bits, laws.TOLERANCE * whole)
