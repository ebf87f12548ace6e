"""Flows in progress on one network: a fluid whose rates are shared anew whenever a flow begins or ends.

A flow crosses its links at one rate from its start on. What a link loses is sent again and takes that much more of it.
modelled: packets, headers and acknowledgements on the wire, queues (sharing takes their place), transport start-up.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from . import laws
from .clock import Appointment, Clock, Turn
from .journal import Journal
from .links import Link
from .meter import Meter
from .sharing import Asking, Demand, Fluid, Sums
from .tcp import Fair, TcpSharing
from .way import Way

ROUNDING = 1e-12
RANK_PER_BPS = 1e-15  # a petabit per second is worth one priority


class Share(NamedTuple):
    """What a flow asks besides what its links say: weight, the most it takes [bit/s], and rank (higher first)."""

    weight: float = 1.0
    cap_bps: float = math.inf
    rank: float = 0.0


NEVER = math.inf, -1
_SHARE, _FLOW_END = Turn.SHARE, Turn.FLOW_END
EQUAL = Share()
FAIR = Fair()


class Flow:
    """Bits on their way across one or several links at once.

    Attributes:
        number: The order in which flows began.
        links: What it crosses.
        size_bits: What it will have passed in the end.
        share: What it asks besides the links' own terms.
        back: The links of its acknowledgements, where these count.
    """

    __slots__ = ("_fluid", "back", "done", "links", "number", "share", "size_bits")

    def __init__(
        self,
        number: int,
        links: Sequence[Link],
        size_bits: float,
        fluid: Fluid,
        done: Callable[[], None],
        share: Share,
        back: Sequence[Link],
    ) -> None:
        self.number, self.links, self.size_bits, self.done, self.share = number, links, size_bits, done, share
        self.back = back
        self._fluid = fluid

    @property
    def demand(self) -> Demand:
        """Return what it asks of the constraints it crosses."""
        return self._fluid.demand(self.number)

    @property
    def rate_bps(self) -> float:
        """Return its rate since ``since_s``; 0 before its first and while a link gives nothing."""
        return self._fluid.rate_bps(self.number)

    @property
    def since_s(self) -> float:
        """Return when its rate last changed."""
        return self._fluid.since_s(self.number)

    @property
    def remaining_bits(self) -> float:
        """Return what had not passed at ``since_s``."""
        return self._fluid.remaining_bits(self.number)

    def passed_bits(self, now_s: float) -> float:
        """Return what has passed until now."""
        return self.size_bits - self.remaining_bits + self.rate_bps * (now_s - self.since_s)


class FluidNetwork:
    """All flows in progress, their rates, and when the next one ends."""

    def __init__(
        self,
        clock: Clock,
        capacity: dict[int, float],
        meter: Meter,
        *,
        fluid: Callable[[Sums], Fluid] = Fluid,
        journal: Journal | None = None,
        sharing: Fair | TcpSharing = FAIR,
    ) -> None:
        self._clock, self._meter, self._journal, self._model = clock, meter, journal, sharing
        self._capacity = capacity
        self._fluid = fluid(meter.sums)
        self._flows: dict[int, Flow] = {}
        self._started = 0
        self._sharing: Appointment | None = None
        self._end: Appointment | None = None
        self._ending = NEVER

    def start(
        self,
        way: Way,
        size_bytes: float,
        done: Callable[[], None],
        *,
        share: Share = EQUAL,
        transfer: int = -1,
        back: Sequence[Link] = (),
    ) -> Flow:
        """Begin a flow; ``done`` is called when its last bit has entered the last link.

        Args:
            way: What it crosses; a link without constraints is not shared: it only caps each flow.
            size_bytes: How much there is to pass.
            done: Called once.
            share: What it asks besides what its links say.
            transfer: The number of the transfer it is of, for the journal.
            back: The links of its acknowledgements, where these count.
        """
        number, now_s = self._started, self._clock.now
        flow = Flow(number, way.links, bits(size_bytes), self._fluid, done, share, back)
        _, asking, noted = self._ask(way, share, back)
        self._fluid.enter(number, asking, flow.size_bits, now_s)
        if self._journal is not None:
            self._journal.enter(now_s, number, transfer, noted)
        self._started += 1
        self._flows[number] = flow
        self._share_soon()
        return flow

    def _ask(self, way: Way, share: Share, back: Sequence[Link]) -> tuple[Share, Asking, Sequence[bytes]]:
        """Return what a flow asks, of its constraints too, and the journal's rows of that without their heads.

        The way keeps it for the next flow, if nothing on the way back decides about it.
        """
        if way.current().radio and self._journal is not None:
            self._journal.note_radio(self._clock.now, way.radio)
        if way.asked is not None and way.asked[0] == share and not back:
            return way.asked
        demand = demand_on(way.links, share, self._model, back)
        try:
            asking = self._fluid.asking(demand, way.metered)
        except KeyError:
            for constraint in self._fluid.unknown(demand):
                self._set_capacity(constraint, self._capacity[constraint])
            asking = self._fluid.asking(demand, way.metered)
        noted = () if self._journal is None else self._journal.tails(way.links, demand)
        way.asked = asked = share, asking, noted
        return asked

    def stop(self, flow: Flow) -> float:
        """Take a flow out before its end; return the bits that had not passed."""
        rest_bits = max(flow.size_bits - flow.passed_bits(self._clock.now), 0.0)
        self._take_out(flow)
        return rest_bits

    def change(self, flow: Flow, share: Share) -> None:
        """Let a flow ask for another weight, cap or rank from now on."""
        flow.share = share
        self._ask_anew(flow)

    def set_rates(self, rates_bps: Mapping[Link, float]) -> None:
        """Give links other rates from now on, and perhaps another loss, which they have already [bit/s].

        Of a wire the capacity changes, for both directions of a half-duplex one, or with its loss what a bit takes of
        it; in a cell what a bit takes of the airtime. A radio link of rate 0 must carry nothing.
        """
        self.meter_now()
        for link, rate_bps in rates_bps.items():
            link.take_rate(rate_bps)
            for constraint in () if link.radio else link.constraints:
                capacity = rate_bps * link.coefficient
                if not math.isclose(capacity, self._capacity[constraint], rel_tol=ROUNDING):
                    self.set_capacity(constraint, capacity)
        self._meter.rerate(rates_bps)
        self.ask_anew(rates_bps.keys())

    def ask_anew(self, links: Collection[Link]) -> None:
        """Let the flows over links whose rates or delays have changed ask for what follows from these now."""
        changed = set(links)
        for flow in self._flows.values():
            if not (changed.isdisjoint(flow.links) and changed.isdisjoint(flow.back)):
                self._ask_anew(flow)

    def _ask_anew(self, flow: Flow) -> None:
        demand = demand_on(flow.links, flow.share, self._model, flow.back)
        if demand == flow.demand:
            return
        self._fluid.change(flow.number, demand)
        if self._journal is not None:
            self._journal.change(self._clock.now, flow.number, flow.links, demand)
        self._share_soon()

    def set_capacity(self, constraint: int, capacity: float) -> None:
        """Give a constraint another capacity from now on; at 0 the flows that cross it wait.

        Raises:
            ValueError: It is negative or not finite.
        """
        self._set_capacity(constraint, capacity)
        self._capacity[constraint] = capacity
        self._share_soon()

    def _set_capacity(self, constraint: int, capacity: float) -> None:
        self._fluid.set_capacity(constraint, capacity)
        if self._journal is not None:
            self._journal.capacity(self._clock.now, constraint, capacity)

    def is_idle(self) -> bool:
        """Return whether nothing flows."""
        return not self._flows

    def in_progress(self) -> list[Flow]:
        """Return the flows in progress, in the order in which they began."""
        return list(self._flows.values())

    def meter_now(self) -> None:
        """Tell the meter all that has been carried until now."""
        self._fluid.measure(self._clock.now)

    def _share_soon(self) -> None:
        """Share anew at the end of this instant, once however much changes in it."""
        if self._sharing is None:
            self._sharing = self._clock.at(self._clock.now, _SHARE, 0, self._share)

    def _share(self) -> None:
        self._sharing = None
        broken = self._fluid.share(self._clock.now, laws.TOLERANCE)
        if broken != -1:
            flows = self.in_progress()
            rates = [flow.rate_bps for flow in flows]
            laws.capacities_hold([flow.demand for flow in flows], rates, self._capacity, self._clock.now)
            raise laws.LawBroken(f"at {self._clock.now} s the rates over constraint {broken} cannot be")
        self._await(self._fluid.next_end())

    def _await(self, ending: tuple[float, int]) -> None:
        """Have one appointment: for the flow that ends next, of those that end together the one that began first."""
        if ending == self._ending:
            return
        if self._end is not None:
            self._clock.cancel(self._end)
        self._ending = ending
        end_s, number = ending
        self._end = self._clock.at(end_s, _FLOW_END, number, self._finish) if number >= 0 else None

    def _finish(self) -> None:
        flow = self._flows[self._ending[1]]
        self._take_out(flow)
        flow.done()

    def _take_out(self, flow: Flow) -> None:
        number, now_s = flow.number, self._clock.now
        if self._fluid.remove(number, now_s):
            self._share_soon()
        if self._journal is not None:
            self._journal.leave(now_s, number)
        del self._flows[number]
        ending = self._fluid.next_end()
        if self._sharing is not None and ending[0] > now_s:
            ending = NEVER  # until rates are shared: only what ends at this instant comes before that
        self._await(ending)


def demand_on(
    links: Sequence[Link], share: Share = EQUAL, sharing: Fair | TcpSharing = FAIR, back: Sequence[Link] = ()
) -> Demand:
    """Return what a flow over these links asks of their constraints, and of those of its acknowledgements."""
    return sharing.demand(links, back, share.weight, share.cap_bps, rank_on(links, share.rank))


def rank_on(links: Sequence[Link], priority: float) -> float:
    """Return the rank of a flow: its priority, and within it the rate where faster links come first."""
    rates_bps = [link.rate_bps for link in links if link.by_rate]
    return priority + RANK_PER_BPS * min(rates_bps) if rates_bps else priority


def bits(size_bytes: float) -> float:
    """Return the bits of a number of bytes; the one place where bytes become bits."""
    return 8.0 * size_bytes
