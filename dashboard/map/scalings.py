"""What models were scaled to in a run, and what that saved and lost: for the stories of packets and of nodes.

A row is a list: time [s], node, packet (-1: none), why; bytes packed before and after, bytes of memory in training
before and after, the error (0 to 1), and of what was chosen the width and the depth as shares of what they were, the
rank (-1: no adapters), the bits and the sparsity; None for what was not said.
"""

from typing import Any

import numpy as np
import pyarrow.compute as pc

from wayfare.dashboard.quantity_text import text
from wayfare.emulator.records import RunRecord

MOST_SCALINGS = 2000
IDS = ("node", "packet", "why")
FIGURES = (
    "size_bytes_before",
    "size_bytes",
    "memory_bytes_before",
    "memory_bytes",
    "error",
    "width",
    "depth",
    "rank",
    "bits",
    "sparsity",
)


def scalings(record: RunRecord, before_s: float | None = None, **whose: int) -> list[list[Any]]:
    """Return scalings in order of time, the last `MOST_SCALINGS`; runs of older versions have none.

    Args:
        record: The run.
        before_s: Up to when; None: all [s].
        whose: ``node`` or ``packet``: of which alone.
    """
    if not record.has_table("scalings"):
        return []
    table = record.table("scalings", ("time_ns", *IDS, *FIGURES))
    for name, number in whose.items():
        table = table.filter(pc.field(name) == number)
    if before_s is not None:
        table = table.filter(pc.field("time_ns") <= round(before_s * 1e9))
    table = table.slice(max(table.num_rows - MOST_SCALINGS, 0))
    return [[row["time_ns"] / 1e9, *(_told(row[name]) for name in (*IDS, *FIGURES))] for row in table.to_pylist()]


def _told(value: Any) -> Any:
    if isinstance(value, str):
        return text(value, 40)
    return value if np.isfinite(value) else None
