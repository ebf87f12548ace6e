"""Movement files of the network simulator ns-2, as its `setdest` writes them.

Three kinds of lines count::

    $node_(0) set X_ 150.0
    $node_(0) set Y_ 93.5
    $ns_ at 2.0 "$node_(0) setdest 250.0 99.0 10.5"

The last sends a node at a time from wherever it is then to a place at a speed [m/s]. Heights (Z_), comments and what a
file says to `$god_` are left aside; at a speed of 0 a node stops.
"""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from wayfare.emulator.background import TraceError

from .legs import Leg, Place

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_PLACED = re.compile(rf"\$node_\((\d+)\)\s+set\s+([XYZ])_\s+{_NUMBER}")
_SENT = re.compile(rf'\$ns_\s+at\s+{_NUMBER}\s+"\$node_\((\d+)\)\s+setdest\s+{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s*"')
_ASIDE = re.compile(r'(#.*|\$god_\s.*|set\s+god_\s.*|\$ns_\s+at\s+\S+\s+"\$god_\s.*)?')


class _Order(NamedTuple):
    """A node is sent to a place."""

    start_s: float
    goal_m: Place
    speed_mps: float


def setdest_legs(lines: Iterable[str], file: str) -> dict[str, list[Leg]]:
    """Return the legs of every node that a movement file places, by its number as a text.

    Args:
        lines: The lines of the file.
        file: Its name, for messages.

    Raises:
        TraceError: A line is none of the known ones, or a node is sent or half placed without a place.
    """
    places: dict[str, dict[str, float]] = {}
    orders: dict[str, list[_Order]] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if placed := _PLACED.fullmatch(text):
            places.setdefault(placed[1], {})[placed[2]] = float(placed[3])
        elif sent := _SENT.fullmatch(text):
            start_s, x_m, y_m, speed_mps = (float(sent[group]) for group in (1, 3, 4, 5))
            if start_s < 0.0 or speed_mps < 0.0:
                raise TraceError(f"{file}:{number}: time and speed must not be negative: {text}")
            orders.setdefault(sent[2], []).append(_Order(start_s, (x_m, y_m), speed_mps))
        elif not _ASIDE.fullmatch(text):
            raise TraceError(f"{file}:{number}: not a line of an ns-2 movement file: {text}")
    for node in places.keys() | orders.keys():
        if not {"X", "Y"} <= places.get(node, {}).keys():
            raise TraceError(f"{file}: $node_({node}) is not placed; it needs 'set X_' and 'set Y_'")
    return {node: _legs((place["X"], place["Y"]), orders.get(node, [])) for node, place in places.items()}


def _legs(start_m: Place, orders: list[_Order]) -> list[Leg]:
    """Return the legs of one node: an order that comes on the way ends the one before."""
    legs = [Leg(0.0, *start_m)]
    for start_s, goal_m, speed_mps in sorted(orders, key=lambda order: order.start_s):
        here = _at(legs, start_s)
        if legs[-1].start_s > start_s:
            legs.pop()
        legs.append(here)
        if speed_mps > 0.0:
            legs.append(Leg(start_s + math.dist(here[1:], goal_m) / speed_mps, *goal_m))
    return legs


def _at(legs: list[Leg], now_s: float) -> Leg:
    """Return where the last leg, or the way to it, has a node at a time after the one but last."""
    last = legs[-1]
    if last.start_s <= now_s:
        return last._replace(start_s=now_s)
    before = legs[-2]
    share = (now_s - before.start_s) / (last.start_s - before.start_s)
    return Leg(now_s, before.x_m + share * (last.x_m - before.x_m), before.y_m + share * (last.y_m - before.y_m))
