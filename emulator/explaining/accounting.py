"""Where the time of a transfer went: backwards from its end, at each moment what its last bits waited for.

Alone a flow would have had another rate; what it lost to others is the rest of the time that passed. With fragments, of
which several are on their way at once, the account is that of the last one to arrive and of those it waited for.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from .legs import Leg
from .recorded_network import RecordedNetwork
from .replay import Passage
from .sending import Sending

EXACT = 1e-6  # places in a transfer as near as this are the same, in pieces
ROUNDING_NS = 2  # the record rounds each time to a nanosecond

Kind = Literal["sending", "propagation", "outage", "handover", "node", "pause"]
WAITS: tuple[Kind, ...] = ("handover", "outage", "node", "pause")


@dataclass(frozen=True)
class Tile:
    """A part of a transfer's time: on which leg, in which passage where it sent."""

    kind: Kind
    start_ns: int
    end_ns: int
    leg: Leg | None
    passage: Passage | None = None

    @property
    def span_s(self) -> float:
        """Return how long it is [s]."""
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True)
class Account:
    """A transfer's time by what it went to; the parts add up to the total [s].

    Attributes:
        alone_s: Sending what arrived, with nobody else on the way: for one piece size / rate on each leg.
        sharing_s: More than that, since others shared what it crossed.
        overlap_s: With fragments, what of this happened while other fragments moved (not above 0).
        outages_s: While a link of it was down, or gave nothing.
        handovers_s: While a device changed its site.
        waiting_s: At nodes, without a way to go or a turn to send.
        pauses_s: Between parts, as transport protocols wait for acknowledgements; 0 without one.
        repeated_s: Sending what was lost and had to be sent again.
        dropped_s: Sending what was lost as the transfer was dropped.
        propagation_s: From the last bit in to the last bit out.
        by_other: What it lost to each other transfer, the most first; adds up to ``sharing_s``.
    """

    total_s: float
    alone_s: float
    sharing_s: float
    overlap_s: float
    outages_s: float
    handovers_s: float
    waiting_s: float
    pauses_s: float
    repeated_s: float
    dropped_s: float
    propagation_s: float
    by_other: tuple[tuple[int, float], ...]


def account(
    network: RecordedNetwork,
    legs: Sequence[Leg],
    start_ns: int,
    end_ns: int,
    piece_bits: float,
    sending: Sending,
    *,
    dropped: bool,
) -> Account:
    """Return where the time of a transfer went.

    Args:
        network: The run's.
        legs: Its way.
        start_ns: When it began.
        end_ns: When it ended, or the record does.
        piece_bits: What travels by itself: all of it, or a fragment.
        sending: What the scenario says of pauses and handovers.
        dropped: Whether it was dropped in the end, and what was lost last not sent again.
    """
    tiles = list(_Walk(network, legs, piece_bits, sending).tiles(start_ns, end_ns))
    last_ns = max((p.enter_ns for leg in legs for p in leg.passages if p.bits > 0), default=end_ns)
    spans: dict[str, float] = defaultdict(float)
    others: dict[int, float] = defaultdict(float)
    lost = {id(passage): share for leg in legs for passage, share in lost_shares(leg)}
    for tile in tiles:
        if tile.passage is None:
            spans[tile.kind] += tile.span_s
            continue
        for spell in tile.passage.spells:
            if spell.alone_bps == 0:
                spans["outage"] += spell.span_s
                continue
            needed_s = spell.span_s * spell.rate_bps / spell.alone_bps
            again_s = needed_s * lost[id(tile.passage)]
            is_gone = dropped and tile.passage.enter_ns >= last_ns
            spans["dropped" if is_gone else "repeated"] += again_s
            spans["alone"] += needed_s - again_s
            spans["sharing"] += spell.span_s - needed_s
        for other, lost_s in tile.passage.lost_s.items():
            others[other] += lost_s
    alone_s = _pipelined_s(legs, piece_bits) or spans["alone"]
    return Account(
        total_s=(end_ns - start_ns) / 1e9,
        alone_s=alone_s,
        sharing_s=spans["sharing"],
        overlap_s=spans["alone"] - alone_s,
        outages_s=spans["outage"],
        handovers_s=spans["handover"],
        waiting_s=spans["node"],
        pauses_s=spans["pause"],
        repeated_s=spans["repeated"],
        dropped_s=spans["dropped"],
        propagation_s=spans["propagation"],
        by_other=tuple(sorted(others.items(), key=lambda item: (-round(item[1], 9), item[0]))),
    )


