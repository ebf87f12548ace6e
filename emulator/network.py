"""Flows in progress on one network: a fluid whose rates are shared anew whenever a flow begins or ends.

A flow crosses its links at one rate from its start on. Not modelled: packets, headers and acknowledgements on the wire,
queues (sharing takes their place), transport start-up, and loss.
"""

from collections.abc import Callable, Sequence
from functools import partial

from . import laws
from .clock import Appointment, Clock, Turn
from .links import Link
from .meter import Meter
from .sharing import Demand, share


class Flow:
    """Bits on their way across one or several links at once.

    Attributes:
        number: The order in which flows began.
        links: What it crosses.
        remaining_bits: What had not passed at ``since_s``.
        rate_bps: Its rate since then.
    """

    __slots__ = (
        "_end",
        "demand",
        "done",
        "links",
        "metered_s",
        "number",
        "rate_bps",
        "remaining_bits",
        "since_s",
        "size_bits",
    )

    def __init__(
        self, number: int, links: Sequence[Link], size_bits: float, now_s: float, done: Callable[[], None]
    ) -> None:
        self.number = number
        self.links = links
        self.size_bits = self.remaining_bits = size_bits
        self.rate_bps = 0.0
        self.since_s = self.metered_s = now_s
        self.done = done
        uses: dict[int, float] = {}
        for link in links:
            uses[link.constraint] = uses.get(link.constraint, 0.0) + link.coefficient
        self.demand = Demand(tuple(uses.items()))
        self._end: Appointment | None = None

    def passed_bits(self, now_s: float) -> float:
        """Return what has passed until now."""
        return self.size_bits - self.remaining_bits + self.rate_bps * (now_s - self.since_s)


class FluidNetwork:
    """All flows in progress, their rates, and when the next one ends."""

    def __init__(self, clock: Clock, capacity: dict[int, float], meter: Meter) -> None:
        self._clock = clock
        self._capacity = capacity
        self._meter = meter
        self._flows: dict[int, Flow] = {}
        self._started = 0
        self._sharing: Appointment | None = None

    def start(self, links: Sequence[Link], size_bytes: int, done: Callable[[], None]) -> Flow:
        """Begin a flow; ``done`` is called when its last bit has entered the last link."""
        flow = Flow(self._started, links, bits(size_bytes), self._clock.now, done)
        self._started += 1
        self._flows[flow.number] = flow
        self._share_soon()
        return flow

    def in_progress(self) -> list[Flow]:
        """Return the flows in progress, in the order in which they began."""
        return list(self._flows.values())

    def meter_now(self) -> None:
        """Tell the meter all that has been carried until now."""
        for flow in self._flows.values():
            self._measure(flow)

    def _share_soon(self) -> None:
        """Share anew at the end of this instant, once however much changes in it."""
        if self._sharing is None:
            self._sharing = self._clock.after(0.0, Turn.SHARE, 0, self._share)

    def _share(self) -> None:
        self._sharing = None
        flows = self.in_progress()
        demands = [flow.demand for flow in flows]
        rates = share(demands, self._capacity)
        laws.capacities_hold(demands, rates, self._capacity, self._clock.now)
        for flow, rate_bps in zip(flows, rates, strict=True):
            if rate_bps != flow.rate_bps:
                self._change_rate(flow, rate_bps)

    def _change_rate(self, flow: Flow, rate_bps: float) -> None:
        """Settle what has passed and see when the rest will have; a flow whose rate stays is not touched."""
        now_s = self._clock.now
        self._measure(flow)
        flow.remaining_bits = max(flow.remaining_bits - flow.rate_bps * (now_s - flow.since_s), 0.0)
        flow.since_s, flow.rate_bps = now_s, rate_bps
        if flow._end is not None:
            flow._end.cancel()
        end_s = now_s + flow.remaining_bits / rate_bps
        flow._end = self._clock.at(end_s, Turn.FLOW_END, flow.number, partial(self._finish, flow))

    def _finish(self, flow: Flow) -> None:
        self._measure(flow)
        del self._flows[flow.number]
        if self._flows:
            self._share_soon()
        flow.done()

    def _measure(self, flow: Flow) -> None:
        now_s = self._clock.now
        if now_s > flow.metered_s and flow.rate_bps > 0:
            for link in flow.links:
                self._meter.carried(link, flow.rate_bps, now_s - flow.metered_s)
        flow.metered_s = now_s


def bits(size_bytes: float) -> float:
    """Return the bits of a number of bytes; the one place where bytes become bits."""
    return 8.0 * size_bytes
