import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import MLPStructure, combine, norm, zeros
from wayfare.models.model import Model, same_weights

STRUCTURE = MLPStructure((6, 4, 3))
FACTORS = st.floats(-4, 4)


def model(seed):
    return STRUCTURE.initial(seed)


@settings(max_examples=20, deadline=None)
@given(FACTORS, FACTORS)
def test_a_sum_is_linear_in_its_factors(first, second):
    a, b = model(1), model(2)
    for name, tensor in combine([a, b], [first, second]).weights.items():
        expected = first * a.weights[name].double() + second * b.weights[name].double()
        assert torch.equal(tensor, expected.float())


def test_a_model_less_itself_is_zero_and_one_times_itself_is_itself():
    assert same_weights(combine([model(1), model(1)], [1, -1]), zeros(model(1)))
    assert same_weights(combine([model(1)], [1]), model(1))


def test_the_sum_is_rounded_once():
    """In float32 a first step would lose the small one: 1 + 2^-30 - 1."""
    one, small = (
        Model(STRUCTURE, {name: torch.full(shape, value) for name, shape in STRUCTURE.shapes.items()})
        for value in (1.0, 2.0**-30)
    )
    assert float(combine([one, small, one], [1, 1, -1]).weights["layer1.bias"][0]) == 2.0**-30


def test_a_norm_counts_every_weight():
    ones = Model(STRUCTURE, {name: torch.ones(shape) for name, shape in STRUCTURE.shapes.items()})
    assert norm(ones) == math.sqrt(STRUCTURE.parameters)
    assert norm(zeros(ones)) == 0


def test_factors_that_do_not_match_and_other_structures_are_refused():
    with pytest.raises(ValueError, match="a factor for each"):
        combine([model(1)], [1, 2])
    with pytest.raises(ValueError, match="one structure"):
        combine([model(1), MLPStructure((6, 5, 3)).initial(1)], [1, 1])
