"""What changes rarely, tile by tile: the last value of each key before a tile, and the first after it."""

import numpy as np
from numpy.typing import NDArray

from wayfare.dashboard.network import Floats, Ints

SNAPSHOT_TILES = 32


class ValuesByTile:
    """Values of keys, such as a node's accuracy, of which each tile adds some.

    Args:
        width: How many numbers a value has.
    """

    def __init__(self, width: int = 1) -> None:
        self._width = width
        self._last: list[tuple[Ints, Floats]] = []
        self._first: list[tuple[Ints, Floats]] = []
        self._snapshots: list[tuple[Ints, Floats]] = []

    def add(self, key: NDArray[np.generic], value: NDArray[np.generic]) -> None:
        """Add the values of the next tile, in order of time."""
        keys, values = self._shaped(key, value)
        if len(self._last) % SNAPSHOT_TILES == 0:
            self._snapshots.append(self.before(len(self._last)))
        self._last.append(last_of(keys, values))
        self._first.append(first_of(keys, values))

    def before(self, tile: int) -> tuple[Ints, Floats]:
        """Return the keys that have a value before a tile begins, in order, and their last values."""
        place = min(tile // SNAPSHOT_TILES, len(self._snapshots) - 1)
        pieces = [self._snapshots[place]] if place >= 0 else []
        pieces += self._last[max(place, 0) * SNAPSHOT_TILES : tile]
        return last_of(*self._stacked(pieces))

    def after(self, tile: int, key: NDArray[np.generic], value: NDArray[np.generic]) -> tuple[Ints, Floats]:
        """Return the keys that get a value after a tile, and the first of each; what follows all tiles is given."""
        return first_of(*self._stacked([*self._first[tile + 1 :], self._shaped(key, value)]))

    def _shaped(self, key: NDArray[np.generic], value: NDArray[np.generic]) -> tuple[Ints, Floats]:
        return np.asarray(key, dtype=np.int64), np.asarray(value, dtype=np.float64).reshape(len(key), self._width)

    def _stacked(self, pieces: list[tuple[Ints, Floats]]) -> tuple[Ints, Floats]:
        if not pieces:
            return np.zeros(0, dtype=np.int64), np.zeros((0, self._width))
        return np.concatenate([keys for keys, _ in pieces]), np.concatenate([values for _, values in pieces])


def first_of(keys: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Return each key once, in order, with the first of its values."""
    unique, place = np.unique(keys, return_index=True)
    return unique, values[place]


def last_of(keys: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Return each key once, in order, with the last of its values."""
    return first_of(keys[::-1], values[::-1])
