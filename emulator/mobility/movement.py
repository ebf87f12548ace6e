"""Where many nodes are at a time."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .legs import Leg


class Movement:
    """The places of nodes over time, asked for in order of time; the legs are made as they are needed.

    A node is at the place of its first leg until that starts, and at that of its last leg ever after.
    """

    def __init__(self, legs: Sequence[Iterator[Leg]]) -> None:
        """Begin with the first two legs of each node.

        Raises:
            ValueError: A node has no leg.
        """
        self._legs = legs
        self._asked_s = -math.inf
        firsts = [next(ahead, None) for ahead in legs]
        if None in firsts:
            raise ValueError(f"node number {firsts.index(None)} of the movement has no leg")
        self._here: NDArray[np.float64] = np.array(firsts, dtype=float).reshape(-1, 3)
        self._ahead = np.empty_like(self._here)
        for node in range(len(legs)):
            self._look_ahead(node)

    def positions_m(self, now_s: float) -> NDArray[np.float64]:
        """Return the places at a time, not before the one asked for last, shape (nodes, 2) [m].

        Raises:
            ValueError: The time is before that.
        """
        if not now_s >= self._asked_s:
            raise ValueError(f"places at {now_s} s are asked for after those at {self._asked_s} s")
        self._asked_s = now_s
        for node in np.flatnonzero(self._ahead[:, 0] <= now_s):
            self._advance(int(node), now_s)
        start_s, end_s = self._here[:, 0], self._ahead[:, 0]
        share = np.maximum(now_s - start_s, 0.0) / (end_s - start_s)
        places: NDArray[np.float64] = self._here[:, 1:] + share[:, None] * (self._ahead[:, 1:] - self._here[:, 1:])
        return places

    def _advance(self, node: int, now_s: float) -> None:
        while self._ahead[node, 0] <= now_s:
            self._here[node] = self._ahead[node]
            self._look_ahead(node)

    def _look_ahead(self, node: int) -> None:
        here = Leg(*self._here[node])
        ahead = next(self._legs[node], Leg(math.inf, here.x_m, here.y_m))
        while ahead.start_s == here.start_s:  # a jump: the place that was named last counts
            here, ahead = ahead, next(self._legs[node], Leg(math.inf, ahead.x_m, ahead.y_m))
        if not ahead.start_s > here.start_s:
            raise ValueError(
                f"node number {node} of the movement has a leg at {ahead.start_s} s after {here.start_s} s"
            )
        self._here[node], self._ahead[node] = here, ahead
