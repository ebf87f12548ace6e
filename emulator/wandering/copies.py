"""Copies: that packets survive the death of the node they are at."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from wayfare.emulator.packets.limits import LINEAGE_KEPT

from .advertisement import PRIORITY
from .inquiry import Inquiry
from .trail import Trace, Trail

if TYPE_CHECKING:
    import simpy

    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket

    Relaunch = Callable[[ModelPacket], Generator[simpy.Event, Any, None]]


@dataclass(frozen=True)
class Copy:
    """A copy that a node keeps.

    Attributes:
        packet: As it left.
        place: Of the node in the row of those that keep one; 1 is the last the packet was at.
        ahead: Ids of the nodes it has gone to since, the latest first.
    """

    packet: ModelPacket
    place: int = 1
    ahead: tuple[int, ...] = ()


class Copies:
    """The copies that a node keeps of packets it has sent on, and what it does about their silence.

    The last ``kept`` nodes a packet was at keep a copy each. A node from which it has safely got away tells those
    before it: the last of them lets its copy go, the others watch on. Who hears nothing of a packet for
    ``lost_after_s``, times its place in the row, asks the others of the row, ahead and behind (`Inquiry`). Only where
    nobody knows better is the packet lost, and the copy is launched as its heir; the others are told of the heir, and
    are told again until it reaches them, since the packet may live where it cannot be heard: it yields when it can.

    So silence alone makes no heir: without failures there are never more packets than were launched, however short
    ``lost_after_s`` is. The patience doubles each time that a packet turns out to be alive.

    Args:
        node: Whose.
        kept: Nodes that keep a copy of a packet; 0: none does.
        lost_after_s: Silence after which the others are asked [s].
        is_here: Whether the packet of an id is at the node.
        relaunch: What is done with an heir.
    """

    def __init__(
        self, node: Node, kept: int, lost_after_s: float, is_here: Callable[[int], bool], relaunch: Relaunch
    ) -> None:
        self._node, self.kept, self._lost_after_s, self._relaunch = node, kept, lost_after_s, relaunch
        self._is_here = is_here
        self._copies: dict[int, Copy] = node.store.setdefault("copies", {})
        self._notices: dict[tuple[int, int], int] = node.store.setdefault("notices", {})
        self._watches: dict[int, int] = {}
        self._numbers = count()
        self._patience_s: dict[int, float] = {}
        self.trail = Trail(node)
        self.inquiry = Inquiry(node, lost_after_s)

    def __repr__(self) -> str:
        return f"<Copies at {self._node.name}: of packets {', '.join(map(str, self._copies)) or 'none'}>"

    def resume(self) -> None:
        """Watch over the copies that have survived the node's own failure, and tell who was still to be told."""
        for packet in self._copies:
            self._watch(packet)
        for (packet, other), heir in self._notices.items():
            self._node.beside(self._insist(packet, other, heir))

    def keep(self, packet: ModelPacket, destination: str) -> None:
        """Keep a copy of a packet that sets out for another node."""
        if self.kept:
            self._copies[packet.packet] = Copy(packet, ahead=(self._node.id_of(destination),))

    def forget(self, packet: int) -> None:
        """Let the copy of a packet go."""
        self._copies.pop(packet, None)
        self._patience_s.pop(packet, None)
        self._watches.pop(packet, None)

    def left(self, packet: ModelPacket, destination: str) -> None:
        """Take note that a packet has got away from here, and tell those that keep copies of it."""
        if not self.kept:
            return
        to = self._node.id_of(destination)
        if self.trail.heir_of(packet.packet) is not None:  # it has had to yield since it set out
            self._node.send(destination, self._notice(packet.packet, self.trail.heir_of(packet.packet)))
            return
        self.trail[packet.packet] = Trace("passed", packet.hop_count, to)
        if packet.packet in self._copies:
            self._watch(packet.packet)
        for place, keeper in enumerate(self._keepers(packet), 1):
            if keeper != to:
                self._say(keeper, {"moved": packet.packet, "place": place, "to": to})

    def heard_of(self, packets: Iterable[int]) -> None:
        """Go on watching over copies of packets that are alive."""
        for packet in packets:
            if packet in self._watches:
                self._watch(packet)

    def end(self, packet: ModelPacket) -> None:
        """Let all copies of a packet go: it has come to its end here."""
        self.forget(packet.packet)
        if self.kept:
            self.trail[packet.packet] = Trace("ended")
        for keeper in self._keepers(packet):
            self._say(keeper, {"ended": packet.packet})

    def must_yield(self, packet: int) -> bool:
        """Return whether a packet has an heir that goes on instead of it."""
        return self.trail.heir_of(packet) is not None

    def hear(self, says: Mapping[str, Any], sender: int) -> bool:
        """Take what another node says of packets and their copies; return whether it was about these.

        Raises:
            ValueError, TypeError, LookupError: It makes no sense.
        """
        if "moved" in says:
            self._moved(int(says["moved"]), int(says["place"]), int(says["to"]), sender)
        elif "ended" in says:
            self.trail[int(says["ended"])] = Trace("ended")
            self.forget(int(says["ended"]))
        elif "ask" in says:
            packet, hops = int(says["ask"]), int(says["hops"])
            self._say(sender, {"about": packet, "is": self._known(packet, hops)})
        elif "about" in says:
            self.inquiry.answered(int(says["about"]), sender, str(says["is"]))
        elif "yield" in says:
            self._yielded(int(says["yield"]), int(says["heir"]), sender)
        else:
            return False
        return True

    def _moved(self, packet: int, place: int, to: int, sender: int) -> None:
        """Take note that a packet has got away from the node that stands so many places ahead in the row."""
        copy = self._copies.get(packet)
        if copy is None or self.must_yield(packet):
            return
        if place >= self.kept:
            self.forget(packet)
            return
        ahead = tuple(dict.fromkeys((to, sender, *copy.ahead)))[: self.kept]
        self._copies[packet] = Copy(copy.packet, place + 1, ahead)
        self._patience_s.pop(packet, None)
        self._watch(packet)

    def _known(self, packet: int, hops: int) -> str:
        """Return what is known here of a packet, to a node that it left after so many links."""
        trace, copy = self.trail.of(packet), self._copies.get(packet)
        if trace is not None and trace.fate != "passed":
            return trace.fate
        if self._is_here(packet) or (copy is not None and copy.packet.hop_count > hops):
            return "alive"
        return "passed" if trace is not None and trace.hops > hops else "unknown"

    def _keepers(self, packet: ModelPacket) -> list[int]:
        """Return the ids of the other nodes that keep copies of a packet, the latest first."""
        others = dict.fromkeys(visited for visited in reversed(packet.visited) if visited != self._node.index)
        return list(others)[: self.kept]

    def _say(self, other: int, says: Mapping[str, Any]) -> simpy.Event:
        return self._node.send(self._node.name_of(other), self._node.beacon(says, priority=PRIORITY))

    def _watch(self, packet: int) -> None:
        self._watches[packet] = watch = next(self._numbers)
        patience_s = self._patience_s.get(packet, self._lost_after_s)
        self._node.beside(self._wait(packet, watch, self._copies[packet].place * patience_s))

    def _wait(self, packet: int, watch: int, patience_s: float) -> Generator[simpy.Event, Any, None]:
        yield self._node.wait(patience_s)
        if self._watches.get(packet) != watch:
            return
        copy = self._copies[packet]
        row = tuple(dict.fromkeys((*copy.ahead, *self._keepers(copy.packet))))
        found = yield from self.inquiry.about(copy.packet, [other for other in row if other != self._node.index])
        if self._watches.get(packet) != watch:
            return
        if found == "alive":
            self._patience_s[packet] = 2 * patience_s / copy.place
            self._watch(packet)
        elif found != "unknown" or self._node.now >= copy.packet.deadline_s:
            self.forget(packet)
        else:
            yield from self._replace(copy.packet, row)

    def _replace(self, lost: ModelPacket, row: Iterable[int]) -> Generator[simpy.Event, Any, None]:
        """Launch the copy of a lost packet as its heir, and tell the row."""
        heir = self._heir(lost)
        self.forget(lost.packet)
        self.trail[lost.packet] = Trace("yielded", to=heir.packet)
        self._node.answer(None, lost.packet)
        for other in row:
            self._notices[lost.packet, other] = heir.packet
            self._node.beside(self._insist(lost.packet, other, heir.packet))
        yield from self._relaunch(heir)

    def _heir(self, lost: ModelPacket) -> ModelPacket:
        """Return the packet that goes on instead of a lost one: a new id, and the lost one in its lineage."""
        fresh = self._node.packet(lost.to_model())
        lineage = tuple(dict.fromkeys((*lost.lineage, lost.packet)))[-LINEAGE_KEPT:]
        return replace(lost, packet=fresh.packet, lineage=lineage)

    def _insist(self, packet: int, other: int, heir: int) -> Generator[simpy.Event, Any, None]:
        """Tell a node of the heir of a packet, and tell it again, ever more rarely, until that arrives."""
        from wayfare.emulator.failures import SendFailed

        pause_s = self._lost_after_s
        while True:
            try:
                yield self._node.send(self._node.name_of(other), self._notice(packet, heir))
                break
            except SendFailed:
                yield self._node.wait(pause_s)
                pause_s *= 2
        self._notices.pop((packet, other), None)

    def _notice(self, packet: int, heir: int | None) -> ModelPacket:
        return self._node.beacon({"yield": packet, "heir": heir}, priority=PRIORITY)

    def _yielded(self, packet: int, heir: int, sender: int) -> None:
        """Let a packet yield to its heir, wherever it has gone; of two heirs the younger yields to the older."""
        trace = self.trail.of(packet)
        own = self.trail.heir_of(packet)
        if own is not None:
            if own > heir:
                self.trail[packet] = Trace("yielded", to=heir)
                self._yielded(own, heir, sender)
            elif own < heir:
                self._node.send(self._node.name_of(sender), self._notice(heir, own))
            return
        self.trail[packet] = Trace("yielded", to=heir)
        self.forget(packet)
        if trace is not None and trace.fate == "passed" and not self._is_here(packet):
            self._node.send(self._node.name_of(trace.to), self._notice(packet, heir))
