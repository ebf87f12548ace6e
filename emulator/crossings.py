"""Pieces of transfers on their links: how a connection begins, pauses, ends, and is broken off."""

import math
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import accumulate, pairwise

from . import laws
from .clock import Clock, Turn
from .forwarding import ForwardingPlan
from .links import Link
from .network import EQUAL, FluidNetwork, Share, bits
from .tcp import Fair
from .transfer import Crossing, Transfer
from .way import Stretch, Way
from .wiring import Wiring


class Crossings:
    """All crossings in order of their beginning; ``done`` is told of each whose last bit has left.

    Each crossing is a connection. With a TCP-like sharing it pays the delay before it begins to flow, with a transport
    term it goes in rounds; a connection that was broken off begins anew.
    """

    def __init__(
        self,
        clock: Clock,
        network: FluidNetwork,
        wiring: Wiring,
        plan: ForwardingPlan,
        done: Callable[[Crossing], None],
    ) -> None:
        self._clock, self._network, self._between = clock, network, wiring.between
        self._sharing, self._term = plan.sharing, plan.transport
        self._is_plain = self._term is None and isinstance(self._sharing, Fair)  # begins at once, and is not answered
        self._done = done
        self._all: dict[Crossing, None] = {}
        self._link_bits = 0.0  # what has passed, counted on every link, less what still flows
        self._unsure_bits = 0.0  # what of that the clock's resolution leaves open, as flows end at times it can tell

    def __contains__(self, crossing: Crossing) -> bool:
        """Tell whether a crossing has neither ended nor been taken off."""
        return crossing in self._all

    def add(self, transfer: Transfer, piece: int, way: Way, *, leads: bool) -> Crossing:
        """Put a piece before its links, where it waits until it is started."""
        links = way.links
        crossing = Crossing(
            transfer,
            piece,
            way,
            leads,
            links[0].source,
            links[-1].target,
            () if self._is_plain else self._way_back(links),
            self._clock.now,
            bits(transfer.pieces[piece]),
        )
        self._all[crossing] = None
        transfer.crossings.append(crossing)
        return crossing

    def _way_back(self, links: Sequence[Link]) -> list[Link]:
        """Return the links of the acknowledgements, in their order."""
        ends = [(link.target, link.source) for link in reversed(links)]
        return [self._between[pair] for pair in ends if pair in self._between]

    def on(self, links: Collection[Link]) -> list[Crossing]:
        """Return the crossings of any of these links."""
        return [crossing for crossing in self._all if any(link in links for link in crossing.links)]

    def at(self, node: int) -> list[Crossing]:
        """Return the crossings of what a node holds."""
        return [crossing for crossing in self._all if crossing.node == node]

    def waiting(self) -> list[Crossing]:
        """Return the crossings that wait to be started."""
        return [crossing for crossing in self._all if crossing.waits]

    def start(self, crossing: Crossing) -> None:
        """Let the rest of a piece go, over links that are open."""
        crossing.window_bits = crossing.rest_bits
        if self._is_plain:
            self._send(crossing)
            return
        wait_s = crossing.paid_s = self._sharing.start_delay_s(crossing.links)
        if self._term is not None:
            first = self._term.first(crossing.rest_bits / 8, self._round_trip_s(crossing))
            wait_s, crossing.window_bits = wait_s + first.wait_s, bits(first.size_bytes)
        self._go_on(crossing, wait_s)

    def _round_trip_s(self, crossing: Crossing) -> float:
        return math.fsum(link.delay_s for link in (*crossing.links, *crossing.back))

    def _go_on(self, crossing: Crossing, wait_s: float) -> None:
        """Send the next window, now or after a wait."""
        if wait_s > 0:
            send = partial(self._send, crossing)
            crossing.pause = self._clock.after(wait_s, Turn.TIMER, crossing.transfer.number, send)
        else:
            self._send(crossing)

    def _send(self, crossing: Crossing) -> None:
        transfer, size_bytes = crossing.transfer, crossing.window_bits / 8
        plain = transfer.priority == 0 and transfer.cap_bps == math.inf
        crossing.pause, crossing.began_s = None, self._clock.now
        crossing.flow = self._network.start(
            crossing.way,
            size_bytes if self._term is None else self._term.wire_bytes(size_bytes),
            partial(self._sent, crossing),
            share=EQUAL if plain else Share(1.0, transfer.cap_bps, transfer.priority),
            transfer=transfer.number,
            back=crossing.back,
        )

    def _sent(self, crossing: Crossing) -> None:
        """A window has passed: the next follows, or the piece has."""
        flow, crossing.flow = crossing.flow, None
        assert flow is not None
        way, now_s = crossing.way, self._clock.now
        self._link_bits += flow.size_bits * len(way.links)
        self._unsure_bits += way.current().peak_bps * math.ulp(now_s) * len(way.links)
        window_bytes, rest_bits = crossing.window_bits / 8, crossing.rest_bits - crossing.window_bits
        if self._term is None or rest_bits <= 0:
            self._forget(crossing)
            self._done(crossing)
            return
        lasted_s, round_trip_s = now_s - crossing.began_s, self._round_trip_s(crossing)
        following = self._term.following(window_bytes, lasted_s, rest_bits / 8, round_trip_s)
        crossing.rest_bits, crossing.window_bits = rest_bits, bits(following.size_bytes)
        self._go_on(crossing, following.wait_s)

    def halt(self, crossing: Crossing) -> None:
        """Stop a crossing where it is, and count what has passed; it can be started again."""
        if crossing.pause is not None:
            self._clock.cancel(crossing.pause)
            crossing.pause = None
        if crossing.flow is not None:
            flow, crossing.flow = crossing.flow, None
            left_bits = self._network.stop(flow)
            self._link_bits += (flow.size_bits - left_bits) * len(crossing.links)
            payload = crossing.window_bits / flow.size_bits if flow.size_bits > 0 else 0.0
            crossing.rest_bits = crossing.rest_bits - crossing.window_bits + left_bits * payload

    def take_off(self, crossing: Crossing) -> None:
        """Stop a crossing for good."""
        self.halt(crossing)
        self._forget(crossing)

    def _forget(self, crossing: Crossing) -> None:
        del self._all[crossing]
        crossing.transfer.crossings.remove(crossing)

    def stretches(self, way: Way) -> Sequence[Stretch]:
        """Return the links of a way by when the last bit, which has left the bottleneck now, is at their ends."""
        if not way.current().stretches:
            delays_s = list(accumulate(self._sharing.end_delays_s(way.links)))
            starts = [0, *[at for at in range(1, len(delays_s)) if delays_s[at] > delays_s[at - 1]]]
            way.stretches = [
                Stretch(delays_s[first], way.ends[first:end], way.packed[first:end])
                for first, end in pairwise([*starts, len(delays_s)])
            ]
        return way.stretches

    def check(self, carried_bits: float) -> None:
        """Check that every bit on a link is accounted for, as far as the clock can tell.

        Args:
            carried_bits: What the meter saw all links carry.

        Raises:
            LawBroken: Something was lost or made.
        """
        under_way = self._network.in_progress()
        passed = math.fsum(flow.passed_bits(self._clock.now) * len(flow.links) for flow in under_way)
        whole = self._link_bits + math.fsum(flow.size_bits * len(flow.links) for flow in under_way)
        tolerance = laws.TOLERANCE * whole + self._unsure_bits
        laws.conserved("bits on links", self._link_bits + passed, carried_bits, tolerance)
