"""Random streams by name: one seed, and a generator for each thing that needs chance.

A stream depends on the seed and its name alone, so adding a node moves no other node's draws.
"""

import hashlib
import json
from collections.abc import Callable

import numpy as np

Stream = Callable[[str], np.random.Generator]


def hashed_seed(*parts: int | str) -> int:
    """Return a 63-bit seed that depends on the parts, their types and their order, and on nothing else."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(*parts: int | str) -> np.random.Generator:
    """Return a fresh PCG64 generator for the thing that the parts name."""
    return np.random.Generator(np.random.PCG64(hashed_seed(*parts)))


def named_streams(*root: int | str) -> Stream:
    """Return the streams below a root: calling the result with a name gives that name's fresh generator."""
    return lambda name: generator(*root, name)
