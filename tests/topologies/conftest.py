"""What tests of generators share."""

import hashlib

import numpy as np
import pytest


@pytest.fixture(scope="session")
def streams():
    """Give a seed's streams: each name has one of its own, as in the emulator."""

    def of_seed(seed):
        def stream(name):
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
            return np.random.default_rng([seed, key])

        return stream

    return of_seed


@pytest.fixture(scope="session")
def unused():
    """Streams that nobody may draw from."""

    def stream(name):
        raise AssertionError(f"nothing here is random, and yet the stream of {name} was drawn from")

    return stream
