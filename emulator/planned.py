"""Transfers that are ordered before a run begins, by the scenario or by a source of background traffic."""

import math
from typing import NamedTuple


class PlannedTransfer(NamedTuple):
    """A transfer between node ids.

    Attributes:
        start_s: When it begins [s].
        cap_bps: The most it takes [bit/s].
        priority: On every link a higher one is served first.
        deadline_s: When it is dropped if it has not arrived [s].
        via: Of a source route, the nodes between the two; None where the forwarding tables decide.
    """

    source: int
    target: int
    size_bytes: int
    start_s: float
    cap_bps: float = math.inf
    priority: int = 0
    deadline_s: float = math.inf
    via: tuple[int, ...] | None = None
