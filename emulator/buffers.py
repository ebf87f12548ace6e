"""The buffers in which nodes hold what they forward for others."""

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from . import laws
from .forwarding import FullBuffer
from .transfer import Crossing, Transfer


class Buffers:
    """Room for pieces on their way, from their arrival at a node until their last bit has left it.

    ``drop-tail``: what does not fit when it arrives is lost. ``back-pressure``: a piece does not start towards a node
    before there is room for it, which is kept for it from then on; who came first, starts first.
    What a node sends itself, what is for it, and what cuts through takes no room.

    Attributes:
        bounded: Whether any node has a limit; where none has, there is always room.
    """

    def __init__(self, capacity_bytes: Sequence[float], full: FullBuffer) -> None:
        self._capacity, self._back_pressure = capacity_bytes, full == "back-pressure"
        self.bounded = not all(map(math.isinf, capacity_bytes))
        self._held: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
        self._used_bytes: dict[int, float] = defaultdict(float)
        self._waiting: dict[int, list[tuple[float, int, int, Crossing]]] = defaultdict(list)

    def store(self, node: int, transfer: Transfer, piece: int) -> bool:
        """Hold a piece that has arrived; return False if it does not fit."""
        if node == transfer.source or math.isinf(self._capacity[node]) or (node, piece) in transfer.room:
            return True
        return self._fits(node, transfer.pieces[piece]) and self._take(node, transfer, piece)

    def can_ever_hold(self, node: int, transfer: Transfer, piece: int) -> bool:
        """Return False if a piece would wait for room at the next node for ever."""
        return not self._needs_room(node, transfer) or transfer.pieces[piece] <= self._capacity[node]

    def _needs_room(self, node: int, transfer: Transfer) -> bool:
        return self._back_pressure and not transfer.cut_through and node not in (transfer.source, transfer.target)

    def reserve(self, crossing: Crossing) -> bool:
        """Keep room where a piece is going, if it needs any; return False if it has to wait for it."""
        node, transfer, piece = crossing.beyond, crossing.transfer, crossing.piece
        if not self._needs_room(node, transfer) or math.isinf(self._capacity[node]):
            return True
        if (node, piece) in transfer.room:
            return True
        if not self._waiting[node] and self._fits(node, transfer.pieces[piece]):
            return self._take(node, transfer, piece)
        if (entry := _entry(crossing)) not in self._waiting[node]:
            insort(self._waiting[node], entry)
        return False

    def withdraw(self, crossing: Crossing) -> None:
        """Let a crossing wait for room no longer."""
        if (entry := _entry(crossing)) in self._waiting[crossing.beyond]:
            self._waiting[crossing.beyond].remove(entry)

    def free(self, node: int, transfer: Transfer, piece: int) -> None:
        """Give back the room of a piece that has left a node, or will not go there, if it had any."""
        if (node, piece) in transfer.room:
            transfer.room.remove((node, piece))
            size_bytes = self._held[node].pop((transfer.number, piece))
            self._used_bytes[node] = self._used_bytes[node] - size_bytes if self._held[node] else 0.0

    def split(self, node: int, transfer: Transfer, piece: int) -> None:
        """Let the newest piece of a transfer, which was a part of another, take its part of that one's room."""
        if (node, piece) in transfer.room:
            part, part_bytes = len(transfer.pieces) - 1, transfer.pieces[-1]
            self._held[node][transfer.number, piece] -= part_bytes
            self._held[node][transfer.number, part] = part_bytes
            transfer.room.add((node, part))

    def admitted(self, node: int) -> Iterator[Crossing]:
        """Yield the crossings that have waited for room at a node and now have it."""
        waiting = self._waiting[node]
        while waiting:
            crossing = waiting[0][-1]
            if not self._fits(node, crossing.transfer.pieces[crossing.piece]):
                return
            del waiting[0]
            self._take(node, crossing.transfer, crossing.piece)
            yield crossing

    def _fits(self, node: int, size_bytes: float) -> bool:
        return self._used_bytes[node] + size_bytes <= self._capacity[node]

    def _take(self, node: int, transfer: Transfer, piece: int) -> bool:
        size_bytes = transfer.pieces[piece]
        self._held[node][transfer.number, piece] = size_bytes
        self._used_bytes[node] += size_bytes
        transfer.room.add((node, piece))
        laws.buffer_holds(node, self._used_bytes[node], self._capacity[node])
        return True

    def check(self, in_flight: Collection[int]) -> None:
        """Check that what is held fits, adds up, and belongs to transfers on their way.

        Raises:
            LawBroken: It does not.
        """
        for node, pieces in self._held.items():
            held_bytes = math.fsum(pieces.values())
            laws.buffer_holds(node, held_bytes, self._capacity[node])
            laws.conserved("bytes in a buffer", held_bytes, self._used_bytes[node], laws.TOLERANCE * held_bytes)
            laws.conserved("pieces in a buffer", len(pieces), sum(number in in_flight for number, _ in pieces))


def _entry(crossing: Crossing) -> tuple[float, int, int, Crossing]:
    """Return what orders those who wait for room: who came first, then who was sent first."""
    return crossing.since_s, crossing.transfer.number, crossing.piece, crossing
