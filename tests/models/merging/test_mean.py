import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import MLPStructure, merge, same_weights

STRUCTURE = MLPStructure((5, 4, 3))
WEIGHT = st.floats(1e-3, 1e6)


def test_merging_one_model_is_that_model():
    model = STRUCTURE.initial(1)
    assert same_weights(merge([model], [17]), model)


@given(st.lists(WEIGHT, min_size=1, max_size=12))
def test_merging_equal_models_is_that_model_to_the_bit(weights):
    model = STRUCTURE.initial(1)
    assert same_weights(merge([model] * len(weights), weights), model)


@settings(max_examples=30)
@given(st.lists(WEIGHT, min_size=2, max_size=6))
def test_merging_is_the_weighted_mean(weights):
    models = [STRUCTURE.initial(seed) for seed in range(len(weights))]
    merged = merge(models, weights)
    for name, tensor in merged.weights.items():
        stacked = torch.stack([model.weights[name].double() for model in models])
        expected = torch.tensordot(torch.tensor(weights, dtype=torch.float64), stacked, 1) / sum(weights)
        torch.testing.assert_close(tensor.double(), expected, rtol=1e-6, atol=1e-7)


def test_a_model_of_weight_zero_does_not_count():
    one, two, three = (STRUCTURE.initial(seed) for seed in range(3))
    assert same_weights(merge([one, two, three], [1, 0, 3]), merge([one, three], [1, 3]))


@pytest.mark.parametrize("weights", [[], [1], [0, 0], [1, -1], [1, float("nan")], [1, float("inf")]], ids=str)
def test_weights_that_make_no_mean_are_refused(weights):
    with pytest.raises(ValueError, match="merging"):
        merge([STRUCTURE.initial(1), STRUCTURE.initial(2)], weights)


def test_models_of_different_structure_are_refused():
    with pytest.raises(ValueError, match="one structure"):
        merge([STRUCTURE.initial(1), MLPStructure((5, 4, 3), "tanh").initial(1)], [1, 1])
