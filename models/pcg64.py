"""PCG64 from many seeds at once: the states that `numpy.random.PCG64` begins with.

NumPy hashes a seed with its SeedSequence (which NEP 19 keeps as it is: O'Neill's `seed_seq_fe`, of four words of
32 bits), and sets the generator from the result (O'Neill, "PCG", HMC-CS-2014-0905, section 4.3.2: two steps).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_MULTIPLIER, _MASK = 0x2360ED051FC65DA44385DF649FCCF645, 2**128 - 1
_LEFT, _RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_OTHERS = [[place for place in range(4) if place != source] for source in range(4)]


def _powers(first: int, factor: int, count: int) -> Words:
    """Return the constants (count, 1) of so many hashings in a row."""
    return np.array([[first * pow(factor, power, 2**32) % 2**32] for power in range(count)], np.uint32)


_IN, _OUT = _powers(0x43B0D7E5, 0x931E8875, 17), _powers(0x8B51F9DD, 0x58F38DED, 9)


def initial_states(seeds: Sequence[int]) -> Iterator[Any]:
    """Yield the state that `PCG64(seed)` begins with, for each of some seeds of at most 64 bits."""
    for first, second, third, fourth in _hashed_seeds(np.array(seeds, np.uint64)).tolist():
        increment = ((third << 64 | fourth) << 1 | 1) & _MASK
        state = ((increment + (first << 64 | second)) * _MULTIPLIER + increment) & _MASK
        yield {
            "bit_generator": "PCG64",
            "state": {"state": state, "inc": increment},
            "has_uint32": 0,
            "uinteger": 0,
        }


def _hashed_seeds(seeds: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `SeedSequence(seed).generate_state(4, uint64)` of each seed: (seeds, 4)."""
    words = np.zeros((4, len(seeds)), np.uint32)
    words[:2] = seeds & np.uint64(2**32 - 1), seeds >> np.uint64(32)
    pool, at = _hashed(words, _IN[:5]), 4
    for source, others in enumerate(_OTHERS):
        mixed = _LEFT * pool[others] - _RIGHT * _hashed(pool[source], _IN[at : at + 4])
        pool[others] = mixed ^ mixed >> np.uint32(16)
        at += 3
    low, high = (_hashed(np.tile(pool, (2, 1)), _OUT)[half::2].astype(np.uint64) for half in (0, 1))
    return (low | high << np.uint64(32)).T


def _hashed(words: Words, constants: Words) -> Words:
    """Return words hashed, each with a constant and the one after it."""
    hashed = (words ^ constants[:-1]) * constants[1:]
    return hashed ^ hashed >> np.uint32(16)
