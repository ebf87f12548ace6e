"""Inquiry: what a node asks others about a packet that it has not heard of for long."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from wayfare.emulator.failures import SendFailed
from wayfare.emulator.routing import NoRoute

from .advertisement import PRIORITY

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

SILENT = "silent"


class Inquiry:
    """Asks nodes, one after another, whether they know more of a packet than the one that asks.

    A node answers ``alive`` (it is there, or its copy is newer), ``passed`` (it went on from there, and others watch
    over it), ``ended``, ``yielded`` (an heir goes on instead) or ``unknown``. Who cannot be reached knows nothing. Who
    can be reached is waited for: silence alone says nothing.

    Args:
        node: Who asks.
        patience_s: Time after which it looks again whether another can be reached; the next time is twice as long [s].
    """

    def __init__(self, node: Node, patience_s: float) -> None:
        self._node, self._patience_s = node, patience_s
        self._awaited: dict[tuple[int, int], simpy.Event] = {}

    def about(self, packet: ModelPacket, others: Sequence[int]) -> Generator[simpy.Event, Any, str]:
        """Ask nodes of these ids about a packet; return the first answer that is not ``unknown``, or that one."""
        for other in others:
            answer: str = yield from self._ask(packet, other)
            if answer != "unknown":
                return answer
        return "unknown"

    def answered(self, packet: int, other: int, answer: str) -> None:
        """Take an answer."""
        _happen(self._awaited.get((packet, other)), answer)

    def _ask(self, packet: ModelPacket, other: int) -> Generator[simpy.Event, Any, str]:
        node, name, place = self._node, self._node.name_of(other), (packet.packet, other)
        patience_s, sending = self._patience_s, None
        while self._reaches(name):
            self._awaited[place] = reply = node.event()
            if sending is None or sending.triggered:  # else the last question is still on its way
                says = {"ask": packet.packet, "hops": packet.hop_count}
                sending = node.send(name, node.beacon(says, priority=PRIORITY))
            _when(sending, reply, "unknown", fails=True)
            _when(node.wait(patience_s), reply, SILENT)
            answer: str = yield reply
            self._awaited.pop(place, None)
            if answer != SILENT:
                return answer
            patience_s *= 2
        return "unknown"

    def _reaches(self, name: str) -> bool:
        """Return whether there is a way to a node, by the forwarding tables."""
        try:
            self._node.cost(name)
        except NoRoute:
            return False
        return True


def _when(event: simpy.Event, reply: simpy.Event, answer: str, *, fails: bool = False) -> None:
    """Let an event stand for an answer: when it happens, or when it is a sending that has failed."""

    def happened(event: simpy.Event) -> None:
        if isinstance(event.value, SendFailed) if fails else event.ok:
            _happen(reply, answer)

    assert event.callbacks is not None
    event.callbacks.append(happened)


def _happen(event: simpy.Event | None, answer: str) -> None:
    if event is not None and not event.triggered:
        event.succeed(answer)
