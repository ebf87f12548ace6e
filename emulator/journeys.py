"""Journeys: transfers end to end, hop by hop, in pieces or cut through, delivered or dropped, each step recorded."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import compress

from . import laws
from .accounts import Accounts
from .buffers import Buffers
from .clock import Clock, Turn
from .closures import Closures
from .crossings import Crossings
from .custody import Custody
from .forwarding import HOP_LIMIT, ForwardingPlan, PacketClass
from .links import Link
from .network import FluidNetwork, bits
from .nodes import NodeClass
from .records import DropReason, EventKind, RunWriter
from .routing import ForwardingTables, NoRoute, Routing
from .transfer import Crossing, Transfer
from .way import Stretch
from .ways import Ways
from .wiring import Wiring

_TIMER, _ARRIVAL = Turn.TIMER, Turn.ARRIVAL
_FLOW_START, _FLOW_END = EventKind.FLOW_START, EventKind.FLOW_END
_HOP_START, _HOP_END = EventKind.HOP_START, EventKind.HOP_END


class Journeys:
    """Moves transfers over the fluid network; what is closed to them, `Transport` decides.

    ``whole-packet``: a node holds the whole packet before it sends it on (store and forward); each hop is a flow of its
    own. ``fragments``: the same for each fragment, one after another on each link, so that a packet is on several
    links at once; all of a packet's fragments go the way of its first. ``cut-through``: one flow over all links at
    once; the last bit arrives after the sum of their delays. A packet that is dropped leaves all links at once. Not
    modelled: headers of fragments.
    """

    def __init__(
        self,
        clock: Clock,
        network: FluidNetwork,
        wiring: Wiring,
        hardware: Sequence[NodeClass],
        writer: RunWriter,
        forwarding: ForwardingPlan,
        routing: Routing | None = None,
    ) -> None:
        self._clock, self._wiring, self._writer = clock, wiring, writer
        self._hardware, self._plan = hardware, forwarding
        self.tables = ForwardingTables(wiring, routing)
        self.accounts = Accounts()
        self.in_flight: dict[int, Transfer] = {}
        self._crossings = Crossings(clock, network, wiring, forwarding, self._leave)
        room_bytes = [math.inf if node.buffer_bytes is None else node.buffer_bytes for node in hardware]
        self._buffers = Buffers(room_bytes, forwarding.full_buffer)
        self._custody = Custody()
        self._down, self._held, self._dead = Closures(), Closures(), Closures()
        self._failed: list[Link] = []  # at this instant
        self._ways = Ways(wiring, self.tables, self._down)

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
        priority: int = 0,
        deadline_s: float = math.inf,
        via: Sequence[int] | None = None,
    ) -> Transfer:
        """Begin a transfer now; one of the two functions is called when it ends, never before this returns.

        Args:
            source: The node that sends.
            target: The node that receives.
            size_bytes: How much.
            delivered: Called when all of it has arrived.
            dropped: Called when it was dropped.
            packet: Id of the model packet it carries.
            packet_class: Decides how it is forwarded.
            hop_limit: It is dropped when it would need one more link than this.
            cap_bps: The most it takes.
            priority: On every link a higher one is served first.
            deadline_s: When it is dropped if it has not arrived.
            via: Of a source route, the nodes between source and target; by default the forwarding tables decide.
        """
        forwarding = self._plan.of(packet_class)
        pieces: list[float] = [size_bytes]
        if forwarding == "fragments":
            full, rest = divmod(size_bytes, self._plan.fragment_bytes)
            pieces = [float(self._plan.fragment_bytes)] * full + [float(rest)] * (rest > 0)
        transfer = Transfer(
            self.accounts.send(size_bytes),
            source,
            target,
            size_bytes,
            self._clock.now,
            packet,
            pieces,
            forwarding == "cut-through",
            cap_bps,
            priority,
            hop_limit,
            None if via is None else (source, *via, target),
            delivered,
            dropped,
            len(pieces) - 1,
            source,
        )
        self.in_flight[transfer.number] = transfer
        self._writer.event(self._clock.now, _FLOW_START, source, target, transfer.number, packet, size_bytes)
        self._plan_start(transfer, deadline_s)
        return transfer

    def _plan_start(self, transfer: Transfer, deadline_s: float) -> None:
        now_s, begin = self._clock.now, self._cut_through if transfer.cut_through else self._hop_by_hop
        if deadline_s > now_s:
            self._clock.at(now_s, _TIMER, transfer.number, partial(begin, transfer))
        if deadline_s < math.inf:
            expire = partial(self._expire, transfer)
            transfer.deadline = self._clock.at(max(deadline_s, now_s), _TIMER, transfer.number, expire)

    def _expire(self, transfer: Transfer) -> None:
        self._drop(transfer, transfer.rear, DropReason.DEADLINE)

    def _cut_through(self, transfer: Transfer) -> None:
        """Send over all links of the way at once."""
        if transfer.source in self._dead:
            self._drop(transfer, transfer.source, DropReason.NODE_DOWN)
            return
        try:
            way = self._ways.whole(transfer)
        except NoRoute:
            self._keep_or_drop(transfer, transfer.source, partial(self._cut_through, transfer))
            return
        if len(way.links) > transfer.hop_limit:
            self._drop(transfer, transfer.source, DropReason.HOP_LIMIT)
        elif not way.links:
            self._deliver(transfer)
        else:
            self._cross(self._crossings.add(transfer, 0, way, leads=True))

    def _hop_by_hop(self, transfer: Transfer) -> None:
        """Send all pieces from the source, one after another."""
        transfer.way, transfer.passed, transfer.queues = {}, set(), {}
        for piece in range(len(transfer.pieces)):
            if transfer.number in self.in_flight:
                self._take(transfer, piece, transfer.source)

    def _take(self, transfer: Transfer, piece: int, node: int) -> None:
        """Take a piece at a node: deliver with the last at the end of the way, else hold it and send it on."""
        if piece == transfer.last:
            transfer.rear = node
        if node in self._dead:
            self._drop(transfer, node, DropReason.NODE_DOWN)
        elif node == transfer.target:
            transfer.arrived += 1
            if transfer.arrived == len(transfer.pieces) and self._holds(transfer, node, transfer.size_bytes):
                self._deliver(transfer)
        elif not self._buffers.bounded or self._buffers.store(node, transfer, piece):
            self._send_on(transfer, piece, node)
        else:
            self._drop(transfer, node, DropReason.BUFFER_FULL)

    def _send_on(self, transfer: Transfer, piece: int, node: int) -> None:
        """Let a piece wait for the next link of its way, behind those of its packet that came before."""
        link, leads = transfer.way.get(node), False
        came_back = (node, piece) in transfer.passed
        if link is None or link.source != node or came_back:
            link, leads = self._choose_link(transfer, piece, node), True
        if link is None:
            return
        transfer.passed.add((node, piece))
        queue = transfer.queues.setdefault(link.index, deque())
        queue.append(piece)
        if len(queue) == 1:
            self._cross(self._crossings.add(transfer, piece, self._ways.over(link), leads=leads))

    def _choose_link(self, transfer: Transfer, piece: int, node: int) -> Link | None:
        """Let the first piece at a node decide the way from there; None if the transfer waits or was dropped."""
        if not self._holds(transfer, node, transfer.pieces[piece]):
            return None
        if transfer.hops >= transfer.hop_limit:
            self._drop(transfer, node, DropReason.HOP_LIMIT)
            return None
        try:
            link = self._ways.next_link(transfer, node)
        except NoRoute:
            self._keep_or_drop(transfer, node, partial(self._send_on, transfer, piece, node))
            return None
        if self._buffers.bounded and not self._buffers.can_ever_hold(link.target, transfer, piece):
            self._drop(transfer, node, DropReason.BUFFER_FULL)
            return None
        transfer.way[node] = link
        return link

    def _cross(self, crossing: Crossing) -> None:
        """Let what is left of a piece go, if its links are open and there is room where it goes."""
        closed = (self._down or self._held) and any(
            link.index in self._down or link.index in self._held for link in crossing.links
        )
        if not closed and (not self._buffers.bounded or self._buffers.reserve(crossing)):
            self._start(crossing)

    def _start(self, crossing: Crossing) -> None:
        if crossing.leads:
            crossing.leads = False
            crossing.transfer.hops += len(crossing.way.links)
            transfer, packed = crossing.transfer, crossing.way.current().packed
            self._writer.hops(self._clock.now, _HOP_START, packed, transfer.number, transfer.packet)
        self._crossings.start(crossing)

    def _leave(self, crossing: Crossing) -> None:
        """The last bit has left the bottleneck: it arrives after the delays so far, and the next piece follows."""
        transfer, piece, way = crossing.transfer, crossing.piece, crossing.way
        delay_s = self._propagate(crossing, piece)
        if piece == 0:
            fastest_bps = min(transfer.cap_bps, way.peak_bps)
            transfer.least_s += crossing.paid_s + bits(transfer.pieces[0]) / fastest_bps + delay_s
        if self._buffers.bounded:
            self._free(crossing.node, transfer, piece)
        if transfer.cut_through and not transfer.split:
            return
        queue = transfer.queues.get(way.metered[0])
        if queue:
            queue.popleft()
            if queue:
                self._cross(self._crossings.add(transfer, queue[0], way, leads=False))

    def _propagate(self, crossing: Crossing, piece: int) -> float:
        """Let a piece arrive at the end of each link after the delays so far; return that of the last one [s]."""
        transfer, now_s, stretches = crossing.transfer, self._clock.now, self._crossings.stretches(crossing.way)
        last = stretches[-1]
        for stretch in stretches:
            arrive = partial(self._arrive, transfer, piece, stretch, stretch is last)
            self._clock.at(now_s + stretch.delay_s, _ARRIVAL, transfer.number, arrive)
        return last.delay_s

    def _free(self, node: int, transfer: Transfer, piece: int) -> None:
        self._buffers.free(node, transfer, piece)
        self._admit(node)

    def _admit(self, node: int) -> None:
        """Let pieces that have waited for room at a node start."""
        if node not in self._dead:
            for crossing in self._buffers.admitted(node):
                self._start(crossing)

    def _arrive(self, transfer: Transfer, piece: int, hops: Stretch, last: bool) -> None:
        """The last bit of a piece is at the end of links that it reaches at once, perhaps of the last on its way."""
        if transfer.number not in self.in_flight:
            return  # it was dropped
        pieces, whole = len(transfer.pieces), hops.packed
        if pieces > 1 and not transfer.split:
            for ends in hops.ends:
                transfer.crossed[ends] = transfer.crossed.get(ends, 0) + 1
            passed = [transfer.crossed[ends] % pieces == 0 for ends in hops.ends]
            whole = list(compress(hops.packed, passed))
        if whole:
            self._writer.hops(self._clock.now, _HOP_END, whole, transfer.number, transfer.packet)
        if last:
            self._take(transfer, piece, hops.ends[-1][1])

    def _keep_or_drop(self, transfer: Transfer, node: int, go_on: Callable[[], None]) -> None:
        """Let what has no way to go wait for one, or drop it."""
        if self._plan.unreachable == "wait":
            self._custody.keep(transfer, node, go_on)
        else:
            self._drop(transfer, node, DropReason.NO_ROUTE)

    def _holds(self, transfer: Transfer, node: int, size_bytes: float) -> bool:
        """Whether a node's memory holds so much of a transfer; it is dropped there if not."""
        if size_bytes <= self._hardware[node].memory_bytes:
            return True
        self._drop(transfer, node, DropReason.NO_MEMORY)
        return False

    def _deliver(self, transfer: Transfer) -> None:
        now_s = self._clock.now
        laws.arrival_is_causal(transfer.number, transfer.start_s, now_s, transfer.least_s)
        self.accounts.deliver(transfer.size_bytes, now_s)
        self._end(transfer)
        target, number, size_bytes = transfer.target, transfer.number, transfer.size_bytes
        self._writer.event(now_s, _FLOW_END, target, transfer.source, number, transfer.packet, size_bytes)
        transfer.delivered(transfer)

    def _drop(self, transfer: Transfer, node: int, reason: DropReason) -> None:
        """End a transfer where it is; all its pieces leave their links and buffers."""
        self.accounts.drop(transfer.size_bytes, reason)
        self._end(transfer)
        target, number, size_bytes = transfer.target, transfer.number, transfer.size_bytes
        dropped, value = EventKind.FLOW_DROP, float(reason)
        self._writer.event(self._clock.now, dropped, node, target, number, transfer.packet, size_bytes, value)
        for crossing in list(transfer.crossings):
            self._take_off(crossing)
        self._custody.forget(transfer)
        for place, piece in sorted(transfer.room):
            self._free(place, transfer, piece)
        transfer.dropped(transfer, reason)

    def _take_off(self, crossing: Crossing) -> None:
        self._crossings.take_off(crossing)
        self._buffers.withdraw(crossing)

    def _end(self, transfer: Transfer) -> None:
        del self.in_flight[transfer.number]
        if transfer.deadline is not None:
            self._clock.cancel(transfer.deadline)

    def check(self, carried_bits: float) -> None:
        """Check that every packet, every bit on a link and every byte in a buffer is accounted for.

        Args:
            carried_bits: What the meter saw all links carry.

        Raises:
            LawBroken: Something was lost or made.
        """
        self.accounts.check(transfer.size_bytes for transfer in self.in_flight.values())
        self._crossings.check(carried_bits)
        self._buffers.check(self.in_flight)
