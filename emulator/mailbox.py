"""Packets that have arrived at a node and wait for its program."""

from collections import OrderedDict, deque
from functools import partial

import simpy

from .clock import Appointment, Clock, Turn
from .packets import ModelPacket


class Mailbox:
    """First in, first out; who waits longest is served first."""

    def __init__(self, clock: Clock, node: int) -> None:
        self._clock, self._node = clock, node
        self._packets: deque[ModelPacket] = deque()
        self._waiting: OrderedDict[simpy.Event, Appointment | None] = OrderedDict()
        self._for_newest: set[simpy.Event] = set()

    @property
    def held_bytes(self) -> int:
        """Return the size of the payloads that wait [bytes]."""
        return sum(len(packet.payload) for packet in self._packets)

    def holds(self, packet: int) -> bool:
        """Return whether the packet of an id waits."""
        return any(waiting.packet == packet for waiting in self._packets)

    @property
    def waiting(self) -> tuple[ModelPacket, ...]:
        """Return the packets that wait, the first first."""
        return tuple(self._packets)

    def exchange(self, packet: ModelPacket) -> None:
        """Put a packet in the place of the one of its id that waits."""
        self._packets = deque(packet if waiting.packet == packet.packet else waiting for waiting in self._packets)

    def put(self, packet: ModelPacket) -> None:
        """Hand a packet to who waits, else keep it."""
        if not self._waiting:
            self._packets.append(packet)
            return
        event, timer = self._waiting.popitem(last=False)
        if timer is not None:
            self._clock.cancel(timer)
        if event in self._for_newest:
            self._for_newest.remove(event)
            self._hand_newest_soon(event, packet)
        else:
            event.succeed(packet)

    def get(self, event: simpy.Event, timeout_s: float | None = None) -> simpy.Event:
        """Return the event, which the next packet triggers, or None when none has come in time."""
        if self._packets:
            return event.succeed(self._packets.popleft())
        timer = None
        if timeout_s is not None:
            timer = self._clock.after(timeout_s, Turn.TIMER, self._node, partial(self._give_up, event))
        self._waiting[event] = timer
        return event

    def get_newest(self, event: simpy.Event) -> simpy.Event:
        """Return the event, which is triggered once a packet is there and all have come that come at that instant.

        Its value is the newest; those before it are not kept.
        """
        if self._packets:
            self._hand_newest_soon(event, self._packets.popleft())
        else:
            self._waiting[event] = None
            self._for_newest.add(event)
        return event

    def _hand_newest_soon(self, event: simpy.Event, packet: ModelPacket) -> None:
        self._clock.after(0.0, Turn.TIMER, self._node, partial(self._hand_newest, event, packet))

    def _hand_newest(self, event: simpy.Event, packet: ModelPacket) -> None:
        if not event.triggered:
            event.succeed(self._packets[-1] if self._packets else packet)
            self._packets.clear()

    def clear(self) -> list[ModelPacket]:
        """Forget who waits; return the packets that nobody had taken."""
        for timer in self._waiting.values():
            if timer is not None:
                self._clock.cancel(timer)
        self._waiting.clear()
        self._for_newest.clear()
        lost = list(self._packets)
        self._packets.clear()
        return lost

    def _give_up(self, event: simpy.Event) -> None:
        del self._waiting[event]
        event.succeed(None)
