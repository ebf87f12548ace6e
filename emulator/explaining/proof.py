"""The proof of an explanation: the rates, worked out again, carried what the transfer was, and no more."""

import math
from itertools import pairwise
from typing import NamedTuple

from .legs import Leg
from .recorded_network import RecordedNetwork
from .sending import Sending

RELATIVE = 1e-9


class Proof(NamedTuple):
    """What the rates add up to on the way into the destination, and whether it is what it should be."""

    accounted_bits: float
    exact: bool


def prove(
    network: RecordedNetwork, legs: list[Leg], size_bytes: int, piece_bits: float, target: int, sending: Sending
) -> Proof:
    """Return what the rates add up to at the destination, and whether all that should be the size is.

    What had passed a link that then led to another site has gone ahead, and the hops after it carry the rest. Where
    nothing of the kind happened, every hop that was crossed carried the size.
    """
    size_bits = 8.0 * size_bytes
    arrived = [leg for leg in legs if leg.target == target]
    moved = [leg for leg in legs if _moved(network, leg)]
    ahead = [leg for leg in moved if leg.end_ns is None and leg.target != target]
    ahead_bits = math.fsum(math.fmod(leg.kept_bits, piece_bits) for leg in ahead)
    accounted_bits = math.fsum(leg.kept_bits for leg in arrived) + ahead_bits
    rounding_bits = sum(_rounding(leg, size_bits, sending) for leg in (*arrived, *ahead))
    if accounted_bits <= rounding_bits:
        accounted_bits = 0.0
    exact = abs(accounted_bits - size_bits) <= rounding_bits
    if not moved and all(leg.end_ns is not None for leg in legs):
        exact = exact and all(abs(leg.kept_bits - size_bits) <= _rounding(leg, size_bits, sending) for leg in legs)
    return Proof(accounted_bits, exact)


def _moved(network: RecordedNetwork, leg: Leg) -> bool:
    """Tell whether a leg ended as its link moved to another site."""
    last = {interruption.time_ns for interruption in leg.interruptions[-1:]}
    return any(at_ns in last for link in leg.links for at_ns, _ in network.handovers(link))


def _rounding(leg: Leg, size_bits: float, sending: Sending) -> float:
    """Return how many bits are left open by times in whole nanoseconds, and by segments that were broken off."""
    jumps_bps = 0.0
    for passage in leg.passages:
        rates = [0.0, *(spell.rate_bps for spell in passage.spells), 0.0]
        jumps_bps += sum(abs(after - before) for before, after in pairwise(rates))
    broken_bits = 8.0 * sending.overhead_bytes * len(leg.interruptions)
    return jumps_bps * 1e-9 + broken_bits + RELATIVE * size_bits
