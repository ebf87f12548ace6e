"""Standard normal numbers that belong to pairs of things: by hashing, so that many are had at once and in any order.

A number depends on the keys of both things, on what it is for and on how often it was drawn, and on nothing else: a
device or a site more changes no other's. The mixing is that of SplitMix64 (Steele, Lea and Flood, Fast Splittable
Pseudorandom Number Generators, OOPSLA 2014), the normal numbers are Box and Muller's (1958).
"""

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_GAMMA, _FIRST, _SECOND = 0x9E3779B97F4A7C15, np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STEPS_APART = 4  # two uniform numbers for each normal one, of two uses


def pair_keys(first: Keys, second: Keys) -> Keys:
    """Return a key for each pair; the order of the two counts. Arguments broadcast against each other."""
    return _mixed(_mixed(first) + second)


def normal_deviates(keys: Keys, number: int, use: int = 0) -> NDArray[np.float64]:
    """Return a standard normal number for each key, of the shape of the keys.

    Args:
        keys: One for each thing or pair.
        number: How many times numbers were drawn before; each gives other ones.
        use: What it is for, 0 or 1; each gives other ones.
    """
    step = _STEPS_APART * number + 2 * use + 1
    first, second = (_uniform(keys + np.uint64(_GAMMA * (step + part) % 2**64)) for part in (0, 1))
    deviates: NDArray[np.float64] = np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)
    return deviates


def _uniform(state: Keys) -> NDArray[np.float64]:
    """Return numbers in [0, 1) from the upper 53 bits."""
    return (_mixed(state) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(state: Keys) -> Keys:
    mixed = (state ^ (state >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed
