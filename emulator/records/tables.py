"""The tables of a run: what each column means, and the kinds of events.

Rows are logical: virtual time and ids, never wall-clock time, so that the same run gives the same rows. ``-1`` stands
for "no id" and NaN for "no value".
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa


class EventKind(IntEnum):
    """What happened. ``node`` and ``peer`` are node ids; ``value`` is what the comment says."""

    FLOW_START = 0  # node: source, peer: destination; a transfer begins
    HOP_START = 1  # node: from, peer: to; the first bit enters the link
    HOP_END = 2  # node: from, peer: to; the last bit has arrived after the link's delay
    FLOW_END = 3  # node: destination, peer: source; delivered
    FLOW_DROP = 4  # node: where, peer: destination; value: DropReason
    TRAIN_START = 5  # node; size_bytes: of the model; value: duration [s]
    TRAIN_END = 6  # node; value: mean loss over the job's steps
    EVALUATE = 7  # node; value: accuracy on the node's own validation split
    MERGE = 8  # node; value: number of models merged; 0: they were too few for the merger
    SCALE = 9  # node; size_bytes: of the weights after scaling; value: bits a parameter; SCALINGS has the rest
    LAUNCH = 10  # node; a model packet comes to life
    RETIRE = 11  # node; a model packet ends
    LINK_DOWN = 12  # node: from, peer: to; a directed link fails
    LINK_UP = 13  # node: from, peer: to; it is back
    INTERRUPT = 14  # node: from, peer: to; a link failed under a transfer; value: bytes to be sent again
    NODE_DOWN = 15  # node; it fails, or is not there yet at the start
    NODE_UP = 16  # node; it is back
    HANDOVER = 17  # node: device, peer: its new site; value: id of the old one
    LINK_RATE = 18  # node: from, peer: to; value: what a flow alone gets there from now on [bit/s]
    LINK_DELAY = 19  # node: from, peer: to; value: delay of what leaves it from now on [s]
    REFUSE = 20  # node, peer: sender; its gate refuses what has arrived; value: RefuseReason
    DRIFT = 21  # the data of nodes changes; value: number of the change, from 1
    BATTERY_EMPTY = 22  # node; it fails for good
    REJECT = 23  # node; it leaves a model untrained; size_bytes: memory that it takes; value: RejectReason


class DropReason(IntEnum):
    """Why a packet was dropped."""

    HOP_LIMIT = 0
    NO_ROUTE = 1
    NO_MEMORY = 2
    LINK_DOWN = 3
    NODE_DOWN = 4
    DEADLINE = 5
    BUFFER_FULL = 6


class RejectReason(IntEnum):
    """Why a node does not train a model that has come by."""

    MEMORY = 0
    COMPUTE = 1


class Asked(IntEnum):
    """What the solver of the rates was asked; one row for each link and constraint of a flow."""

    ENTER = 0  # a flow begins
    CHANGE = 1  # it asks for something else of the same constraints
    LEAVE = 2  # it has passed, or was taken out
    CAPACITY = 3  # a constraint has this capacity from now on (in ``coefficient``)


_PACKED = {"<i2": "h", "<i4": "i", "<i8": "q", "<f8": "d"}  # a column's type in NumPy and in ``struct``


@dataclass(frozen=True)
class Table:
    """A table's name and columns, as NumPy types; ``text`` columns hold strings.

    Attributes:
        ahead: Whether rows may be recorded before their time, and so not in its order.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    ahead: bool = False

    @property
    def dtype(self) -> "np.dtype[np.void]":
        """Return the packed row type."""
        return np.dtype([(name, "O" if kind == "text" else kind) for name, kind in self.columns])

    @property
    def packing(self) -> str:
        """Return the packed row type as a format of ``struct``, for a table without text."""
        return "<" + "".join(_PACKED[kind] for _, kind in self.columns)

    @property
    def has_text(self) -> bool:
        """Return whether a column holds strings."""
        return any(kind == "text" for _, kind in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema(
            [(name, pa.string() if kind == "text" else pa.from_numpy_dtype(kind)) for name, kind in self.columns]
        )


EVENTS = Table(
    "events",
    (
        ("time_ns", "<i8"),
        ("kind", "<i2"),
        ("node", "<i4"),
        ("peer", "<i4"),
        ("flow", "<i8"),
        ("packet", "<i8"),
        ("size_bytes", "<i8"),
        ("value", "<f8"),
    ),
)
METRICS = Table("metrics", (("time_ns", "<i8"), ("name", "text"), ("node", "<i4"), ("packet", "<i8"), ("value", "<f8")))
BINS = Table(
    "bins",
    (
        ("time_ns", "<i8"),
        ("link", "<i4"),
        ("node", "<i4"),
        ("bytes", "<f8"),
        ("utilisation", "<f8"),
        ("queue", "<f8"),
        ("energy_j", "<f8"),
    ),
)
SHARING = Table(
    "sharing",
    (
        ("time_ns", "<i8"),
        ("asked", "<i2"),
        ("flow", "<i8"),
        ("transfer", "<i8"),
        ("link", "<i4"),
        ("constraint", "<i4"),
        ("coefficient", "<f8"),
        ("weight", "<f8"),
        ("cap_bps", "<f8"),
        ("rank", "<f8"),
        ("part", "<f8"),
    ),
)
RADIO = Table("radio", (("time_ns", "<i8"), ("link", "<i4"), ("site", "<i4"), ("sinr_db", "<f8"), ("rate_bps", "<f8")))
PLACES = Table("places", (("time_ns", "<i8"), ("node", "<i4"), ("x_m", "<f8"), ("y_m", "<f8")), ahead=True)
ENERGY = Table("energy", (("node", "<i4"), ("link", "<i4"), ("cause", "text"), ("energy_j", "<f8")))
SCALINGS = Table(
    "scalings",
    (
        ("time_ns", "<i8"),
        ("node", "<i4"),
        ("packet", "<i8"),
        ("why", "text"),
        ("size_bytes_before", "<i8"),
        ("size_bytes", "<i8"),
        ("memory_bytes_before", "<i8"),
        ("memory_bytes", "<i8"),
        ("flop_before", "<i8"),
        ("flop", "<i8"),
        ("error", "<f8"),
        ("width", "<f8"),
        ("depth", "<f8"),
        ("rank", "<i4"),
        ("bits", "text"),
        ("sparsity", "<f8"),
    ),
)
TABLES = {table.name: table for table in (EVENTS, METRICS, BINS, SHARING, RADIO, PLACES, ENERGY, SCALINGS)}


def nanoseconds(time_s: float) -> int:
    """Return a virtual time [s] as the integer nanoseconds a row holds."""
    return round(time_s * 1e9)
