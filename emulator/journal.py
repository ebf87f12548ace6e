"""The journal: what the solver was asked, so that who shared what can be worked out again from the record."""

import math
from collections.abc import Iterable, Sequence

from .links import Link
from .records import Asked, RunWriter
from .records.conventions import nanoseconds
from .sharing import Demand

_NOTHING = (-1, *(math.nan,) * 5)  # constraint, coefficient, weight, cap, rank and part


class Journal:
    """Writes a row for each use of a constraint by a flow that enters or changes, and for each that leaves.

    The rates are not written: they follow from the rows by `wayfare.emulator.sharing`, and there are many more of them.
    """

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._noted: dict[int, tuple[int, int, float, float]] = {}

    def note_radio(self, now_s: float, links: Iterable[Link]) -> None:
        """Note what radio links have, where it is not what was noted last: a look at the radio changes many at once."""
        for link in links:
            if link.radio:
                now = (link.source, link.target, link.sinr_db, link.rate_bps)
                if self._noted.get(link.index) != now:
                    self._noted[link.index] = now
                    site = link.source if link.link_class == "access-down" else link.target
                    self._writer.radio(now_s, link.index, site, link.sinr_db, link.rate_bps)

    def enter(self, now_s: float, flow: int, transfer: int, links: Sequence[Link], demand: Demand) -> None:
        """Note a new flow, and what it asks of each constraint it crosses."""
        self._ask(Asked.ENTER, now_s, flow, transfer, links, demand)

    def change(self, now_s: float, flow: int, links: Sequence[Link], demand: Demand) -> None:
        """Note that a flow asks for something else of the same constraints."""
        self._ask(Asked.CHANGE, now_s, flow, -1, links, demand)

    def _ask(self, asked: Asked, now_s: float, flow: int, transfer: int, links: Sequence[Link], demand: Demand) -> None:
        self.note_radio(now_s, links)
        now_ns, coefficients = nanoseconds(now_s), dict(demand.uses)
        parts = dict(zip(coefficients, demand.parts, strict=True)) if demand.parts else {}
        terms = demand.weight, demand.cap_bps, demand.rank
        rows: list[tuple[float, ...]] = []
        for link in links:
            for constraint in link.constraints or (-1,):
                # A constraint that several links of the flow share is written with what all of them take of it.
                coefficient = coefficients.pop(constraint, 0.0)
                part = parts.get(constraint, 1.0)
                rows.append((now_ns, asked, flow, transfer, link.index, constraint, coefficient, *terms, part))
        rows += [
            (now_ns, asked, flow, transfer, -1, constraint, coefficient, *terms, parts.get(constraint, 1.0))
            for constraint, coefficient in coefficients.items()
        ]
        self._writer.asked(rows)

    def leave(self, now_s: float, flow: int) -> None:
        """Note that a flow has passed, or was taken out."""
        self._writer.asked([(nanoseconds(now_s), Asked.LEAVE, flow, -1, -1, *_NOTHING)])

    def capacity(self, now_s: float, constraint: int, capacity: float) -> None:
        """Note what a constraint has from now on, in the place of the coefficient."""
        self._writer.asked([(nanoseconds(now_s), Asked.CAPACITY, -1, -1, -1, constraint, capacity, *_NOTHING[2:])])
