"""What TCP adds to the fluid: shares that depend on the round trip, and the time a connection takes to get going.

Two models of different kinds, to be used one at a time. A ``TcpSharing`` changes how flows share, as SimGrid's models
CM02 and LV08 do: with its parameters the fluid gives SimGrid's times. A ``TransportTerm`` leaves the shares alone and
sends a transfer as TCP does: handshake, then windows that grow from one round trip to the next. LV08 stands for that
start by 13 times the latency, so both together count it twice. Not modelled: loss, retransmission, congestion
avoidance, queues, and delayed acknowledgements.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from annotated_types import Ge, Gt, Le

from .links import Link
from .sharing import Demand

LatencyFactor = Annotated[float, "A flow begins to take anything after the latency times this.", Ge(1)]
BandwidthFactor = Annotated[float, "Payload that passes per bit of capacity.", Gt(0), Le(1)]
WeightS = Annotated[float, "A flow's penalty grows by the time that so much takes on each of its links.", Ge(0)]


class Use(NamedTuple):
    """What one bit/s of a flow takes of a constraint, and the part of the flow's weight that counts there.

    Where a constraint is full, consumptions over weight times part are equal.
    """

    coefficient: float
    part: float


@dataclass(frozen=True, kw_only=True)
class Fair:
    """Flows share what they cross equally; the last bit arrives a delay after it was sent."""

    def demand(self, links: Sequence[Link], _: Sequence[Link], weight: float, cap_bps: float, rank: float) -> Demand:
        """Return what a flow over these links asks of their constraints; those that are not shared cap it."""
        each = [use for link in links for use in link.uses]
        uses = dict(each)
        if len(uses) < len(each):
            uses = dict.fromkeys(uses, 0.0)
            for constraint, coefficient in each:
                uses[constraint] += coefficient
            each = list(uses.items())
        cap_bps = min([cap_bps, *[link.rate_bps for link in links if not link.constraints]])
        return Demand(tuple(each), weight, cap_bps, rank)

    def start_delay_s(self, _: Sequence[Link]) -> float:
        """Return how long after its start a flow begins to take anything."""
        return 0.0

    def end_delays_s(self, links: Sequence[Link]) -> list[float]:
        """Return what each link adds to the time from a flow's end to the arrival of its last bit."""
        return [link.delay_s for link in links]


@dataclass(frozen=True, kw_only=True)
class TcpSharing:
    """Flows share by round-trip time and pay the latency before they take anything, as in SimGrid.

    Where a link is full, rates are in inverse proportion to the flows' penalties: the one-way latency, which stands for
    the round trip, plus the time that ``weight_s`` takes on each link. The names are those of SimGrid's options
    ``network/...``, the defaults those of its CM02. On a wire this goes by rates, in a cell by airtime: a flow whose
    acknowledgements cross a full wire is held to its share there, as in SimGrid.

    A flow without latency has a penalty of 1 s and no bound on its window, as in SimGrid: beside flows with latency it
    starves, so give all links a delay, or none. Unlike SimGrid's fat pipes, links that are not shared give every flow
    their whole rate; there a fat pipe gives a flow less the larger its penalty is.

    Sources: Casanova and Marchal, A Network Model for Simulation of Grid Application, LIP RR 2002-40 (CM02); Velho,
    Schnorr, Casanova and Legrand, Flow-level network models: have we reached the limits?, INRIA RR-7821 (LV08).
    """

    latency_factor: LatencyFactor = 1.0
    bandwidth_factor: BandwidthFactor = 1.0
    weight_s_bytes: WeightS = 0.0
    tcp_gamma_bytes: Annotated[
        float, "Largest window: so much may be sent in a round trip, twice the latency; SimGrid's default.", Gt(0)
    ] = 4194304.0
    crosstraffic: Annotated[
        float, "What a flow takes of the way back for its acknowledgements, per bit; SimGrid's; 0: none.", Ge(0), Le(1)
    ] = 0.05

    def penalty_s(self, links: Sequence[Link]) -> float:
        """Return what a flow's rate is in inverse proportion to."""
        latency_s = _latency_s(links)
        if latency_s == 0:
            return 1.0
        return latency_s + 8 * self.weight_s_bytes * sum(link.load_per_bps for link in links)

    def weight(self, links: Sequence[Link]) -> float:
        """Return a flow's share relative to other flows."""
        return 1.0 / self.penalty_s(links)

    def cap_bps(self, links: Sequence[Link]) -> float:
        """Return the most a flow over these links takes: a window each round trip, and what unshared links pass."""
        latency_s = _latency_s(links)
        window_bps = 8 * self.tcp_gamma_bytes / (2 * latency_s) if latency_s > 0 else math.inf
        return self.bandwidth_factor * min(window_bps, _unshared_bps(links))

    def uses(self, links: Sequence[Link], back: Sequence[Link]) -> dict[int, Use]:
        """Return what a flow over these links takes of their constraints, and of those of the way back."""
        uses: dict[int, Use] = {}
        for way, part in ((links, 1.0), (back, self.crosstraffic)):
            for link in way if part > 0 else ():
                for constraint in link.constraints:
                    before = uses.get(constraint, Use(0.0, 0.0))
                    coefficient = part * link.coefficient / self.bandwidth_factor
                    uses[constraint] = Use(before.coefficient + coefficient, before.part + part)
        return uses

    def demand(self, links: Sequence[Link], back: Sequence[Link], weight: float, cap_bps: float, rank: float) -> Demand:
        """Return what a flow over these links asks of their constraints, and of those of its acknowledgements."""
        uses = self.uses(links, back)
        parts = tuple(use.part for use in uses.values())
        return Demand(
            tuple((constraint, use.coefficient) for constraint, use in uses.items()),
            weight * self.weight(links),
            min(cap_bps, self.cap_bps(links)),
            rank,
            parts if parts.count(1.0) < len(parts) else (),
        )

    def start_delay_s(self, links: Sequence[Link]) -> float:
        """Return how long after its start a flow begins to take anything."""
        return self.latency_factor * _latency_s(links)

    def end_delays_s(self, links: Sequence[Link]) -> list[float]:
        """Return what each link adds to the time from a flow's end to the arrival of its last bit: nothing more."""
        return [0.0] * len(links)


