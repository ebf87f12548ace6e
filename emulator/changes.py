"""What becomes other about links during a run, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .links import Link


class Change(NamedTuple):
    """What is other about a link from a time on; None: as before.

    Attributes:
        time_s: When [s].
        capacity_bps: Capacity of a wire, with what is sent again [bit/s].
        delay_s: Delay of what leaves it from then on [s].
        received: Share of what is sent that arrives, besides the link's own loss.
    """

    time_s: float
    capacity_bps: float | None = None
    delay_s: float | None = None
    received: float | None = None


@dataclass(frozen=True, eq=False)
class VaryingLinks:
    """Directed links that change together, and how, in order of time."""

    links: tuple[Link, ...]
    changes: Iterator[Change]
