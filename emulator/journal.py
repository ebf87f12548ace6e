"""The journal: what the solver was asked, so that who shared what can be worked out again from the record."""

import math
from collections.abc import Iterable, Sequence

from .links import Link
from .records import Asked, RunWriter
from .records.packing import asked_tail
from .sharing import Demand

_ENTER, _LEAVE = Asked.ENTER, Asked.LEAVE
_PLAIN = Demand(())[1:]  # what a demand is that asks for nothing besides
_NO_TERMS = (math.nan,) * 4  # weight, cap, rank and part
_NOTHING = (asked_tail(-1, -1, math.nan, *_NO_TERMS),)  # neither link nor constraint


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

    def tails(self, links: Iterable[Link], demand: Demand) -> list[bytes]:
        """Return what the rows of a flow say of each constraint it crosses: all but who asks, and when."""
        uses, weight, cap_bps, rank, _ = demand
        if demand[1:] == _PLAIN and uses == tuple([use for link in links for use in link.uses]):
            return [tail for link in links for tail in link.noted or self._plain_tails(link)]
        coefficients = dict(uses)
        parts = dict(zip(coefficients, demand.parts, strict=True)) if demand.parts else {}
        # A constraint that several links of the flow share is written with what all of them take of it.
        crossed = [(link.index, one, coefficients.pop(one, 0.0)) for link in links for one in link.constraints or (-1,)]
        crossed += [(-1, constraint, coefficient) for constraint, coefficient in coefficients.items()]
        return [
            asked_tail(link, constraint, coefficient, weight, cap_bps, rank, parts.get(constraint, 1.0))
            for link, constraint, coefficient in crossed
        ]

    def _plain_tails(self, link: Link) -> Sequence[bytes]:
        uses, (weight, cap_bps, rank, _) = link.uses or [(-1, 0.0)], _PLAIN
        link.noted = [asked_tail(link.index, *use, weight, cap_bps, rank, 1.0) for use in uses]
        return link.noted

    def enter(self, now_s: float, flow: int, transfer: int, tails: Sequence[bytes]) -> None:
        """Note a new flow, and what it asks of each constraint it crosses."""
        self._writer.asked(now_s, _ENTER, flow, transfer, tails)

    def change(self, now_s: float, flow: int, links: Sequence[Link], demand: Demand) -> None:
        """Note that a flow asks for something else of the same constraints."""
        self.note_radio(now_s, links)
        self._writer.asked(now_s, Asked.CHANGE, flow, -1, self.tails(links, demand))

    def leave(self, now_s: float, flow: int) -> None:
        """Note that a flow has passed, or was taken out."""
        self._writer.asked(now_s, _LEAVE, flow, -1, _NOTHING)

    def capacity(self, now_s: float, constraint: int, capacity: float) -> None:
        """Note what a constraint has from now on, in the place of the coefficient."""
        self._writer.asked(now_s, Asked.CAPACITY, -1, -1, [asked_tail(-1, constraint, capacity, *_NO_TERMS)])
