import pytest
import torch

from wayfare.models import Contribution, MLPStructure, merge, same_weights
from wayfare.models.merging import Fisher

STRUCTURE = MLPStructure((5, 4, 3))
MODELS = [STRUCTURE.initial(seed) for seed in range(3)]


def importance(value):
    return {name: torch.full(shape, float(value)) for name, shape in STRUCTURE.shapes.items()}


def test_fisher_information_of_ones_is_the_mean():
    weights = [1, 2, 5]
    given = [Contribution(model, each, 0, importance(1)) for model, each in zip(MODELS, weights, strict=True)]
    for name, tensor in merge(MODELS, weights).weights.items():
        torch.testing.assert_close(Fisher().merge(given).weights[name], tensor, rtol=1e-6, atol=1e-7)


def test_a_weight_that_one_model_is_sure_of_is_nearly_that_models():
    sure, vague = importance(1), importance(0)
    sure["layer1.bias"], vague["layer1.bias"] = vague["layer1.bias"], sure["layer1.bias"]
    merged = Fisher().merge([Contribution(MODELS[0], 1, 0, sure), Contribution(MODELS[1], 1, 0, vague)])
    for name, tensor in merged.weights.items():
        right = MODELS[1 if name == "layer1.bias" else 0].weights[name]
        torch.testing.assert_close(tensor, right, rtol=0, atol=1e-5)


def test_what_nobody_is_sure_of_is_the_mean():
    given = [Contribution(model, 1, 0, importance(0)) for model in MODELS]
    for name, tensor in merge(MODELS, [1, 1, 1]).weights.items():
        torch.testing.assert_close(Fisher().merge(given).weights[name], tensor, rtol=1e-6, atol=1e-7)


def test_equal_models_stay_to_the_bit():
    given = [Contribution(MODELS[0], each, 0, importance(each)) for each in (1, 2, 3)]
    assert same_weights(Fisher().merge(given), MODELS[0])


@pytest.mark.parametrize(
    "wrong", [None, {}, importance(-1), importance(float("nan"))], ids=["none", "empty", "< 0", "nan"]
)
def test_models_without_fisher_information_are_refused(wrong):
    with pytest.raises(ValueError, match="Fisher information"):
        Fisher().merge([Contribution(MODELS[0], 1, 0, wrong)])
