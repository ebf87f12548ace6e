"""What a run says of the models that a node has scaled, or left untrained."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from wayfare.emulator.records import EventKind, RejectReason, RunRecord

from .rows import chosen, listed, read_rows


@dataclass(frozen=True)
class Resizing:
    """One scaling of a model.

    Attributes:
        why: link, admission, precision, growth or restore.
        packet: That carried it; None: none did.
        before_bytes: Its size packed, with ``after_bytes``; and so its memory in training and FLOP a training step and
            sample.
        error: Share of what its matrices hold that is lost, as a root.
        chosen: Of the width, depth, rank, bits and sparsity what is not as it was.
    """

    time_s: float
    why: str
    packet: int | None
    before_bytes: int
    after_bytes: int
    memory_before_bytes: int
    memory_after_bytes: int
    before_flop: int
    after_flop: int
    error: float
    chosen: dict[str, float | int | str]


def resizings(run: RunRecord, node: int) -> list[Resizing]:
    """Return the scalings at a node; runs of older versions have none."""
    if not run.has_table("scalings"):
        return []
    rows = read_rows(run, "scalings")
    return [_resizing(row) for row in listed(chosen(rows, rows["node"] == node))]


def rejections(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many visits of models a node left untrained, by what it lacked, from its events."""
    reasons = [RejectReason(int(row["value"])) for row in rows if row["kind"] == EventKind.REJECT]
    return dict(Counter(reason.name.lower() for reason in reasons))


def _resizing(row: dict[str, Any]) -> Resizing:
    usual = {"width": 1.0, "depth": 1.0, "rank": -1, "bits": "32", "sparsity": 0.0}
    return Resizing(
        time_s=row["time_ns"] / 1e9,
        why=row["why"],
        packet=row["packet"] if row["packet"] >= 0 else None,
        before_bytes=row["size_bytes_before"],
        after_bytes=row["size_bytes"],
        memory_before_bytes=row["memory_bytes_before"],
        memory_after_bytes=row["memory_bytes"],
        before_flop=row["flop_before"],
        after_flop=row["flop"],
        error=row["error"],
        chosen={key: row[key] for key, value in usual.items() if row[key] != value and not _is_nan(row[key])},
    )


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
