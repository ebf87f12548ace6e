"""Legs, the pieces of a movement, and the area in which it stays."""

from collections.abc import Iterable
from typing import NamedTuple

Place = tuple[float, float]
"""x and y [m]."""

Area = tuple[Place, Place]
"""A rectangle: its corner of smallest x and y, and the opposite one [m]."""


class Leg(NamedTuple):
    """Where a node is at the start of a leg; until the next one starts it moves there in a straight line.

    A pause is two legs from one place.
    """

    start_s: float
    x_m: float
    y_m: float


def bounding_area(places: Iterable[Place]) -> Area:
    """Return the smallest area that holds all places.

    Raises:
        ValueError: There are none.
    """
    xs, ys = zip(*places, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def checked_area(area_m: Area) -> Area:
    """Return the area.

    Raises:
        ValueError: Its second corner is below the first, or it is a single point, in which nothing can move.
    """
    (left_m, low_m), (right_m, high_m) = area_m
    if right_m < left_m or high_m < low_m:
        raise ValueError(f"area is {area_m}; its first corner must have the smaller x and y, in metres")
    if (left_m, low_m) == (right_m, high_m):
        raise ValueError(f"area is the single point {area_m[0]}; give an area with room to move")
    return area_m
