"""How accuracy went: of the answer, of the nodes, of each travelling packet."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .network import Floats, Ints

MOST_POINTS = 4000


@dataclass(frozen=True)
class Curve:
    """Values over virtual time [s], in order of time."""

    time_s: Floats
    value: Floats

    @property
    def last(self) -> float | None:
        """Return the last value."""
        return float(self.value[-1]) if len(self.value) else None

    def same_as(self, other: "Curve") -> bool:
        """Return whether another curve has the same values at the same times, but for rounding."""
        return np.array_equal(self.time_s, other.time_s) and np.allclose(self.value, other.value, rtol=0, atol=1e-9)

    def held_to(self, end_s: float) -> "Curve":
        """Return the curve with its last value held until a time [s]."""
        if not len(self.value) or self.time_s[-1] >= end_s:
            return self
        return Curve(np.append(self.time_s, end_s), np.append(self.value, self.value[-1]))

    def at(self, time_s: Floats) -> Floats:
        """Return the value that holds at each of some times [s]; NaN before the first."""
        if not len(self.value):
            return np.full(len(time_s), np.nan)
        rows = np.searchsorted(self.time_s, time_s, side="right") - 1
        return np.where(rows >= 0, self.value[rows], np.nan)

    def thinned(self, most: int = MOST_POINTS) -> "Curve":
        """Return every n-th point and the last, where there are too many to draw."""
        step = -(-len(self.value) // most)
        if step <= 1:
            return self
        keep = np.unique(np.append(np.arange(0, len(self.value), step), len(self.value) - 1))
        return Curve(self.time_s[keep], self.value[keep])


@dataclass(frozen=True)
class Learning:
    """The accuracy rows of a run's metrics.

    Attributes:
        answer: Mean over the method's answer models.
        nodes: Mean over the devices of the model each holds.
        packets: By travelling packet.
        held_ns: When a node's model was measured, in order of time.
        held_node: Which node.
        held: Its accuracy.
    """

    answer: Curve
    nodes: Curve
    packets: dict[int, Curve]
    held_ns: Ints
    held_node: Ints
    held: Floats

    @classmethod
    def from_table(cls, table: pa.Table) -> "Learning":
        """Read ``metrics``."""
        name = table["name"].to_numpy(zero_copy_only=False)
        time_ns, node, packet, value = (table[key].to_numpy() for key in ("time_ns", "node", "packet", "value"))
        order = np.argsort(time_ns, kind="stable")
        name, time_ns, node, packet, value = (column[order] for column in (name, time_ns, node, packet, value))
        accuracy = (name == "accuracy") & np.isfinite(value)
        held = accuracy & (node >= 0)

        def curve(rows: NDArray[np.bool_]) -> Curve:
            return Curve(time_ns[rows] / 1e9, value[rows])

        travelling = accuracy & (packet >= 0)
        return cls(
            answer=curve(accuracy & (node < 0) & (packet < 0)),
            nodes=curve((name == "accuracy.nodes") & np.isfinite(value)),
            packets={int(one): curve(travelling & (packet == one)) for one in np.unique(packet[travelling])},
            held_ns=time_ns[held],
            held_node=node[held].astype(np.int64),
            held=value[held],
        )

    @property
    def exists(self) -> bool:
        """Return whether anything was learned: a network run has no accuracy."""
        return bool(len(self.held) or len(self.answer.value) or len(self.nodes.value) or self.packets)

    def of_node(self, node: int) -> Curve:
        """Return the accuracy of the model that a node holds."""
        rows = self.held_node == node
        return Curve(self.held_ns[rows] / 1e9, self.held[rows])

    def mean_over(self, members: NDArray[np.bool_]) -> Curve:
        """Return the mean accuracy of the models held by some nodes, over those that have been measured so far."""
        rows = np.flatnonzero(members[self.held_node]) if len(self.held_node) else np.zeros(0, dtype=np.int64)
        node, value = self.held_node[rows], self.held[rows]
        by_node = np.argsort(node, kind="stable")
        before = np.full(len(rows), np.nan)
        same = node[by_node][1:] == node[by_node][:-1]
        before[by_node[1:]] = np.where(same, value[by_node][:-1], np.nan)
        new = np.isnan(before)
        mean = np.cumsum(value - np.where(new, 0.0, before)) / np.maximum(np.cumsum(new), 1)
        times = self.held_ns[rows]
        last = np.append(times[1:] != times[:-1], True)[: len(times)]
        return Curve(times[last] / 1e9, mean[last])
