"""Beacons: that nodes tell their neighbours of themselves."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

# As many as OSPF's dead interval has of its hello interval, less one: RFC 2328, appendix C.3, has 4.
_INTERVALS = 3


@dataclass(frozen=True, kw_only=True)
class Beacons:
    """Every node tells each neighbour of its data, hardware, links, queue and model; their bytes count as any others.

    A node that has not been heard for three intervals is gone.
    """

    interval_s: Annotated[float, "Time between two beacons of a node.", Gt(0)] = 0.2
    radius: Annotated[
        int, "Links over which is relayed who has what data; 1: nodes know of their neighbours alone.", Ge(1), Le(64)
    ] = 1

    @property
    def lasts_s(self) -> float:
        """Return for how long a node counts after it was heard [s]; what is relayed is an interval older a link."""
        return (_INTERVALS + self.radius - 1) * self.interval_s
