"""A node as an end of transfers: where it is, what reaches it, and what it sends."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import simpy

from .clock import Clock, Turn
from .failures import NodeDown, SendFailed
from .forgery import Forger
from .gate import Gate
from .mailbox import Mailbox
from .packets import Letter, ModelPacket, PacketError, PacketKind, RefuseReason, count_hop
from .records import DropReason, EventKind, RunWriter
from .signing import Keyring
from .transfer import Transfer
from .transport import Transport
from .wiring import Wiring

if TYPE_CHECKING:
    from .links import Link
    from .methods.method import Program


_BEACON, _DATA = PacketKind.BEACON, PacketKind.DATA


@dataclass(frozen=True)
class Virtual:
    """What all nodes of a run have in common; each enters itself among the ends, by its id."""

    clock: Clock
    wiring: Wiring
    transport: Transport
    writer: RunWriter
    stream: Callable[..., np.random.Generator]
    keyring: Keyring | None = None
    refused: "Counter[RefuseReason]" = field(default_factory=Counter)
    ends: "dict[int, Endpoint]" = field(default_factory=dict)


class Endpoint:
    """The part of a node that knows the network, and no learning."""

    def __init__(self, virtual: Virtual, index: int, gate: Gate) -> None:
        self._virtual, self._clock = virtual, virtual.clock
        self.index = index
        self.name = virtual.wiring.names[index]
        self.tier = virtual.wiring.tiers[index]
        self.is_down = False
        self.overheard_by: list[Forger] = []
        self.on_beacon: Callable[[ModelPacket], None] | None = None
        self._mailbox = Mailbox(self._clock, index)
        self._gate = gate
        self._sent = 0
        self._awaited: dict[simpy.Event, None] = {}
        virtual.ends[index] = self

    @property
    def now(self) -> float:
        """Return the virtual time [s]."""
        return self._clock.now  # type: ignore[no-any-return]

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Return the names of the nodes one link away now, in id order; a handover changes them."""
        wiring = self._virtual.wiring
        return tuple(wiring.names[other] for other in wiring.neighbours(self.index))

    def name_of(self, index: int) -> str:
        """Return the name of the node of an id, as packets' headers hold them."""
        return self._virtual.wiring.names[index]

    def id_of(self, name: str) -> int:
        """Return the id of the node of a name."""
        return self._virtual.wiring.id_of(name)

    @property
    def waiting_bytes(self) -> int:
        """Return the size of the payloads that have arrived and wait for the program [bytes]."""
        return self._mailbox.held_bytes

    def has_waiting(self, packet: int) -> bool:
        """Return whether the packet of an id has arrived and waits for the program."""
        return self._mailbox.holds(packet)

    @property
    def waiting(self) -> tuple[ModelPacket, ...]:
        """Return the packets that have arrived and wait for the program, the first first."""
        return self._mailbox.waiting

    def exchange(self, packet: ModelPacket) -> None:
        """Put a packet in the place of the one of its id that waits for the program."""
        self._mailbox.exchange(packet)

    def event(self) -> simpy.Event:
        """Return an event for somebody to trigger; it fails with NodeDown when the node does."""
        event = simpy.Event(self._clock)
        self._awaited[event] = None
        assert event.callbacks is not None
        event.callbacks.append(self._awaited.pop)
        return event

    def wait(self, seconds: float) -> simpy.Event:
        """Let time pass."""
        event = self.event()
        self._clock.after(seconds, Turn.TIMER, self.index, partial(_trigger, event))
        return event

    def beside(self, program: "Program") -> None:
        """Run a further program of the node, until it ends or the node fails."""
        self._clock.process(until_down(program))

    def receive(self, timeout: float | None = None) -> simpy.Event:
        """Wait for the next packet; the value is None if none comes within ``timeout`` [s]."""
        return self._mailbox.get(self.event(), timeout)

    def receive_newest(self) -> simpy.Event:
        """Wait for a packet; of several that are there, or come at the same instant, the value is the newest."""
        return self._mailbox.get_newest(self.event())

    def next_hop(self, destination: str) -> str:
        """Return the neighbour that a packet sent from here now would go to next.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        names = self._virtual.wiring.names
        return names[self._virtual.transport.tables.next_hop(self.index, self.id_of(destination))]

    def route(self, destination: str) -> tuple[str, ...]:
        """Return the nodes that a packet sent from here now would pass, both ends included.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        names = self._virtual.wiring.names
        return tuple(names[node] for node in self._virtual.transport.tables.route(self.index, self.id_of(destination)))

    def cost(self, destination: str) -> float:
        """Return what the way to a node costs now, by the metric of the scenario's routing.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        return self._virtual.transport.tables.cost(self.index, self.id_of(destination))

    def cost_between(self, first: str, second: str) -> float:
        """Return what the way from one node to another costs now, as the forwarding tables know it.

        Raises:
            NoRoute: The second cannot be reached from the first.
        """
        return self._virtual.transport.tables.cost(self.id_of(first), self.id_of(second))

    def link(self, neighbour: str) -> "Link":
        """Return the link to a neighbour, as it is now."""
        return self._virtual.wiring.between[self.index, self.id_of(neighbour)]

    def send(self, destination: str, packet: ModelPacket, via: Sequence[str] | None = None) -> simpy.Event:
        """Send a packet; the event succeeds when it is delivered and fails with SendFailed when it is dropped.

        Its header says its priority and its deadline. Without a ``yield`` the program goes on at once and learns
        nothing of a drop.

        Args:
            destination: Name of the node that is to receive it.
            packet: What to send.
            via: Names of the nodes between, for a source route; by default the forwarding tables decide.

        Raises:
            ValueError: The route visits a node twice.
        """
        names = self._virtual.wiring.names
        target = self.id_of(destination)
        between = None if via is None else [self.id_of(name) for name in via]
        if between is not None and len({self.index, *between, target}) < len(between) + 2:
            route = ", ".join((self.name, *(names[node] for node in between), destination))
            raise ValueError(f"a route visits no node twice, and this one does: {route}")
        self._sent += 1
        packet = packet.but(source=self.index, destination=target, sequence=self._sent)
        if self._virtual.keyring is not None:
            packet = self._virtual.keyring.sign(packet)
        letter = packet.seal()
        event = self.event()
        self._virtual.transport.send(
            self.index,
            target,
            letter.size_bytes,
            delivered=partial(self._delivered, packet.hop_count, letter, event),
            dropped=partial(self._dropped, packet, event),
            packet=packet.packet,
            packet_class="data" if packet.kind is _DATA else "model",
            hop_limit=packet.hop_limit - packet.hop_count,
            priority=packet.priority,
            deadline_s=packet.deadline_s,
            via=between,
        )
        return event

    def arrive(self, arrived: bytes | Letter, transfer: Transfer) -> None:
        """Take what has arrived, or refuse it."""
        try:
            packet = self._gate.admit(arrived, self._mailbox.held_bytes)
        except PacketError as refused:
            self._virtual.refused[refused.reason] += 1
            self._virtual.writer.event(
                self.now,
                EventKind.REFUSE,
                self.index,
                transfer.source,
                transfer.number,
                transfer.packet,
                arrived.size_bytes if isinstance(arrived, Letter) else len(arrived),
                float(refused.reason),
            )
            return
        if packet.kind is not _BEACON:
            self._mailbox.put(packet)
        elif self.on_beacon is not None:
            self.on_beacon(packet)
        for forger in self.overheard_by:
            forger.overhear(arrived.data if isinstance(arrived, Letter) else arrived)

    def record(self, name: str, value: float) -> None:
        """Record a value of this node in the run's metrics."""
        self._virtual.writer.metric(self.now, name, value, node=self.index)

    def log(self, kind: EventKind, packet: int = -1, size_bytes: int = -1, value: float = math.nan) -> None:
        """Record an event of this node."""
        self._virtual.writer.event(self.now, kind, self.index, packet=packet, size_bytes=size_bytes, value=value)

    def _lose_all(self) -> Sequence[ModelPacket]:
        """Lose packets and whatever the program waits for; return the packets."""
        self.is_down = True
        packets = self._mailbox.clear()
        for event in self._awaited:
            if not event.triggered:
                event.fail(NodeDown(self.name))
                event.defused = True
        return packets

    def _delivered(self, hops_before: int, letter: Letter, event: simpy.Event, transfer: Transfer) -> None:
        counted = letter.with_hops_counted(count_hop(letter.header, hops_before + transfer.hops))
        self._virtual.ends[transfer.target].arrive(counted, transfer)
        _trigger(event)

    def _dropped(self, packet: ModelPacket, event: simpy.Event, _: Transfer, reason: DropReason) -> None:
        if not event.triggered:
            event.fail(SendFailed(packet, reason))
            event.defused = True  # it is recorded already; a program that waits for the event still gets the exception


def _trigger(event: simpy.Event) -> None:
    """Let an event happen, unless its node has failed since; one that nobody waits for has happened at once."""
    if event.triggered:
        return
    callbacks = event.callbacks
    if callbacks is not None and len(callbacks) == 1:  # the node's own, which forgets it
        event._ok, event._value = True, None
        event.callbacks = None  # type: ignore[assignment]  # which is how SimPy says that it is over
        callbacks[0](event)
    else:
        event.succeed()


def until_down(program: "Program") -> "Program":
    """Run a program until its node fails."""
    with suppress(NodeDown):
        yield from program
