"""The tables of a run: what each column means.

Rows are logical: virtual time and ids, never wall-clock time, so that the same run gives the same rows. ``-1`` stands
for "no id" and NaN for "no value".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

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
        return self.packing_of(self.columns)

    @staticmethod
    def packing_of(columns: Sequence[tuple[str, str]]) -> str:
        """Return the same of some columns."""
        return "<" + "".join(_PACKED[kind] for _, kind in columns)

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
