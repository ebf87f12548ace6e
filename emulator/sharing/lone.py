"""Lone flows: each the only one on the only constraint that it crosses, so that there is nothing to share.

Where packets go hop by hop over links of their own, most flows are alone from their first bit to their last.
"""

import math
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from . import state as rows
from .demand import Asking
from .filling import level_for, rate_at
from .state import FAIR, Row, State, Sums

_UNKNOWN = math.nan, math.nan
_FEW = 1000  # ends that are not looked through for those of flows that have left


@dataclass(slots=True, eq=False)
class LoneFlow:
    """A flow that is alone on its constraint.

    Attributes:
        number: Its id.
        slot: Its slot with the kernel, if it comes to that.
        place: The place of its constraint.
        asking: What it asks.
        remaining_bits: What had not passed at ``since_s``.
        since_s: Since when it has its rate.
        metered_s: Until when its links are told what it carried.
        rate_bps: Its rate, 0 while it waits for one.
        ending: When it will have passed, and its number; None while it waits.
    """

    number: int
    slot: int
    place: int
    asking: Asking
    remaining_bits: float
    since_s: float
    metered_s: float
    rate_bps: float = 0.0
    ending: tuple[float, int] | None = None


class LoneFlows:
    """All of a fluid. What they get, when they end and what they carry has the bits that the kernel would give it.

    Attributes:
        at: The flows, by the place of their constraint.
        by_number: The same, by their ids.
        waiting: Those that wait for their rate, by their ids.
        changed: Those to which the last sharing gave a rate.
    """

    def __init__(self, sums: Sums) -> None:
        self._carried_bits: Row = sums.carried_bits.data
        self._flow_s: Row = sums.flow_s.data
        self.at: dict[int, LoneFlow] = {}
        self.by_number: dict[int, LoneFlow] = {}
        self.waiting: dict[int, LoneFlow] = {}
        self.changed: list[LoneFlow] = []
        self._rates: dict[int, tuple[float, float]] = {}  # by place: the coefficient asked last, and what it gets
        self._ends: list[tuple[float, int]] = []  # a heap, also of flows that have left since

    def enter(self, number: int, slot: int, asking: Asking, size_bits: float, now_s: float) -> None:
        """Add a flow that waits for its rate."""
        place = asking.places[0]
        lone = LoneFlow(number, slot, place, asking, float(size_bits), float(now_s), float(now_s))
        self.at[place] = self.by_number[number] = self.waiting[number] = lone

    def take_out(self, lone: LoneFlow) -> None:
        """Take a flow out."""
        del self.at[lone.place], self.by_number[lone.number]
        if lone.ending is None:
            del self.waiting[lone.number]

    def share(self, state: State, now_s: float, tolerance: float) -> int:
        """Give the flows that wait their rates; return ``FAIR``, or the place of a constraint over its capacity."""
        verdict = FAIR
        for lone in list(self.waiting.values()):
            rate_bps = self._rate_bps(state, lone)
            coefficient, capacity = lone.asking.demand.uses[0][1], state.constraint_f[rows.CAPACITY][lone.place]
            if not (rate_bps >= 0 and coefficient * rate_bps <= capacity * (1 + tolerance)):
                verdict = lone.place
            self._begin(lone, rate_bps, now_s)
        if len(self._ends) > 2 * len(self.by_number) + _FEW:
            self._ends = [ends for lone in self.by_number.values() if (ends := lone.ending) and ends[0] < math.inf]
            heapify(self._ends)
        return verdict

    def _rate_bps(self, state: State, lone: LoneFlow) -> float:
        """Return what a flow gets: what ``ripples.take_all`` would give it."""
        coefficient = lone.asking.demand.uses[0][1]
        known, rate_bps = self._rates.get(lone.place, _UNKNOWN)
        if known != coefficient:
            quanta, scale = state.constraint_i[rows.QUANTA][lone.place], state.constraint_f[rows.SCALE][lone.place]
            rate_bps = rate_at(level_for(int(quanta), 1, float(scale)), 1.0, coefficient, math.inf)
            self._rates[lone.place] = coefficient, rate_bps
        return rate_bps

    def _begin(self, lone: LoneFlow, rate_bps: float, now_s: float) -> None:
        """Let a flow have its rate from now on; one without stays as it is."""
        del self.waiting[lone.number]
        if rate_bps == 0:
            lone.ending = math.inf, lone.number
            return
        lone.rate_bps, lone.since_s, lone.metered_s = rate_bps, now_s, now_s
        lone.remaining_bits = lone.remaining_bits if lone.remaining_bits > 0.0 else 0.0
        lone.ending = now_s + lone.remaining_bits / rate_bps, lone.number
        self.changed.append(lone)
        if lone.ending[0] < math.inf:
            heappush(self._ends, lone.ending)

    def forget_rate(self, place: int) -> None:
        """Note that a constraint gets another capacity; no flow is alone on it."""
        self._rates.pop(place, None)

    def first_end(self) -> tuple[float, int] | None:
        """Return when the first of the flows will have passed, and its number; None if none will."""
        ends = self._ends
        while ends:
            lone = self.by_number.get(ends[0][1])
            if lone is not None and lone.ending is ends[0]:
                return ends[0]
            heappop(ends)
        return None

    def measure(self, lone: LoneFlow, now_s: float) -> None:
        """Add what a flow has carried since it was last metered to each of its links."""
        span_s = now_s - lone.metered_s
        if span_s > 0 and lone.rate_bps > 0:
            for link in lone.asking.links:
                self._carried_bits[link] += lone.rate_bps * span_s
                self._flow_s[link] += span_s
        lone.metered_s = now_s

    def measure_all(self, now_s: float) -> None:
        """Meter all flows, in the order in which they came."""
        for lone in self.by_number.values():
            self.measure(lone, now_s)
