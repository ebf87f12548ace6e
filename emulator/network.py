"""Flows in progress on one network: a fluid whose rates are shared anew whenever a flow begins or ends.

A flow crosses its links at one rate from its start on. Not modelled: packets, headers and acknowledgements on the wire,
queues (sharing takes their place), transport start-up, and loss.
"""

import math
from collections.abc import Callable, Sequence

from . import laws
from .clock import Appointment, Clock, Turn
from .links import Link
from .meter import Meter
from .sharing import Demand, Fluid, Sums


class Flow:
    """Bits on their way across one or several links at once.

    Attributes:
        number: The order in which flows began.
        links: What it crosses.
        size_bits: What it will have passed in the end.
    """

    __slots__ = ("_fluid", "done", "links", "number", "size_bits")

    def __init__(
        self, number: int, links: Sequence[Link], size_bits: float, fluid: Fluid, done: Callable[[], None]
    ) -> None:
        self.number, self.links, self.size_bits, self.done = number, links, size_bits, done
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
        self, clock: Clock, capacity: dict[int, float], meter: Meter, *, fluid: Callable[[Sums], Fluid] = Fluid
    ) -> None:
        self._clock = clock
        self._capacity = capacity
        self._fluid = fluid(meter.sums)
        self._flows: dict[int, Flow] = {}
        self._started = 0
        self._sharing: Appointment | None = None
        self._end: Appointment | None = None
        self._ending = (math.inf, -1)

    def start(
        self,
        links: Sequence[Link],
        size_bytes: float,
        done: Callable[[], None],
        *,
        weight: float = 1.0,
        cap_bps: float = math.inf,
    ) -> Flow:
        """Begin a flow; ``done`` is called when its last bit has entered the last link.

        Args:
            links: What it crosses; a link without a constraint (-1) is not shared: it only caps each flow.
            size_bytes: How much there is to pass.
            done: Called once.
            weight: Its share relative to other flows.
            cap_bps: The most it takes [bit/s].
        """
        flow = Flow(self._started, links, bits(size_bytes), self._fluid, done)
        demand = demand_on(links, weight, cap_bps)
        for constraint, _ in demand.uses:
            if not self._fluid.knows(constraint):
                self._fluid.set_capacity(constraint, self._capacity[constraint])
        now_s, metered = self._clock.now, [link.index for link in links]
        self._fluid.add(flow.number, demand, flow.size_bits, now_s, metered)
        self._started += 1
        self._flows[flow.number] = flow
        self._share_soon()
        return flow

    def stop(self, flow: Flow) -> float:
        """Take a flow out before its end; return the bits that had not passed."""
        rest_bits = max(flow.size_bits - flow.passed_bits(self._clock.now), 0.0)
        self._take_out(flow)
        return rest_bits

    def change(self, flow: Flow, demand: Demand) -> None:
        """Let a flow ask for other coefficients, another weight or another cap from now on."""
        self._fluid.change(flow.number, demand)
        self._share_soon()

    def set_capacity(self, constraint: int, capacity: float) -> None:
        """Give a constraint another capacity from now on; at 0 the flows that cross it wait.

        Raises:
            ValueError: It is negative or not finite.
        """
        self._fluid.set_capacity(constraint, capacity)
        self._capacity[constraint] = capacity
        self._share_soon()

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
            self._sharing = self._clock.after(0.0, Turn.SHARE, 0, self._share)

    def _share(self) -> None:
        self._sharing = None
        broken = self._fluid.share(self._clock.now, laws.TOLERANCE)
        if broken != -1:
            flows = self.in_progress()
            rates = [flow.rate_bps for flow in flows]
            laws.capacities_hold([flow.demand for flow in flows], rates, self._capacity, self._clock.now)
            raise laws.LawBroken(f"at {self._clock.now} s the rates over constraint {broken} cannot be")
        self._await_next_end()

    def _await_next_end(self) -> None:
        """Have one appointment: for the flow that ends next, of those that end together the one that began first."""
        ending = self._fluid.next_end()
        if ending == self._ending:
            return
        if self._end is not None:
            self._end.cancel()
        self._ending = ending
        end_s, number = ending
        self._end = self._clock.at(end_s, Turn.FLOW_END, number, self._finish) if number >= 0 else None

    def _finish(self) -> None:
        flow = self._flows[self._ending[1]]
        self._take_out(flow)
        flow.done()

    def _take_out(self, flow: Flow) -> None:
        self._fluid.remove(flow.number, self._clock.now)
        del self._flows[flow.number]
        if self._flows:
            self._share_soon()
        # Later ends may move when rates are shared; those of this instant come before that.
        if flow.number == self._ending[1] or self._fluid.next_end()[0] <= self._clock.now:
            self._await_next_end()


def demand_on(links: Sequence[Link], weight: float = 1.0, cap_bps: float = math.inf) -> Demand:
    """Return what a flow over these links asks of their constraints."""
    uses: dict[int, float] = {}
    for link in links:
        if link.constraint < 0:
            cap_bps = min(cap_bps, link.rate_bps)
        else:
            uses[link.constraint] = uses.get(link.constraint, 0.0) + link.coefficient
    return Demand(tuple(uses.items()), weight, cap_bps)


def bits(size_bytes: float) -> float:
    """Return the bits of a number of bytes; the one place where bytes become bits."""
    return 8.0 * size_bytes
