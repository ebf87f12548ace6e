"""The transfers of a run: how many began, arrived and were dropped, and how many were in progress when."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wayfare.emulator.records import EventKind

from .network import Floats, Ints

MOST_POINTS = 3000


@dataclass(frozen=True)
class Flows:
    """The number of transfers in progress over time, and what became of them all.

    Attributes:
        nodes: Ids of the nodes between which something went.
        change_s: Moments at which the number of transfers in progress changes [s].
        in_progress: Their number from that moment on.
        sent, delivered, dropped: Transfers that began, arrived, were dropped.
        last_s: Time of the last event [s].
    """

    nodes: Ints
    change_s: Floats
    in_progress: Ints
    sent: int
    delivered: int
    dropped: int
    last_s: float

    @classmethod
    def from_table(cls, table: pa.Table) -> "Flows":
        """Read ``events``."""
        kind = table["kind"].to_numpy()
        time_ns = table["time_ns"].to_numpy()
        hops = kind == EventKind.HOP_START
        change_s, in_progress = _count_transfers(kind, time_ns)
        counts = np.bincount(kind, minlength=len(EventKind))
        return cls(
            nodes=np.unique([table[end].to_numpy()[hops] for end in ("node", "peer")]).astype(np.int64),
            change_s=change_s,
            in_progress=in_progress,
            sent=int(counts[EventKind.FLOW_START]),
            delivered=int(counts[EventKind.FLOW_END]),
            dropped=int(counts[EventKind.FLOW_DROP]),
            last_s=float(time_ns.max()) / 1e9 if len(time_ns) else 0.0,
        )

    def progress_curve(self, end_s: float) -> tuple[Floats, Ints]:
        """Return times [s] and transfers in progress, thinned to the highest of each stretch in a long run."""
        stretches = -(-len(self.change_s) // MOST_POINTS)
        if stretches <= 1:
            return self.change_s, self.in_progress
        first = np.arange(0, len(self.change_s), stretches)
        return self.change_s[first], np.maximum.reduceat(self.in_progress, first)


def _count_transfers(kind: NDArray[np.int16], time_ns: Ints) -> tuple[Floats, Ints]:
    """Return the moments [s] at which transfers begin or end, and how many are in progress from then on."""
    change = np.where(kind == EventKind.FLOW_START, 1, 0)
    change -= np.where((kind == EventKind.FLOW_END) | (kind == EventKind.FLOW_DROP), 1, 0)
    rows = np.flatnonzero(change)
    rows = rows[np.argsort(time_ns[rows], kind="stable")]
    moments, last = np.unique(time_ns[rows][::-1], return_index=True)
    total = np.cumsum(change[rows])
    return moments / 1e9, total[len(rows) - 1 - last] if len(rows) else total
