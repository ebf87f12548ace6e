"""Hops and training jobs as the map draws them: from when to when, found in the rows of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wayfare.emulator.records import EventKind

NEVER_NS = np.iinfo(np.int64).max
COLUMNS = ("time_ns", "kind", "node", "peer", "flow", "packet", "size_bytes", "value")
HOP_KINDS = (EventKind.HOP_START, EventKind.HOP_END, EventKind.INTERRUPT)
END_KINDS = (EventKind.FLOW_END, EventKind.FLOW_DROP)

Ints = NDArray[np.int64]
Rows = dict[str, NDArray[Any]]


def rows_of(table: pa.Table) -> Rows:
    """Return a table's columns as arrays."""
    return {name: table[name].to_numpy() for name in table.schema.names}


def chosen(rows: Mapping[str, NDArray[Any]], which: NDArray[Any]) -> Rows:
    """Return some of the rows, by a mask or by their places."""
    return {name: column[which] for name, column in rows.items()}


def joined(first: Mapping[str, NDArray[Any]], second: Mapping[str, NDArray[Any]]) -> Rows:
    """Return the rows of one and then those of the other."""
    return {name: np.concatenate([column, second[name]]) for name, column in first.items()}


@dataclass(frozen=True)
class Hops:
    """What crossed a link, or was computed at a node, one row each, in the order in which it began.

    Attributes:
        start_ns: When its first bit entered the link.
        end_ns: When its last bit had arrived or it was broken off; ``NEVER_NS`` while neither is recorded.
        known_ns: When the row was recorded by which its end is known.
        node, peer: From where to where.
        flow, packet: Ids of the transfer and of the packet it carries.
        broken: Whether it never arrived.
    """

    start_ns: Ints
    end_ns: Ints
    known_ns: Ints
    node: Ints
    peer: Ints
    flow: Ints
    packet: Ints
    broken: NDArray[np.bool_]

    def chosen(self, which: NDArray[Any]) -> "Hops":
        """Return some of the rows."""
        return Hops(*(column[which] for column in vars(self).values()))

    def followed_by(self, other: "Hops") -> "Hops":
        """Return these rows and then the other's."""
        return Hops(**{name: np.concatenate([column, getattr(other, name)]) for name, column in vars(self).items()})

    @classmethod
    def none(cls) -> "Hops":
        """Return no rows."""
        no = np.zeros(0, dtype=np.int64)
        return cls(no, no, no, no, no, no, no, np.zeros(0, dtype=bool))


def pair_hops(rows: Rows) -> Hops:
    """Pair the starts of hops with their ends.

    The rows are in order of time. A transfer crosses a link once at a time, so of the same transfer and ends what
    follows a start says how it went on. A hop without an end is over when its transfer is, at its interruption if it
    had one. Ends whose starts are not among the rows are left out.
    """
    kind, time_ns = np.asarray(rows["kind"]), np.asarray(rows["time_ns"], dtype=np.int64)
    about = np.flatnonzero(np.isin(kind, HOP_KINDS))
    flow = np.asarray(rows["flow"], dtype=np.int64)
    ends = np.asarray(rows["node"], dtype=np.int64)[about] * 2**31 + rows["peer"][about]
    order = np.lexsort((ends, flow[about]))  # which leaves the rows of a hop in the order of their times
    about, ends = about[order], ends[order]
    rank = np.select([kind[about] == EventKind.HOP_START, kind[about] == EventKind.INTERRUPT], [0, 1], 2)
    begins = _begins(rank, [ends, flow[about]])
    group, starts = np.cumsum(begins) - 1, np.flatnonzero(begins)
    count = len(starts)
    arrived, halted = (_first_of(group, time_ns[about], rank == which, count) for which in (2, 1))
    first = about[starts]
    over = _transfer_ends(kind, time_ns, flow, flow[first])
    end_ns = np.where(arrived < NEVER_NS, arrived, np.where(over < NEVER_NS, np.minimum(halted, over), NEVER_NS))
    node, peer, flow, packet = (
        np.asarray(rows[name], dtype=np.int64)[first] for name in ("node", "peer", "flow", "packet")
    )
    broken = (arrived == NEVER_NS) & (over < NEVER_NS)
    hops = Hops(time_ns[first], end_ns, np.minimum(arrived, over), node, peer, flow, packet, broken)
    hops = hops.chosen(np.flatnonzero(rank[starts] == 0))
    return hops.chosen(np.argsort(hops.start_ns, kind="stable"))


def _begins(rank: Ints, keys: list[NDArray[Any]]) -> NDArray[np.bool_]:
    """Say which of the sorted rows begin a hop: starts, and the first of what belongs to none."""
    first = np.ones(len(rank), dtype=bool)
    if len(rank) > 1:
        first[1:] = rank[1:] == 0
        for key in keys:
            first[1:] |= key[1:] != key[:-1]
    return first


def _first_of(group: Ints, time_ns: Ints, which: NDArray[np.bool_], count: int) -> Ints:
    """Return the first time of some rows in each group; ``NEVER_NS`` where there is none."""
    first = np.full(count, NEVER_NS)
    np.minimum.at(first, group[which], time_ns[which])
    return first


def _transfer_ends(kind: NDArray[Any], time_ns: Ints, flow: Ints, asked: Ints) -> Ints:
    """Return when some transfers were delivered or dropped; ``NEVER_NS`` where the rows do not say."""
    about = np.flatnonzero(np.isin(kind, END_KINDS))
    if not len(about):
        return np.full(len(asked), NEVER_NS)
    about = about[np.argsort(flow[about], kind="stable")]
    place = np.minimum(np.searchsorted(flow[about], asked), len(about) - 1)
    return np.where(flow[about][place] == asked, time_ns[about][place], NEVER_NS)


def open_rows(rows: Rows, hops: Hops) -> Rows:
    """Return the rows of hops that are under way at the end: what has to be known to pair their ends later."""
    under_way = np.isin(rows["flow"], hops.flow[hops.known_ns == NEVER_NS])
    return chosen(rows, under_way & np.isin(rows["kind"], HOP_KINDS))


def jobs_of(rows: Rows) -> Hops:
    """Return the training jobs that begin in the rows; each says how long it takes."""
    first = np.flatnonzero(rows["kind"] == EventKind.TRAIN_START)
    start_ns = np.asarray(rows["time_ns"], dtype=np.int64)[first]
    lasts_s = np.clip(np.nan_to_num(np.asarray(rows["value"], dtype=np.float64)[first], nan=0.0), 0, 1e9)
    end_ns = start_ns + np.rint(lasts_s * 1e9).astype(np.int64)
    node = np.asarray(rows["node"], dtype=np.int64)[first]
    none = np.full(len(first), -1)
    return Hops(start_ns, end_ns, start_ns, node, none, none, none, np.zeros(len(first), dtype=bool))
