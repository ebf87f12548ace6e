"""Where nodes are now."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.mobility import Leg, Movement
from wayfare.emulator.records import RunWriter


class Places:
    """The places of all nodes, brought up to date when asked; the legs of those that move are recorded.

    Attributes:
        positions_m: Shape (nodes, 2), changed in place [m].
        moving: Ids of the nodes that move.
    """

    def __init__(self, positions_m: NDArray[np.float64], legs: Mapping[int, Iterator[Leg]], writer: RunWriter) -> None:
        self.positions_m, self._writer = positions_m, writer
        self.moving = np.array(sorted(legs), dtype=np.intp)
        self._movement = Movement([self._noted(int(node), legs[int(node)]) for node in self.moving])

    def _noted(self, node: int, legs: Iterator[Leg]) -> Iterator[Leg]:
        for leg in legs:
            self._writer.place(leg.start_s, node, leg.x_m, leg.y_m)
            yield leg

    def move(self, now_s: float) -> None:
        """Bring the places up to date."""
        if len(self.moving):
            self.positions_m[self.moving] = self._movement.positions_m(now_s)
