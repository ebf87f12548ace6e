"""The Gauss-Markov model: speed and direction that change smoothly."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from .legs import Area, Leg, Place, checked_area
from .mobility import Mobility


@dataclass(frozen=True, kw_only=True)
class GaussMarkov(Mobility):
    """Speed and direction remember what they were (Liang and Haas, INFOCOM 1999, in the form of Camp et al. 2002).

    At each update, with a the memory and w a standard normal number, speed and direction both follow::

        v' = a v + (1 - a) mean + sqrt(1 - a^2) deviation w

    so that their autocorrelation over k updates is a^k. The first values are drawn from the law that stays, the mean
    direction of a node from all directions alike. A speed below 0 goes backwards.

    A node within the margin of an edge has its mean direction turned away from that edge (Camp, Boleng and Davies, A
    Survey of Mobility Models for Ad Hoc Network Research, 2002), until it comes near another. A step that would cross
    an edge all the same is mirrored at it, place and direction.
    """

    speed_mps: Annotated[float, "Mean speed.", Gt(0)]
    speed_deviation_mps: Annotated[float, "Standard deviation of the speed.", Ge(0)]
    direction_deviation_deg: Annotated[
        float, "Standard deviation of the direction around its mean, in degrees.", Ge(0)
    ] = 45.0
    # The figures of Camp et al. 2002 are made with this memory and one update a second.
    memory: Annotated[float, "0: each update is a new draw; 1: nothing ever changes.", Ge(0), Le(1)] = 0.75
    interval_s: Annotated[float, "Time from one update to the next.", Gt(0)] = 1.0
    margin_m: Annotated[
        float | None, "Distance from an edge at which a node turns away; by default a tenth of the shorter side.", Ge(0)
    ] = None
    area_m: Annotated[
        Area | None, "Two opposite corners of the area, smaller x and y first; by default it holds all nodes."
    ] = None

    def __post_init__(self) -> None:
        """Check the area.

        Raises:
            ValueError: It is none.
        """
        super().__post_init__()
        if self.area_m is not None:
            checked_area(self.area_m)

    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield a leg for each interval, without end.

        Raises:
            ValueError: The area has no room to move, or the node starts outside it.
        """
        (left_m, low_m), (right_m, high_m) = area = checked_area(self.area_m or area_m)
        x_m, y_m = start_m
        if not (left_m <= x_m <= right_m and low_m <= y_m <= high_m):
            raise ValueError(f"{name} starts at {start_m}, outside the area {area} in which it is to move")
        spread = math.radians(self.direction_deviation_deg)
        mean = float(rng.uniform(0.0, 2.0 * math.pi))
        speed_mps = self.speed_mps + self.speed_deviation_mps * float(rng.standard_normal())
        direction = mean + spread * float(rng.standard_normal())
        update = 0
        while True:
            yield Leg(update * self.interval_s, x_m, y_m)
            step_m = speed_mps * self.interval_s
            x_m, mirrored_x = mirrored(x_m + step_m * math.cos(direction), left_m, right_m)
            y_m, mirrored_y = mirrored(y_m + step_m * math.sin(direction), low_m, high_m)
            direction = math.pi - direction if mirrored_x else direction
            direction = -direction if mirrored_y else direction
            mean = self._away(x_m, y_m, area, mean)
            speed_mps = self._next(speed_mps, self.speed_mps, self.speed_deviation_mps, rng)
            direction = self._next(direction, nearest_turn(mean, direction), spread, rng)
            update += 1

    def _next(self, value: float, mean: float, deviation: float, rng: np.random.Generator) -> float:
        fresh = math.sqrt(1.0 - self.memory**2) * deviation * float(rng.standard_normal())
        return self.memory * value + (1.0 - self.memory) * mean + fresh

    def _away(self, x_m: float, y_m: float, area: Area, mean: float) -> float:
        """Return the mean direction: away from the edges that are near, or as it was."""
        (left_m, low_m), (right_m, high_m) = area
        margin_m = 0.1 * min(right_m - left_m, high_m - low_m) if self.margin_m is None else self.margin_m
        across = (x_m < left_m + margin_m) - (x_m > right_m - margin_m)
        along = (y_m < low_m + margin_m) - (y_m > high_m - margin_m)
        return math.atan2(along, across) if across or along else mean


def mirrored(place_m: float, low_m: float, high_m: float) -> tuple[float, bool]:
    """Return the place between two mirrors that the straight way to a place ends at, and whether it runs backwards."""
    width_m = high_m - low_m
    if width_m == 0.0:
        return low_m, False
    over_m = (place_m - low_m) % (2.0 * width_m)
    backwards = over_m > width_m
    return low_m + (2.0 * width_m - over_m if backwards else over_m), backwards


def nearest_turn(mean: float, direction: float) -> float:
    """Return the mean direction with as many full turns as bring it nearest to a direction [rad]."""
    return mean + 2.0 * math.pi * round((direction - mean) / (2.0 * math.pi))
