"""What flows ask of the network."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Demand(NamedTuple):
    """What a flow asks of the constraints it crosses.

    Attributes:
        uses: Pairs of constraint id and coefficient ``a`` (> 0), each constraint once.
        weight: Its share relative to other flows.
        cap_bps: The most it takes [bit/s].
        rank: Flows of a higher rank are served first; a lower one shares what they leave.
        parts: The part (> 0) of its weight that counts on each constraint, in the order of ``uses``; none: all of it.
    """

    uses: tuple[tuple[int, float], ...]
    weight: float = 1.0
    cap_bps: float = math.inf
    rank: float = 0.0
    parts: tuple[float, ...] = ()

    @property
    def claims(self) -> list[float]:
        """Return its share on each constraint relative to other flows there: its weight times its part.

        Raises:
            ValueError: There are not as many parts as uses.
        """
        if not self.parts:
            return [self.weight] * len(self.uses)
        return [self.weight * part for part, _ in zip(self.parts, self.uses, strict=True)]


class Asking(NamedTuple):
    """What flows may ask of a fluid, ready to be laid on its desk.

    Attributes:
        demand: What they ask of constraints.
        places: The places of these constraints.
        links: The indices of the links they are metered on.
        words: All of it, as it lies on the desk.
        may_be_alone: Whether they cross one constraint and ask for nothing besides.
    """

    demand: Demand
    places: Sequence[int]
    links: Sequence[int]
    words: bytes
    may_be_alone: bool
