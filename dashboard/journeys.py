"""What travelled: hops with their start and end, and the transfers in progress."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wayfare.emulator.records import EventKind

from .network import Floats, Ints

NEVER_NS = np.iinfo(np.int64).max
MOST_POINTS = 3000


@dataclass(frozen=True)
class Crossing:
    """The transfers that are on a link at one moment.

    Attributes:
        node: Where the hop began, by hop.
        peer: Where it leads.
        flow: Id of the transfer.
        packet: Id of the model packet, -1 for other traffic.
        size_bytes: Of the transfer.
        fraction: How much of the hop's time has passed, 0 to 1; 0.5 where its end is not known yet.
    """

    node: Ints
    peer: Ints
    flow: Ints
    packet: Ints
    size_bytes: Ints
    fraction: Floats


@dataclass(frozen=True)
class Journeys:
    """All hops of a run, one row each, and the number of transfers in progress.

    Attributes:
        start_ns: When the first bit entered the link, by hop.
        end_ns: When the last bit had arrived; ``NEVER_NS`` while it has not.
        node, peer, flow, packet, size_bytes: As in `Crossing`.
        change_s: Moments at which the number of transfers in progress changes [s].
        in_progress: Their number from that moment on.
        sent, delivered, dropped: Transfers that began, arrived, were dropped.
        last_s: Time of the last event [s].
    """

    start_ns: Ints
    end_ns: Ints
    node: Ints
    peer: Ints
    flow: Ints
    packet: Ints
    size_bytes: Ints
    change_s: Floats
    in_progress: Ints
    sent: int
    delivered: int
    dropped: int
    last_s: float

    @classmethod
    def from_table(cls, table: pa.Table) -> "Journeys":
        """Read ``events``."""
        kind = table["kind"].to_numpy()
        time_ns = table["time_ns"].to_numpy()
        column = {
            name: table[name].to_numpy().astype(np.int64) for name in ("node", "peer", "flow", "packet", "size_bytes")
        }
        starts, end_ns = _pair_hops(kind, time_ns, column)
        change_s, in_progress = _count_transfers(kind, time_ns)
        counts = np.bincount(kind, minlength=len(EventKind))
        return cls(
            start_ns=time_ns[starts],
            end_ns=end_ns,
            **{name: values[starts] for name, values in column.items()},
            change_s=change_s,
            in_progress=in_progress,
            sent=int(counts[EventKind.FLOW_START]),
            delivered=int(counts[EventKind.FLOW_END]),
            dropped=int(counts[EventKind.FLOW_DROP]),
            last_s=float(time_ns.max()) / 1e9 if len(time_ns) else 0.0,
        )

    def crossing(self, time_s: float) -> Crossing:
        """Return the transfers on a link at a time [s]."""
        time_ns = round(time_s * 1e9)
        rows = np.flatnonzero((self.start_ns <= time_ns) & (time_ns < self.end_ns))
        start, end = self.start_ns[rows], self.end_ns[rows]
        fraction = np.where(end == NEVER_NS, 0.5, (time_ns - start) / np.maximum(end - start, 1))
        return Crossing(
            self.node[rows], self.peer[rows], self.flow[rows], self.packet[rows], self.size_bytes[rows], fraction
        )

    def progress_curve(self, end_s: float) -> tuple[Floats, Ints]:
        """Return times [s] and transfers in progress, thinned to the highest of each stretch in a long run."""
        stretches = -(-len(self.change_s) // MOST_POINTS)
        if stretches <= 1:
            return self.change_s, self.in_progress
        first = np.arange(0, len(self.change_s), stretches)
        return self.change_s[first], np.maximum.reduceat(self.in_progress, first)


def _pair_hops(kind: NDArray[np.int16], time_ns: Ints, column: dict[str, Ints]) -> tuple[Ints, Ints]:
    """Return the rows of the hops' starts, in order of time, and when each ended [ns].

    A transfer crosses a link once at a time, so in order of (flow, link, time) a start's end is the row after it. A hop
    that was broken off, because its link failed, is over when its transfer is.
    """
    rows = np.flatnonzero((kind == EventKind.HOP_START) | (kind == EventKind.HOP_END))
    is_end = kind[rows] == EventKind.HOP_END
    keys = [column[name][rows] for name in ("flow", "node", "peer")]
    order = np.lexsort((is_end, time_ns[rows], *keys))
    rows, is_end = rows[order], is_end[order]
    same = np.ones(max(len(rows) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    ended = np.append(same & is_end[1:], False)[: len(rows)]
    end_ns = np.full(len(rows), NEVER_NS)
    end_ns[:-1] = np.where(ended[:-1], time_ns[rows][1:], NEVER_NS)
    starts, end_ns = rows[~is_end], end_ns[~is_end]
    end_ns = np.minimum(end_ns, _transfer_ends(kind, time_ns, column["flow"])[column["flow"][starts]])
    by_time = np.argsort(starts)
    return starts[by_time], end_ns[by_time]


def _transfer_ends(kind: NDArray[np.int16], time_ns: Ints, flow: Ints) -> Ints:
    """Return when each transfer was delivered or dropped, by its id; ``NEVER_NS`` while it is in progress [ns]."""
    ends = np.full(int(flow.max(initial=-1)) + 1, NEVER_NS)
    rows = np.flatnonzero((kind == EventKind.FLOW_END) | (kind == EventKind.FLOW_DROP))
    ends[flow[rows]] = time_ns[rows]
    return ends


def _count_transfers(kind: NDArray[np.int16], time_ns: Ints) -> tuple[Floats, Ints]:
    """Return the moments [s] at which transfers begin or end, and how many are in progress from then on."""
    change = np.where(kind == EventKind.FLOW_START, 1, 0)
    change -= np.where((kind == EventKind.FLOW_END) | (kind == EventKind.FLOW_DROP), 1, 0)
    rows = np.flatnonzero(change)
    rows = rows[np.argsort(time_ns[rows], kind="stable")]
    moments, last = np.unique(time_ns[rows][::-1], return_index=True)
    total = np.cumsum(change[rows])
    return moments / 1e9, total[len(rows) - 1 - last] if len(rows) else total
