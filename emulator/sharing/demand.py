"""What a flow asks of the network."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What a flow asks of the constraints it crosses.

    Attributes:
        uses: Pairs of constraint id and coefficient ``a`` (> 0), each constraint once.
        weight: Its share relative to other flows.
        cap_bps: The most it takes [bit/s].
    """

    uses: tuple[tuple[int, float], ...]
    weight: float = 1.0
    cap_bps: float = math.inf