def lost_shares(leg: Leg) -> Iterator[tuple[Passage, float]]:
    """Yield each passage of a leg with the share of its bits that was lost: of an interruption, the latest bits."""
    lost: dict[int, float] = defaultdict(float)
    for interruption in leg.interruptions:
        rest_bits = interruption.lost_bits
        for passage in reversed(leg.passages):
            if passage.leave_ns is not None and passage.leave_ns <= interruption.time_ns and rest_bits > 0:
                taken_bits = min(rest_bits, passage.payload_bits - lost[passage.flow])
                lost[passage.flow] += taken_bits
                rest_bits -= taken_bits
    for passage in leg.passages:
        yield passage, lost[passage.flow] / passage.payload_bits if passage.payload_bits else 0.0


def _pipelined_s(legs: Sequence[Leg], piece_bits: float) -> float | None:
    """Return how long fragments that follow each other over legs would take alone, delays left out; None of one piece.

    A fragment leaves a leg one sending time after it has come and the one before it has left.
    """
    whole_bits = legs[0].kept_bits if legs else 0.0
    count = max(math.ceil(whole_bits / piece_bits - 1e-6), 1) if piece_bits > 0 else 1
    arrived_all = all(leg.end_ns is not None for leg in legs)
    if count == 1 or not arrived_all or any(a.target != b.source for a, b in pairwise(legs)):
        return None
    sizes = [piece_bits] * (count - 1) + [whole_bits - piece_bits * (count - 1)]
    out_s = [0.0] * count
    for leg in legs:
        needed_s = math.fsum(
            spell.span_s * spell.rate_bps / spell.alone_bps for spell in leg.spells if spell.alone_bps > 0
        )
        s_per_bit, free_s = needed_s / sum(passage.payload_bits for passage in leg.passages), 0.0
        for piece, size_bits in enumerate(sizes):
            free_s = out_s[piece] = max(out_s[piece], free_s) + size_bits * s_per_bit
    return out_s[-1]


