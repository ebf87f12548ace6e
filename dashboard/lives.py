"""What models do and where: transfers from end to end, training jobs, merges; and the life of each travelling model."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wayfare.emulator.records import EventKind

from .network import Floats, Ints

COLUMNS = ("time_ns", "kind", "node", "peer", "flow", "packet", "value")


@dataclass(frozen=True)
class Spans:
    """Things that last, in order of their starts.

    Attributes:
        start_s: When each began [s].
        end_s: When it ended; NaN while it has not [s].
        node: Where it began, or was computed.
        peer: Where a transfer leads; -1 for training.
        packet: Id of the model packet; -1 for none, and for training.
    """

    start_s: Floats
    end_s: Floats
    node: Ints
    peer: Ints
    packet: Ints

    def rows(self, rows: Ints) -> "Spans":
        """Return some of them."""
        return Spans(self.start_s[rows], self.end_s[rows], self.node[rows], self.peer[rows], self.packet[rows])


@dataclass(frozen=True)
class Lives:
    """What happened to models in a run.

    Attributes:
        transfers: From end to end.
        trainings: Jobs that were done, or are being done.
        merge_s: Moments of merges [s].
        merge_node: Where they happened.
        launched: Packets that were launched to travel; there are none where models only go to and fro.
        launch_s: When, by place in ``launched`` [s].
        launch_node: Where.
        retire_s: When each retired; NaN if it has not [s].
        last_s: Time of the last event [s].
    """

    transfers: Spans
    trainings: Spans
    merge_s: Floats
    merge_node: Ints
    launched: Ints
    launch_s: Floats
    launch_node: Ints
    retire_s: Floats
    last_s: float

    @classmethod
    def from_table(cls, table: pa.Table) -> "Lives":
        """Read ``events`` with `COLUMNS`."""
        column = {name: table[name].to_numpy().astype(np.int64) for name in COLUMNS[:-1]}
        kind, time_s = column["kind"], column["time_ns"] / 1e9
        merges = np.flatnonzero(kind == EventKind.MERGE)
        births = np.flatnonzero(kind == EventKind.LAUNCH)
        launched, first = np.unique(column["packet"][births], return_index=True)
        ends = np.flatnonzero(kind == EventKind.RETIRE)
        retired = dict(zip(column["packet"][ends].tolist(), time_s[ends].tolist(), strict=True))
        return cls(
            transfers=_transfers(kind, time_s, column),
            trainings=_trainings(kind, time_s, column, table["value"].to_numpy()),
            merge_s=time_s[merges],
            merge_node=column["node"][merges],
            launched=launched,
            launch_s=time_s[births][first],
            launch_node=column["node"][births][first],
            retire_s=np.array([retired.get(packet, np.nan) for packet in launched.tolist()], dtype=float),
            last_s=float(time_s.max(initial=0.0)),
        )

    def stays(self, packet: int) -> Iterator[tuple[int, float, float]]:
        """Yield where a travelling model stayed: node, from when and until when [s]; NaN where it still is."""
        place = int(np.searchsorted(self.launched, packet))
        spans = self.transfers.rows(np.flatnonzero(self.transfers.packet == packet))
        nodes = np.append(self.launch_node[place], spans.peer)
        since = np.append(self.launch_s[place], spans.end_s)
        until = np.append(spans.start_s, self.retire_s[place])
        for node, start_s, end_s in zip(nodes.tolist(), since.tolist(), until.tolist(), strict=True):
            if not np.isnan(start_s):
                yield node, start_s, end_s

    def trained(self, packets: Ints) -> Ints:
        """Return for each training which of these travelling models it was of; -1 where that cannot be told.

        Events of training name the node alone. A node's jobs are done one after another, so a job belongs to the
        visitor that left first after it was done; of those that are still there, to the first that came.
        """
        owner = np.full(len(self.trainings.node), -1)
        stays = [
            (node, since, until, packet) for packet in packets.tolist() for node, since, until in self.stays(packet)
        ]
        stays.sort(key=lambda stay: (np.inf if np.isnan(stay[2]) else stay[2], stay[1]))
        jobs = {node: np.flatnonzero(self.trainings.node == node) for node in {stay[0] for stay in stays}}
        for node, since, until, packet in stays:
            rows = jobs[node]
            rows = rows[np.searchsorted(self.trainings.start_s[rows], since - 1e-9) :]
            end_s = np.nan_to_num(self.trainings.end_s[rows], nan=np.inf)
            inside = rows[(owner[rows] < 0) & (end_s <= (np.inf if np.isnan(until) else until + 1e-9))]
            owner[inside] = packet
        return owner


def _transfers(kind: Ints, time_s: Floats, column: dict[str, Ints]) -> Spans:
    starts = np.flatnonzero(kind == EventKind.FLOW_START)
    ends = np.flatnonzero((kind == EventKind.FLOW_END) | (kind == EventKind.FLOW_DROP))
    flow = column["flow"]
    end_s = np.full(int(flow.max(initial=-1)) + 1, np.nan)
    end_s[flow[ends]] = time_s[ends]
    starts = starts[np.argsort(time_s[starts], kind="stable")]
    return Spans(
        time_s[starts], end_s[flow[starts]], column["node"][starts], column["peer"][starts], column["packet"][starts]
    )


def _trainings(kind: Ints, time_s: Floats, column: dict[str, Ints], value: Floats) -> Spans:
    """Pair each node's starts with its ends: a job lasts as long as its start says, unless it is cut off for good."""
    starts = np.flatnonzero(kind == EventKind.TRAIN_START)
    starts = starts[np.argsort(time_s[starts], kind="stable")]
    end_s = time_s[starts] + value[starts]
    done = np.flatnonzero(kind == EventKind.TRAIN_END)
    known = set(zip(column["node"][done].tolist(), np.rint(time_s[done] * 1e6).tolist(), strict=True))
    last_s = time_s.max(initial=0.0)
    nodes = column["node"][starts]
    ticks = np.rint(end_s * 1e6)
    kept = np.array(
        [
            end >= last_s or any((node, tick + slack) in known for slack in (-1, 0, 1))
            for node, tick, end in zip(nodes.tolist(), ticks.tolist(), end_s.tolist(), strict=True)
        ],
        dtype=bool,
    )
    end_s = np.where(end_s > last_s, np.nan, end_s)
    none = np.full(int(kept.sum()), -1)
    return Spans(time_s[starts][kept], end_s[kept], nodes[kept], none, none)
