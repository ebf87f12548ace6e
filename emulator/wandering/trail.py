"""Trail: what a node remembers of packets that were there."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from wayfare.emulator.node import Node

KEPT = 4096


class Trace(NamedTuple):
    """What became of a packet at a node.

    Attributes:
        fate: It was passed on, has come to its end, or yields to an heir.
        hops: Links it had crossed when it was passed on.
        to: Id of the node it was passed on to, or of its heir.
    """

    fate: Literal["passed", "ended", "yielded"]
    hops: int = 0
    to: int = -1


class Trail:
    """The traces of the latest packets, in what a node keeps over its own failure.

    Args:
        node: Whose.
        kept: Packets it remembers.
    """

    def __init__(self, node: Node, kept: int = KEPT) -> None:
        self._traces: OrderedDict[int, Trace] = node.store.setdefault("trail", OrderedDict())
        self._kept = kept

    def __len__(self) -> int:
        return len(self._traces)

    def __setitem__(self, packet: int, trace: Trace) -> None:
        self._traces[packet] = trace
        self._traces.move_to_end(packet)
        if len(self._traces) > self._kept:
            self._traces.popitem(last=False)

    def of(self, packet: int) -> Trace | None:
        """Return the latest trace of a packet; None: it was never passed on from here."""
        return self._traces.get(packet)

    def heir_of(self, packet: int) -> int | None:
        """Return the id of the heir that a packet yields to, if there is one."""
        trace = self._traces.get(packet)
        return trace.to if trace is not None and trace.fate == "yielded" else None
