"""Arrangement: how the weights of a structure lie side by side, in memory and in a file."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .found_out import found_out


def padded(size: int, multiple: int = 16) -> int:
    """Return the next multiple at or above a size."""
    return -(-size // multiple) * multiple


class Place(NamedTuple):
    """Where a tensor lies: its shape, strides and size, and its first number in the file and in memory."""

    name: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    size: int
    first: int
    at: int


class Arrangement:
    """The places of float32 tensors: by name, as a safetensors file has them.

    In memory each begins on a 64-byte boundary; what lies between them is zero.

    Attributes:
        names: of the tensors, in canonical order.
        places: of the tensors, in the order in which they lie.
        weights: numbers of all together.
        room: numbers that they take in memory.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.names, places = tuple(shapes), []
        first, at = 0, 0
        for name, shape in sorted(shapes.items()):
            size, strides = math.prod(shape), tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
            places.append(Place(name, shape, strides, size, first, at))
            first, at = first + size, at + padded(size)
        self.places, self.weights, self.room = {place.name: place for place in places}, first, at

    @found_out
    def head(self) -> bytes:
        """What comes before the numbers in a file, as the safetensors library writes it: filled up to 8 bytes."""
        entries = {
            place.name: {
                "dtype": "F32",
                "shape": place.shape,
                "data_offsets": (4 * place.first, 4 * (place.first + place.size)),
            }
            for place in self.places.values()
        }
        text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)
        return len(text).to_bytes(8, "little") + text

    @found_out
    def file_bytes(self) -> int:
        """Size of the file [bytes]."""
        return len(self.head) + 4 * self.weights


@lru_cache(maxsize=64)
def arrangement_of(*shapes: tuple[str, tuple[int, ...]]) -> Arrangement:
    """Return the arrangement of tensors of these names and shapes, one object for all structures that have them."""
    return Arrangement(dict(shapes))