class _Walk:
    """From the end of a transfer back to its start."""

    def __init__(self, network: RecordedNetwork, legs: Sequence[Leg], piece_bits: float, sending: Sending) -> None:
        self._network, self._legs, self._piece_bits, self._sending = network, legs, piece_bits, sending
        self._place = {id(passage): (leg, place) for leg in legs for place, passage in enumerate(leg.passages)}
        self._from_bits = [_begins(leg) for leg in legs]
        self._leaves_ns = [[each.leave_ns for each in leg.passages if each.leave_ns is not None] for leg in legs]
        self._chain = all(a.target == b.source for a, b in pairwise(legs))

    def tiles(self, start_ns: int, end_ns: int) -> Iterator[Tile]:
        """Yield the parts of its time, the last one first."""
        now_ns, seen = end_ns, set[int]()
        passage = self._last(end_ns)
        if passage is not None and passage.leave_ns is not None:
            leg = self._place[id(passage)][0]
            arrived_ns = min(leg.end_ns or passage.leave_ns + self._delay_ns(leg, passage.leave_ns), end_ns)
            yield from self._gap(arrived_ns, end_ns, None)
            yield Tile("propagation", passage.leave_ns, arrived_ns, leg)
            now_ns = passage.leave_ns
        while passage is not None:
            seen.add(id(passage))
            leg = self._place[id(passage)][0]
            yield Tile("sending", passage.enter_ns, now_ns, leg, passage)
            now_ns = passage.enter_ns
            before, ready_ns, delayed = self._before(passage, seen)
            ready_ns = min(max(ready_ns, start_ns), now_ns)
            yield from self._gap(ready_ns, now_ns, leg)
            now_ns = ready_ns
            if before is not None and before.leave_ns is not None:
                if delayed:
                    yield Tile("propagation", before.leave_ns, now_ns, self._place[id(before)][0])
                now_ns = before.leave_ns
            passage = before
        yield from self._gap(start_ns, now_ns, None)

    def _last(self, end_ns: int) -> Passage | None:
        """Return the passage that ended last, or has not."""
        passages = [passage for leg in self._legs for passage in leg.passages if passage.enter_ns <= end_ns]
        ending = [(math.inf if p.leave_ns is None else p.leave_ns, p.enter_ns, i) for i, p in enumerate(passages)]
        return passages[max(ending)[2]] if ending else None

    def _before(self, passage: Passage, seen: set[int]) -> tuple[Passage | None, int, bool]:
        """Return what a passage waited for: the passage before it, until when, and whether its bits had to arrive."""
        leg, place = self._place[id(passage)]
        latest_ns = passage.enter_ns + ROUNDING_NS
        found: list[tuple[int, bool, Passage]] = []
        if place:
            found.append((leg.passages[place - 1].leave_ns or 0, False, leg.passages[place - 1]))
        for number, other in enumerate(self._legs):
            if other is leg or not other.passages:
                continue
            last = other.passages[-1]
            left = other.end_ns is None or (other.source == leg.source and other.start_ns <= leg.start_ns)
            if left and last.leave_ns is not None and last.leave_ns <= latest_ns:
                found.append((last.leave_ns, False, last))
            elif other.target == leg.source and other.start_ns <= leg.start_ns:
                delay_ns = self._delay_ns(other, passage.enter_ns)
                came = self._came(number, latest_ns - delay_ns, self._piece_end(leg, place))
                if came is not None:
                    found.append(((came.leave_ns or 0) + delay_ns, True, came))
        found = [item for item in found if id(item[2]) not in seen]
        if not found:
            return None, 0, False
        ready_ns, delayed, before = max(found, key=lambda item: (item[0], item[2].enter_ns))
        return before, ready_ns, delayed

    def _piece_end(self, leg: Leg, place: int) -> float:
        """Return where on a leg the piece ends that a passage begins or goes on with [bit]."""
        if not self._chain:
            return math.inf
        pieces = self._from_bits[self._legs.index(leg)][place] / self._piece_bits
        return (math.floor(pieces + EXACT) + 1 - EXACT) * self._piece_bits

    def _came(self, number: int, latest_ns: int, end_bits: float) -> Passage | None:
        """Return the last passage of a leg that had ended at a time and begins before a place in the transfer."""
        place = min(bisect_right(self._leaves_ns[number], latest_ns), bisect_left(self._from_bits[number], end_bits))
        return self._legs[number].passages[place - 1] if place else None

    def _delay_ns(self, leg: Leg, time_ns: int) -> int:
        """Return how long the last bits of a leg took to arrive, or would take."""
        last_ns = leg.passages[-1].leave_ns
        if leg.end_ns is not None and last_ns is not None:
            return leg.end_ns - last_ns
        return round(sum(self._network.delay_s(link, time_ns) for link in leg.links) * 1e9)

    def _gap(self, start_ns: int, end_ns: int, leg: Leg | None) -> Iterator[Tile]:
        """Yield what a time without a flow was: a handover or an outage of the leg's links, or a wait."""
        if end_ns <= start_ns:
            return
        if leg is None:
            yield Tile("node", start_ns, end_ns, None)
        else:
            moves = list(self._moves(leg))
            moved_ns = start_ns + _covered_ns(moves, start_ns, end_ns)
            down = [time for link in leg.links for time in self._network.times_without_rate(link)]
            down_ns = start_ns + _covered_ns(moves + down, start_ns, end_ns)
            begun_ns = min(max(leg.start_ns, down_ns), end_ns) if self._sending.pauses else end_ns
            places = (start_ns, moved_ns, down_ns, begun_ns, end_ns)
            for kind, (from_ns, to_ns) in zip(WAITS, pairwise(places), strict=True):
                if to_ns > from_ns:
                    yield Tile(kind, from_ns, to_ns, leg)

    def _moves(self, leg: Leg) -> Iterator[tuple[int, int]]:
        """Yield when links of a leg changed their site, and when they could send again."""
        lasts_ns = round(self._sending.interruption_s * 1e9)
        for link in leg.links:
            yield from ((at_ns, at_ns + lasts_ns) for at_ns, _ in self._network.handovers(link))


def _begins(leg: Leg) -> list[float]:
    """Return for each passage of a leg what had passed for good when it began [bit]."""
    kept = [passage.payload_bits * (1 - lost) for passage, lost in lost_shares(leg)]
    return [0.0, *accumulate(kept)][: len(kept)]


def _covered_ns(times: Sequence[tuple[int, int | None]], start_ns: int, end_ns: int) -> int:
    """Return how much of a time others cover together, of which some have no end [ns]."""
    covered_ns, until_ns = 0, start_ns
    for from_ns, to_ns in sorted((from_ns, end_ns if to_ns is None else to_ns) for from_ns, to_ns in times):
        covered_ns += max(0, min(to_ns, end_ns) - max(from_ns, until_ns))
        until_ns = max(until_ns, min(to_ns, end_ns))
    return covered_ns
