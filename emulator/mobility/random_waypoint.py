"""The random waypoint model."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from .legs import Area, Leg, Place, checked_area
from .mobility import Mobility


@dataclass(frozen=True, kw_only=True)
class RandomWaypoint(Mobility):
    """Go straight to a random place of the area at a random speed, pause, and go on (Johnson and Maltz 1996).

    Places are uniform over the area and speeds uniform over their range. Nodes start where the topology places them,
    without a pause, and end up more often in the middle than at the edges (Bettstetter, Resta and Santi, IEEE Trans.
    Mobile Computing, 2003). The lowest speed must be above 0, as otherwise the mean speed falls for ever (Yoon, Liu and
    Noble, INFOCOM 2003).
    """

    speed_min_mps: Annotated[float, "Lowest speed.", Gt(0)]
    speed_max_mps: Annotated[float, "Highest speed.", Gt(0), Le(3e8)]
    pause_s: Annotated[float, "Time that a node stays at each place that it reaches.", Ge(0)] = 0.0
    area_m: Annotated[
        Area | None, "Two opposite corners of the area, smaller x and y first; by default it holds all nodes."
    ] = None

    def __post_init__(self) -> None:
        """Check the speeds and the area.

        Raises:
            ValueError: The highest speed is below the lowest, the lowest is not above 0, or the area is none.
        """
        super().__post_init__()
        if not 0.0 < self.speed_min_mps <= self.speed_max_mps < math.inf:
            raise ValueError(
                f"speeds are {self.speed_min_mps} to {self.speed_max_mps} m/s; "
                "the lowest must be above 0 and the highest not below it"
            )
        if self.area_m is not None:
            checked_area(self.area_m)

    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield legs without end, three numbers drawn for each place; a start outside the area is left for good.

        Raises:
            ValueError: The area has no room to move.
        """
        low, high = np.array(checked_area(self.area_m or area_m))
        now_s, (x_m, y_m) = 0.0, start_m
        yield Leg(now_s, x_m, y_m)
        while True:
            goal_x_m, goal_y_m = (low + (high - low) * rng.random(2)).tolist()
            speed_mps = float(rng.uniform(self.speed_min_mps, self.speed_max_mps))
            now_s += math.hypot(goal_x_m - x_m, goal_y_m - y_m) / speed_mps
            x_m, y_m = goal_x_m, goal_y_m
            yield Leg(now_s, x_m, y_m)
            if self.pause_s > 0.0:
                now_s += self.pause_s
                yield Leg(now_s, x_m, y_m)
