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

    def held_to(self, end_s: float) -> "Curve":
        """Return the curve with its last value held until a time [s]."""
        if not len(self.value) or self.time_s[-1] >= end_s:
            return self
        return Curve(np.append(self.time_s, end_s), np.append(self.value, self.value[-1]))

    def thinned(self) -> "Curve":
        """Return every n-th point and the last, where there are too many to draw."""
        step = -(-len(self.value) // MOST_POINTS)
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

    def held_at(self, time_s: float, nodes: int) -> Floats:
        """Return the accuracy of the model that each node holds at a time [s]; NaN where none was measured yet."""
        rows = np.searchsorted(self.held_ns, round(time_s * 1e9), side="right")
        accuracy = np.full(nodes, np.nan)
        accuracy[self.held_node[:rows]] = self.held[:rows]  # of several rows of a node NumPy keeps the last
        return accuracy
