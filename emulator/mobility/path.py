"""Nodes that go from waypoint to waypoint."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Annotated

import numpy as np
from annotated_types import Gt, Le, MinLen

from .legs import Area, Leg, Place
from .mobility import Mobility


@dataclass(frozen=True, kw_only=True)
class Path(Mobility):
    """Nodes that go from where the topology places them to the first waypoint, and so on to the last.

    With a speed they never rest; with times they are at each waypoint at its time, and a first time of 0 puts them
    there from the start. A path that repeats goes from the last waypoint to the first again, without end.
    """

    waypoints_m: Annotated[tuple[Place, ...], "Places, each with x and y.", MinLen(1)]
    speed_mps: Annotated[float | None, "Speed; or give times.", Gt(0), Le(3e8)] = None
    times_s: Annotated[tuple[float, ...], "When a node is at each waypoint; or give a speed."] = ()
    repeat: Annotated[bool, "Whether the path begins again at its end; one with times must end where it begins."] = (
        False
    )

    def __post_init__(self) -> None:
        """Check waypoints, speed and times.

        Raises:
            ValueError: There is neither speed nor times, or both; the times do not fit; or a path cannot repeat.
        """
        super().__post_init__()
        if not self.waypoints_m:
            raise ValueError("a path needs a waypoint")
        if (self.speed_mps is not None) == bool(self.times_s):
            raise ValueError("a path needs either a speed or times")
        if self.times_s:
            self._check_times()
        elif self.repeat and len(set(self.waypoints_m)) == 1:
            raise ValueError("a path that repeats at a speed needs two waypoints at different places")

    def _check_times(self) -> None:
        if len(self.times_s) != len(self.waypoints_m):
            raise ValueError(f"a path has {len(self.waypoints_m)} waypoints and {len(self.times_s)} times")
        if self.times_s[0] < 0.0 or any(not late > early for early, late in pairwise(self.times_s)):
            raise ValueError(f"times of a path are {self.times_s}; they must grow, from 0 s or later")
        if self.repeat and (len(self.times_s) < 2 or self.waypoints_m[0] != self.waypoints_m[-1]):
            raise ValueError("a path with times that repeats must end at the waypoint where it begins")

    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield the legs; nothing is random."""
        return self._timed(start_m) if self.speed_mps is None else self._at_speed(start_m, self.speed_mps)

    def _at_speed(self, start_m: Place, speed_mps: float) -> Iterator[Leg]:
        now_s, (x_m, y_m) = 0.0, start_m
        yield Leg(now_s, x_m, y_m)
        for goal_x_m, goal_y_m in cycle(self.waypoints_m) if self.repeat else self.waypoints_m:
            now_s += math.hypot(goal_x_m - x_m, goal_y_m - y_m) / speed_mps
            x_m, y_m = goal_x_m, goal_y_m
            yield Leg(now_s, x_m, y_m)

    def _timed(self, start_m: Place) -> Iterator[Leg]:
        yield Leg(0.0, *start_m)
        stops = list(zip(self.times_s, self.waypoints_m, strict=True))
        for time_s, place_m in stops:
            yield Leg(time_s, *place_m)
        turn = 0
        while self.repeat:
            turn += 1
            for time_s, place_m in stops[1:]:
                yield Leg(turn * (self.times_s[-1] - self.times_s[0]) + time_s, *place_m)
