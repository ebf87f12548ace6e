"""Random streams by name: one seed, and a generator for each thing that needs chance.

A stream depends on the seed and its name alone, so adding a node moves no other node's draws.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii as _quoted

import numpy as np

from .pcg64 import initial_states

_MANY = 16  # fewer seeds are hashed faster one by one

Stream = Callable[[str], np.random.Generator]


def hashed_seed(*parts: int | str) -> int:
    """Return a 63-bit seed that depends on the parts, their types and their order, and on nothing else."""
    return _seed_in(hashlib.sha256(f"[{_listed(parts)}]".encode()).digest())


def _listed(parts: Sequence[int | str]) -> str:
    """Return what `json.dumps` has between its brackets, in half of the time."""
    return ", ".join([_quoted(part) if isinstance(part, str) else int.__repr__(part) for part in parts])


def _seed_in(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big") >> 1


def generator(*parts: int | str) -> np.random.Generator:
    """Return a fresh PCG64 generator for the thing that the parts name."""
    return np.random.Generator(np.random.PCG64(hashed_seed(*parts)))


def generators(seeds: Sequence[int]) -> Iterator[np.random.Generator]:
    """Yield what `np.random.Generator(np.random.PCG64(seed))` is for each of some seeds of 64 bits.

    Of many it is one object in one state after the other: use each before the next. That takes a third of the time.
    """
    if len(seeds) < _MANY:
        yield from (np.random.Generator(np.random.PCG64(seed)) for seed in seeds)
        return
    bits = np.random.PCG64(0)
    generator = np.random.Generator(bits)
    for state in initial_states(seeds):
        bits.state = state
        yield generator


class NamedStreams:
    """The streams below a root."""

    def __init__(self, *root: int | str) -> None:
        self._root = root

    def __call__(self, *name: int | str) -> np.random.Generator:
        """Return a name's fresh generator."""
        return generator(*self._root, *name)

    def numbered(self, *name: int | str, numbers: Iterable[int]) -> Iterator[np.random.Generator]:
        """Yield the streams whose names end in these numbers, each to be used before the next."""
        begin = hashlib.sha256(f"[{_listed((*self._root, *name))}, ".encode())
        return generators([_seed_of(begin, number) for number in numbers])


def _seed_of(begin: "hashlib._Hash", number: int) -> int:
    """Return the hashed seed of a name that ends in a number, all before which has been hashed."""
    whole = begin.copy()
    whole.update(f"{number}]".encode())
    return _seed_in(whole.digest())


def named_streams(*root: int | str) -> NamedStreams:
    """Return the streams below a root."""
    return NamedStreams(*root)
