"""The accounts of a run's transfers: what was sent, and what became of it."""

from collections import Counter
from collections.abc import Iterable

from . import laws
from .records import DropReason


class Accounts:
    """Counts transfers and their bytes.

    Attributes:
        last_end_s: When the latest of those delivered arrived [s].
    """

    def __init__(self) -> None:
        self.sent = self.delivered = self.dropped = 0
        self.sent_bytes = self.delivered_bytes = self.dropped_bytes = 0
        self.last_end_s: float | None = None
        self._drops = Counter[DropReason]()

    def send(self, size_bytes: int) -> int:
        """Enter a transfer and return its number."""
        self.sent += 1
        self.sent_bytes += size_bytes
        return self.sent - 1

    def deliver(self, size_bytes: int, now_s: float) -> None:
        """Enter that a transfer has arrived."""
        self.delivered += 1
        self.delivered_bytes += size_bytes
        self.last_end_s = now_s

    def drop(self, size_bytes: int, reason: DropReason) -> None:
        """Enter that a transfer was dropped."""
        self.dropped += 1
        self.dropped_bytes += size_bytes
        self._drops[reason] += 1

    def drops_by_reason(self) -> dict[str, int]:
        """Return how many transfers were dropped for each reason that occurred."""
        return {reason.name.lower().replace("_", "-"): self._drops[reason] for reason in sorted(self._drops)}

    def check(self, flying_bytes: Iterable[int]) -> None:
        """Check that every transfer and every byte is accounted for.

        Args:
            flying_bytes: Sizes of the transfers on their way.

        Raises:
            LawBroken: Something was lost or made.
        """
        sizes = list(flying_bytes)
        laws.conserved("packets", self.sent, self.delivered + self.dropped + len(sizes))
        laws.conserved("drops by reason", self.dropped, self._drops.total())
        laws.conserved("bytes", self.sent_bytes, self.delivered_bytes + self.dropped_bytes + sum(sizes))
