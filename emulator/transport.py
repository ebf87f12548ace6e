"""End-to-end transfers: hop by hop, in pieces or cut through, delivered or dropped, each step recorded."""

import math
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from . import laws
from .clock import Clock, Turn
from .forwarding import ForwardingPlan, PacketClass
from .links import Link
from .network import FluidNetwork, bits
from .nodes import NodeClass
from .records import DropReason, EventKind, RunWriter
from .routing import ForwardingTables, NoRoute, Routing
from .transfer import HOP_LIMIT, Crossing, Transfer
from .wiring import Wiring


class Transport:
    """Moves transfers over the fluid network.

    ``whole-packet``: a node holds the whole packet before it sends it on (store and forward); each hop is a flow of its
    own. ``fragments``: the same for each fragment, one after another on each link, so that a packet is on several
    links at once; all of a packet's fragments go the way of its first. ``cut-through``: one flow over all links at
    once; the last bit arrives after the sum of their delays. Not modelled: headers of fragments.
    """

    def __init__(
        self,
        clock: Clock,
        network: FluidNetwork,
        wiring: Wiring,
        hardware: list[NodeClass],
        writer: RunWriter,
        forwarding: ForwardingPlan,
        routing: Routing | None = None,
    ) -> None:
        self._clock, self._network, self._wiring, self._writer = clock, network, wiring, writer
        self._hardware = hardware
        self._forwarding = forwarding
        self.tables = ForwardingTables(wiring, routing)
        self.sent = self.delivered = self.dropped = 0
        self._drops = Counter[DropReason]()
        self.sent_bytes = self.delivered_bytes = self.dropped_bytes = 0
        self.last_end_s: float | None = None
        self.in_flight: dict[int, Transfer] = {}
        self._hop_bits = 0.0
        self._down: dict[int, int] = {}  # how many failures of a link are not over
        self._crossings: dict[Crossing, None] = {}
        self._custody: list[tuple[Transfer, int, Callable[[], None]]] = []
        self._dead: dict[int, int] = {}  # the same for nodes

    def send(
        self,
        source: int,
        target: int,
        size_bytes: int,
        delivered: Callable[[Transfer], None],
        dropped: Callable[[Transfer, DropReason], None],
        *,
        packet: int = -1,
        packet_class: PacketClass = "transfer",
        hop_limit: int = HOP_LIMIT,
        cap_bps: float = math.inf,
    ) -> Transfer:
        """Begin a transfer now; one of the two functions is called when it ends, never before this returns."""
        forwarding = self._forwarding.of(packet_class)
        pieces: tuple[int, ...] = (size_bytes,)
        if forwarding == "fragments":
            full, rest = divmod(size_bytes, self._forwarding.fragment_bytes)
            pieces = (self._forwarding.fragment_bytes,) * full + ((rest,) if rest else ())
        transfer = Transfer(
            number=self.sent,
            source=source,
            target=target,
            size_bytes=size_bytes,
            start_s=self._clock.now,
            packet=packet,
            pieces=pieces,
            cap_bps=cap_bps,
            hop_limit=hop_limit,
            delivered=delivered,
            dropped=dropped,
        )
        self.sent += 1
        self.sent_bytes += size_bytes
        self.in_flight[transfer.number] = transfer
        self._record(EventKind.FLOW_START, transfer, source, target, size_bytes=size_bytes)
        begin = self._cut_through if forwarding == "cut-through" else self._hop_by_hop
        self._clock.after(0.0, Turn.TIMER, transfer.number, partial(begin, transfer))
        return transfer

    def _cut_through(self, transfer: Transfer) -> None:
        """Send over all links of the way at once."""
        if self._dead.get(transfer.source):
            self._drop(transfer, transfer.source, DropReason.NODE_DOWN)
            return
        try:
            route = self.tables.route(transfer.source, transfer.target)
        except NoRoute:
            self._keep_or_drop(transfer, transfer.source, partial(self._cut_through, transfer))
            return
        if len(route) - 1 > transfer.hop_limit:
            self._drop(transfer, transfer.source, DropReason.HOP_LIMIT)
        elif len(route) == 1:
            self._deliver(transfer)
        else:
            links = [self._wiring.between[ends] for ends in pairwise(route)]
            for link in links:
                self._enter(transfer, link)
            self._flow(transfer, 0, links)

    def _hop_by_hop(self, transfer: Transfer) -> None:
        """Send all pieces from the source, one after another."""
        for piece in range(len(transfer.pieces)):
            if transfer.number in self.in_flight:
                self._forward(transfer, piece, transfer.source)

    def _forward(self, transfer: Transfer, piece: int, node: int) -> None:
        """Take a piece at a node: deliver with the last at the end of the way, else let it wait for the next link."""
        if self._dead.get(node):
            self._drop(transfer, node, DropReason.NODE_DOWN)
            return
        if node == transfer.target:
            transfer.arrived += 1
            if transfer.arrived == len(transfer.pieces) and self._holds(transfer, node, transfer.size_bytes):
                self._deliver(transfer)
            return
        link = transfer.way.get(node) or self._choose_link(transfer, piece, node)
        if link is None:
            return
        queue = transfer.queues.setdefault(link.index, deque())
        queue.append(piece)
        if len(queue) == 1:
            self._flow(transfer, piece, [link])

    def _choose_link(self, transfer: Transfer, piece: int, node: int) -> Link | None:
        """Let the first piece at a node decide the way from there; None if the transfer was dropped."""
        if not self._holds(transfer, node, transfer.pieces[piece]):
            return None
        if transfer.hops >= transfer.hop_limit:
            self._drop(transfer, node, DropReason.HOP_LIMIT)
            return None
        try:
            link = self._wiring.between[node, self.tables.next_hop(node, transfer.target)]
        except NoRoute:
            self._keep_or_drop(transfer, node, partial(self._forward, transfer, piece, node))
            return None
        transfer.way[node] = link
        self._enter(transfer, link)
        return link

    def _enter(self, transfer: Transfer, link: Link) -> None:
        """Note that the first bit goes onto a link."""
        self._record(EventKind.HOP_START, transfer, link.source, link.target)
        transfer.hops += 1
        transfer.least_s += link.delay_s

    def _flow(self, transfer: Transfer, piece: int, links: list[Link]) -> None:
        """Start the flow of a piece."""
        if piece == 0:
            fastest_bps = min(transfer.cap_bps, min(link.rate_bps for link in links))
            transfer.least_s += bits(transfer.pieces[0]) / fastest_bps
        crossing = Crossing(transfer, piece, links, rest_bits=bits(transfer.pieces[piece]))
        self._crossings[crossing] = None
        self._cross(crossing)

    def _cross(self, crossing: Crossing) -> None:
        """Let what is left of a piece flow, if all its links are up."""
        if not any(self._down.get(link.index) for link in crossing.links):
            done = partial(self._leave, crossing)
            cap_bps = crossing.transfer.cap_bps
            crossing.flow = self._network.start(crossing.links, crossing.rest_bits / 8, done, cap_bps=cap_bps)

    def _leave(self, crossing: Crossing) -> None:
        """The last bit has left the bottleneck: it arrives after the delays so far, and the next piece follows."""
        transfer, piece, links = crossing.transfer, crossing.piece, crossing.links
        del self._crossings[crossing]
        self._hop_bits += crossing.rest_bits * len(links)
        delay_s = 0.0
        for link in links:
            delay_s += link.delay_s
            arrive = partial(self._arrive, transfer, piece, link, links[-1])
            self._clock.after(delay_s, Turn.ARRIVAL, transfer.number, arrive)
        self._send_next_piece(transfer, links)

    def _send_next_piece(self, transfer: Transfer, links: list[Link]) -> None:
        queue = transfer.queues.get(links[0].index)
        if queue:
            queue.popleft()
            if queue and transfer.number in self.in_flight:
                self._flow(transfer, queue[0], links)

    def _arrive(self, transfer: Transfer, piece: int, link: Link, last: Link) -> None:
        """The last bit of a piece is at the end of a link."""
        if transfer.number not in self.in_flight:
            return  # an earlier piece was dropped there, and the whole transfer with it
        transfer.crossed[link.index] = transfer.crossed.get(link.index, 0) + 1
        if transfer.crossed[link.index] % len(transfer.pieces) == 0:
            self._record(EventKind.HOP_END, transfer, link.source, link.target)
        if link is last:
            self._forward(transfer, piece, link.target)

    def set_link(self, link: Link, up: bool) -> None:
        """Let a directed link fail or come back.

        What has left it already still arrives. What is on it is treated as the forwarding plan says. A link that has
        failed twice is back when it has come back twice.
        """
        failures = self._down.get(link.index, 0) + (-1 if up else 1)
        self._down[link.index] = failures
        if failures != (0 if up else 1):
            return
        self.tables.set_up(link, up)
        kind = EventKind.LINK_UP if up else EventKind.LINK_DOWN
        self._writer.event(self._clock.now, kind, link.source, link.target)
        if up:
            for crossing in [crossing for crossing in self._crossings if crossing.flow is None]:
                if crossing.transfer.number in self.in_flight:
                    self._cross(crossing)
                else:
                    del self._crossings[crossing]  # it was dropped while this piece of it waited
            waiting, self._custody = self._custody, []
            for transfer, _, go_on in waiting:
                if transfer.number in self.in_flight:
                    go_on()
        else:
            for crossing in [crossing for crossing in self._crossings if link in crossing.links]:
                self._interrupt(crossing)

    def set_node(self, node: int, up: bool) -> bool:
        """Let a node fail or come back, and all its links with it; what it held is lost. Return whether it changed."""
        failures = self._dead.get(node, 0) + (-1 if up else 1)
        self._dead[node] = failures
        if failures != (0 if up else 1):
            return False
        self._writer.event(self._clock.now, EventKind.NODE_UP if up else EventKind.NODE_DOWN, node)
        if not up:
            for crossing in [crossing for crossing in self._crossings if crossing.links[0].source == node]:
                self._halt(crossing)
                del self._crossings[crossing]
                self._lose(crossing.transfer, node)
            for transfer in [transfer for transfer, where, _ in self._custody if where == node]:
                self._lose(transfer, node)
        for neighbour in self._wiring.neighbours(node):
            self.set_link(self._wiring.between[node, neighbour], up)
            self.set_link(self._wiring.between[neighbour, node], up)
        return True

    def _lose(self, transfer: Transfer, node: int) -> None:
        if transfer.number in self.in_flight:
            self._drop(transfer, node, DropReason.NODE_DOWN)

    def _halt(self, crossing: Crossing) -> None:
        """Stop the flow of a piece, and count what has passed."""
        if crossing.flow is not None:
            rest_bits = self._network.stop(crossing.flow)
            self._hop_bits += (crossing.rest_bits - rest_bits) * len(crossing.links)
            crossing.rest_bits, crossing.flow = rest_bits, None

    def _interrupt(self, crossing: Crossing) -> None:
        """A link has failed under a piece."""
        transfer, policy = crossing.transfer, self._forwarding.interrupted
        self._halt(crossing)
        lost_bits = 0.0 if policy == "resume" else bits(transfer.pieces[crossing.piece]) - crossing.rest_bits
        first = crossing.links[0]
        self._record(EventKind.INTERRUPT, transfer, first.source, first.target, value=lost_bits / 8)
        if policy == "restart":
            crossing.rest_bits = bits(transfer.pieces[crossing.piece])
        elif policy != "resume":
            self._abandon(crossing)

    def _abandon(self, crossing: Crossing) -> None:
        """Take a piece off its links, to drop its transfer or to send it another way from the node that holds it."""
        transfer, links = crossing.transfer, crossing.links
        del self._crossings[crossing]
        node = links[0].source
        if transfer.number not in self.in_flight:
            return
        if self._forwarding.interrupted == "drop":
            self._drop(transfer, node, DropReason.LINK_DOWN)
            return
        transfer.least_s = 0.0  # a bound for another way than the one it will have come
        if links[0].index not in transfer.queues:
            self._cut_through(transfer)
            return
        transfer.way.clear()
        for piece in transfer.queues.pop(links[0].index):
            self._forward(transfer, piece, node)

    def _keep_or_drop(self, transfer: Transfer, node: int, go_on: Callable[[], None]) -> None:
        """Let what has no way to go wait for one, or drop it."""
        if self._forwarding.unreachable == "wait":
            self._custody.append((transfer, node, go_on))
        else:
            self._drop(transfer, node, DropReason.NO_ROUTE)

    def _holds(self, transfer: Transfer, node: int, size_bytes: int) -> bool:
        """Whether a node's memory holds so much of a transfer; it is dropped there if not."""
        if size_bytes <= self._hardware[node].memory_bytes:
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
        self._drops[reason] += 1
        self.dropped_bytes += transfer.size_bytes
        self._end(transfer)
        self._record(
            EventKind.FLOW_DROP, transfer, node, transfer.target, size_bytes=transfer.size_bytes, value=float(reason)
        )
        transfer.dropped(transfer, reason)

    def drops_by_reason(self) -> dict[str, int]:
        """Return how many transfers were dropped for each reason that occurred."""
        return {reason.name.lower().replace("_", "-"): self._drops[reason] for reason in sorted(self._drops)}

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
