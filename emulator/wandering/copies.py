"""Copies: that packets survive the death of the node they are at."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wayfare.emulator.packets.limits import LINEAGE_KEPT

from .advertisement import PRIORITY

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

    Relaunch = Callable[[ModelPacket], Generator[simpy.Event, Any, None]]


class Copies:
    """The copies that a node keeps of packets it has sent on, and who is told when it does.

    The last ``kept`` nodes a packet was at keep a copy each. A node from which it has safely got away tells those
    before it: the last of them lets its copy go, the others watch on. Who hears nothing of a packet for
    ``lost_after_s``, times its place in the row, launches its copy as the packet's heir. So a packet that is slower
    than that has an heir while it lives, and both travel on. Who launches an heir tells the others.

    Args:
        node: Whose.
        kept: Nodes that keep a copy of a packet; 0: none does.
        lost_after_s: Silence after which a packet is taken for lost [s].
        relaunch: What is done with an heir.
    """

    def __init__(self, node: Node, kept: int, lost_after_s: float, relaunch: Relaunch) -> None:
        self._node, self._kept, self._lost_after_s, self._relaunch = node, kept, lost_after_s, relaunch
        self._packets: dict[int, ModelPacket] = node.store.setdefault("copies", {})
        self._watches = dict.fromkeys(self._packets, 0)
        self._places = dict.fromkeys(self._packets, 1)

    def __repr__(self) -> str:
        return f"<Copies at {self._node.name}: of packets {', '.join(map(str, self._packets)) or 'none'}>"

    def resume(self) -> None:
        """Watch over the copies that have survived the node's own failure."""
        for packet in self._packets:
            self._watch(packet)

    def keep(self, packet: ModelPacket) -> None:
        """Keep a copy of a packet that leaves."""
        if self._kept:
            self._packets[packet.packet] = packet
            self._places[packet.packet] = 1
            self._watch(packet.packet)

    def forget(self, packet: int) -> None:
        """Let the copy of a packet go."""
        self._packets.pop(packet, None)

    def heard_of(self, packets: Iterable[int]) -> None:
        """Go on watching over copies of packets that are alive."""
        for packet in packets:
            if packet in self._packets:
                self._watch(packet)

    def moved(self, packet: int, place: int) -> None:
        """Take note that a packet has got away from the node that stands so many places ahead in the row."""
        if packet not in self._packets:
            return
        if place >= self._kept:
            self.forget(packet)
        else:
            self._places[packet] = place + 1
            self._watch(packet)

    def tell(self, packet: ModelPacket, destination: str) -> None:
        """Tell those that keep copies of a packet that it has got away from here, and the last of them for good."""
        for place, keeper in enumerate(self._keepers(packet), 1):
            if keeper != destination:
                self._say(keeper, packet, place)

    def release(self, packet: ModelPacket) -> None:
        """Let all copies of a packet go: it has come to its end here, or its heir sets out from here."""
        for keeper in self._keepers(packet):
            self._say(keeper, packet, self._kept)

    def _keepers(self, packet: ModelPacket) -> list[str]:
        """Return the names of the other nodes that keep copies of a packet, the latest first."""
        others = dict.fromkeys(visited for visited in reversed(packet.visited) if visited != self._node.index)
        return [self._node.name_of(keeper) for keeper in list(others)[: self._kept]]

    def _say(self, keeper: str, packet: ModelPacket, place: int) -> None:
        self._node.send(keeper, self._node.beacon({"moved": packet.packet, "place": place}, priority=PRIORITY))

    def _watch(self, packet: int) -> None:
        self._watches[packet] = self._watches.get(packet, 0) + 1
        self._node.beside(self._wait(packet, self._watches[packet]))

    def _wait(self, packet: int, watch: int) -> Generator[simpy.Event, Any, None]:
        yield self._node.wait(self._places[packet] * self._lost_after_s)
        if packet in self._packets and self._watches[packet] == watch:
            lost = self._packets.pop(packet)
            self.release(lost)
            yield from self._relaunch(self._heir(lost))

    def _heir(self, lost: ModelPacket) -> ModelPacket:
        """Return the packet that goes on instead of a lost one: a new id, and the lost one in its lineage."""
        fresh = self._node.packet(lost.to_model())
        lineage = tuple(dict.fromkeys((*lost.lineage, lost.packet)))[-LINEAGE_KEPT:]
        return replace(lost, packet=fresh.packet, lineage=lineage)
