"""Transfers that are ordered before a run begins, by the scenario or by a source of background traffic."""

import math
from typing import NamedTuple


class PlannedTransfer(NamedTuple):
    """A transfer between node ids: bytes, when it begins [s], and the most it takes [bit/s]."""

    source: int
    target: int
    size_bytes: int
    start_s: float
    cap_bps: float = math.inf
