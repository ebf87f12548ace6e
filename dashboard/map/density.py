"""How much happened when: the strip behind the time slider."""

import numpy as np
from numpy.typing import NDArray

from wayfare.dashboard.network import Ints
from wayfare.emulator.records import EventKind

CELLS = 1024
KINDS = 32
TRAFFIC, TRAINING, TROUBLE = 0, 1, 2
CATEGORY = {
    EventKind.HOP_START: TRAFFIC,
    EventKind.TRAIN_START: TRAINING,
    EventKind.MERGE: TRAINING,
    EventKind.FLOW_DROP: TROUBLE,
    EventKind.INTERRUPT: TROUBLE,
    EventKind.LINK_DOWN: TROUBLE,
    EventKind.NODE_DOWN: TROUBLE,
    EventKind.HANDOVER: TROUBLE,
    EventKind.REFUSE: TROUBLE,
    EventKind.BATTERY_EMPTY: TROUBLE,
}


class Density:
    """Counts of events by time and category, in a fixed number of cells that widen as the run goes on.

    Attributes:
        cell_ns: Width of a cell.
        counts: ``(3, CELLS)``: hops that began, training, trouble.
    """

    def __init__(self, cell_ns: int = 1_000_000) -> None:
        self.cell_ns = cell_ns
        self.counts: Ints = np.zeros((3, CELLS), dtype=np.int64)
        self._category = np.full(KINDS, -1)
        self._category[list(CATEGORY)] = list(CATEGORY.values())

    def add(self, time_ns: Ints, kind: NDArray[np.generic]) -> None:
        """Count events."""
        category = self._category[np.clip(kind.astype(np.int64), 0, KINDS - 1)]
        time_ns, category = time_ns[category >= 0], category[category >= 0]
        while len(time_ns) and int(time_ns.max()) >= CELLS * self.cell_ns:
            self._widen()
        cell = np.clip(time_ns // self.cell_ns, 0, CELLS - 1)
        self.counts += np.bincount(category * CELLS + cell, minlength=3 * CELLS).reshape(3, CELLS)

    def copy(self) -> "Density":
        """Return another that counts on from here."""
        other = Density(self.cell_ns)
        other.counts = self.counts.copy()
        return other

    def upto(self, end_ns: int) -> list[list[int]]:
        """Return the counts of each category up to a time, with no more cells than that takes."""
        cells = min(max(-(-end_ns // self.cell_ns), 1), CELLS)
        rows: list[list[int]] = self.counts[:, :cells].tolist()
        return rows

    def _widen(self) -> None:
        pairs = self.counts.reshape(3, CELLS // 2, 2).sum(axis=2)
        self.counts = np.concatenate([pairs, np.zeros_like(pairs)], axis=1)
        self.cell_ns *= 2