@dataclass(frozen=True, kw_only=True)
class CM02(TcpSharing):
    """SimGrid's CM02: flows share by latency, without factors."""


@dataclass(frozen=True, kw_only=True)
class LV08(TcpSharing):
    """SimGrid's LV08, its default: CM02 with three parameters fitted to packet-level simulation."""

    latency_factor: LatencyFactor = 13.01
    bandwidth_factor: BandwidthFactor = 0.97
    weight_s_bytes: WeightS = 20537.0


Sharing = Fair | TcpSharing
SHARING: dict[str, type[Sharing]] = {"fair": Fair, "cm02": CM02, "lv08": LV08, "tcp": TcpSharing}


def _latency_s(links: Sequence[Link]) -> float:
    return sum(link.delay_s for link in links)


def _unshared_bps(links: Sequence[Link]) -> float:
    return min((link.rate_bps for link in links if not link.constraints), default=math.inf)


class Round(NamedTuple):
    """What a connection sends next: so much [bytes], after a wait [s]."""

    wait_s: float
    size_bytes: float


@dataclass(frozen=True, kw_only=True)
class TransportTerm:
    """A transfer as TCP sends it: a handshake, then a window each round trip, each larger, until the pipe is full.

    A window flows at whatever rate the network gives. The next one follows a round trip after the start of the one
    before, when the first acknowledgement is back. Once sending a window takes a round trip or longer, acknowledgements
    come as fast as they are needed, and the rest flows freely.
    """

    segment_bytes: Annotated[
        int, "Payload of a full segment; 1448 is Ethernet's 1500 less IP (20), TCP (20) and time stamps (12).", Gt(0)
    ] = 1448
    overhead_bytes: Annotated[
        int,
        "Added to each segment; 90 is these headers (52), Ethernet's (14), check (4), preamble (8), gap (12).",
        Ge(0),
    ] = 90
    handshake_round_trips: Annotated[
        int, "Round trips before the first window; 1 is TCP's (RFC 9293), 0 a connection that is open.", Ge(0)
    ] = 1
    initial_window_segments: Annotated[int, "Segments in the first window; RFC 6928.", Gt(0)] = 10
    growth: Annotated[
        float, "A window over the one before; 2 as in Linux (RFC 3465), 1.5 with RFC 5681 and delayed acks.", Gt(1)
    ] = 2.0

    @property
    def goodput(self) -> float:
        """Return the share of payload in what the wire carries, for full segments."""
        return self.segment_bytes / (self.segment_bytes + self.overhead_bytes)

    def wire_bytes(self, size_bytes: float) -> float:
        """Return what a wire carries for a payload, in whole segments but for the last."""
        return size_bytes + self.overhead_bytes * math.ceil(size_bytes / self.segment_bytes)

    def first(self, size_bytes: float, rtt_s: float) -> Round:
        """Return the first round of a transfer; the wait is the handshake."""
        window_bytes = self.initial_window_segments * self.segment_bytes
        return Round(self.handshake_round_trips * rtt_s, min(size_bytes, window_bytes))

    def following(self, window_bytes: float, lasted_s: float, rest_bytes: float, rtt_s: float) -> Round:
        """Return the round after a window; sizes are of payload and, but for the last, whole segments.

        Args:
            window_bytes: What the window was.
            lasted_s: How long sending it took.
            rest_bytes: What is left to send.
            rtt_s: The round trip.
        """
        if lasted_s >= rtt_s:
            return Round(0.0, rest_bytes)
        segments = math.ceil(self.growth * window_bytes / self.segment_bytes)
        return Round(rtt_s - lasted_s, min(rest_bytes, segments * self.segment_bytes))

    def lone_time_s(self, size_bytes: float, rate_bps: float, rtt_s: float) -> float:
        """Return when the last bit of a transfer that shares with nobody arrives, half a round trip after it was sent.

        Args:
            size_bytes: Its payload.
            rate_bps: What the wire carries.
            rtt_s: The round trip; both directions take half of it.
        """
        wait_s, window_bytes = self.first(size_bytes, rtt_s)
        sent_s, rest_bytes = wait_s, size_bytes
        while True:
            lasted_s = 8 * self.wire_bytes(window_bytes) / rate_bps
            sent_s += lasted_s
            rest_bytes -= window_bytes
            if rest_bytes <= 0:
                return sent_s + rtt_s / 2
            wait_s, window_bytes = self.following(window_bytes, lasted_s, rest_bytes, rtt_s)
            sent_s += wait_s
