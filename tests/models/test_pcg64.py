import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models.pcg64 import initial_states
from wayfare.models.streams import generators

seeds = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40)


@settings(max_examples=30)
@given(seeds)
def test_states_are_those_that_numpy_begins_with(seeds):
    assert list(initial_states(seeds)) == [np.random.PCG64(seed).state for seed in seeds]


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1])
def test_seeds_at_the_ends_of_words_are_hashed_as_numpy_hashes_them(seed):
    assert next(initial_states([seed])) == np.random.PCG64(seed).state


@pytest.mark.parametrize("many", [3, 40])
def test_generators_draw_what_generators_of_their_own_draw(many):
    together = [(rng.integers(2**40), rng.permutation(9).tolist(), rng.normal()) for rng in generators(range(many))]
    alone = [np.random.Generator(np.random.PCG64(seed)) for seed in range(many)]
    assert together == [(rng.integers(2**40), rng.permutation(9).tolist(), rng.normal()) for rng in alone]
