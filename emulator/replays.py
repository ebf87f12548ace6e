"""What a node remembers of packets that were here, so that none is taken twice."""

from collections import OrderedDict

KEPT = 4096


class ReplayMemory:
    """The latest packets taken, by source and sequence, and of each source how far it has been forgotten.

    What is as old as something forgotten counts as seen: so the memory is bounded, and what was taken once never is
    again. A packet that comes for the first time is refused only if so many others overtook it. RFC 6479 keeps a window
    of sequence numbers instead; here a source counts over all destinations, so a window would be as wide as its
    fan-out.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._latest: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._forgotten: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._latest)

    def has_seen(self, source: int, sequence: int) -> bool:
        """Return whether a packet was here before, or may have been."""
        return (source, sequence) in self._latest or sequence <= self._forgotten.get(source, -1)

    def remember(self, source: int, sequence: int) -> None:
        """Note that a packet was taken."""
        self._latest[source, sequence] = None
        if len(self._latest) > self._kept:
            (oldest, number), _ = self._latest.popitem(last=False)
            self._forgotten[oldest] = max(number, self._forgotten.get(oldest, -1))
