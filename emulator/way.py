"""Way: the links that a flow crosses at once, and what follows from them as they are now."""

import math
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from .links import Link
from .records.packing import event_ends
from .sharing import Asking

if TYPE_CHECKING:
    from .network import Share

_version = attrgetter("version")


class Stretch(NamedTuple):
    """Links whose ends the last bit reaches at one time.

    Attributes:
        delay_s: How long after it has left the bottleneck.
        ends: Their nodes, from and to.
        packed: The same, as two columns of a table hold them.
    """

    delay_s: float
    ends: Sequence[tuple[int, int]]
    packed: Sequence[bytes]


def _pack_ends(link: Link) -> bytes:
    link.packed = event_ends(*link.ends)
    return link.packed


class Way:
    """Links in the order in which a flow crosses them.

    What follows from them is worked out once, and again when one of them has changed; ask for it by ``current``.

    Attributes:
        links: The links.
        metered: Their indices.
        ends: The nodes of each, from and to.
        packed: The same, as two columns of a table hold them.
        peak_bps: The highest rate that there has been on all of them.
        radio: Those of the air.
        asked: What the last flow asked besides, what that came to, and the journal's rows without their heads; the
            fluid network keeps it here.
        stretches: How the last bit arrives; `Crossings` keeps it here.
    """

    __slots__ = (
        "_changes",
        "_version",
        "asked",
        "ends",
        "links",
        "metered",
        "packed",
        "peak_bps",
        "radio",
        "stretches",
    )

    def __init__(self, links: Sequence[Link]) -> None:
        self.links = links
        self.metered = [link.index for link in links]
        self._changes = Link.changes
        self._work_out()

    def current(self) -> "Way":
        """Return this way with what follows from its links as they are now."""
        if self._changes != Link.changes:
            self._changes = Link.changes
            if sum(map(_version, self.links)) != self._version:
                self._work_out()
        return self

    def _work_out(self) -> None:
        self._version = sum(map(_version, self.links))
        self.ends = [link.ends for link in self.links]
        self.packed = [link.packed or _pack_ends(link) for link in self.links]
        self.peak_bps = min([link.peak_bps for link in self.links], default=math.inf)
        self.radio = [link for link in self.links if link.radio]
        self.asked: tuple[Share, Asking, Sequence[bytes]] | None = None
        self.stretches: Sequence[Stretch] = ()
