"""Packets that have arrived at a node and wait for its program."""

from collections import deque
from functools import partial

import simpy

from .clock import Clock, Turn
from .packets import ModelPacket


class Mailbox:
    """First in, first out; who waits longest is served first."""

    def __init__(self, clock: Clock, node: int) -> None:
        self._clock, self._node = clock, node
        self._packets: deque[ModelPacket] = deque()
        self._waiting: deque[simpy.Event] = deque()

    def put(self, packet: ModelPacket) -> None:
        """Hand a packet to who waits, else keep it."""
        if self._waiting:
            self._waiting.popleft().succeed(packet)
        else:
            self._packets.append(packet)

    def get(self, timeout_s: float | None = None) -> simpy.Event:
        """Return an event whose value is the next packet, or None when none has come in time."""
        event = self._clock.event()
        if self._packets:
            return event.succeed(self._packets.popleft())
        self._waiting.append(event)
        if timeout_s is not None:
            self._clock.after(timeout_s, Turn.TIMER, self._node, partial(self._give_up, event))
        return event

    def _give_up(self, event: simpy.Event) -> None:
        if event in self._waiting:
            self._waiting.remove(event)
            event.succeed(None)
