import pytest
import torch

from wayfare.models import LinearStructure, Model, Shard, TransformerStructure
from wayfare.models.merging import fisher_information

FEATURES = torch.tensor([[1, 2], [3, 0], [0, 4], [2, 2]], dtype=torch.uint8)


def silent(structure):
    return Model(structure, {name: torch.zeros(shape) for name, shape in structure.shapes.items()})


def test_of_two_equally_likely_classes_it_is_a_quarter_of_the_mean_squared_input():
    """The gradient of log p by a class's weights is (1[y = class] - 1/2) x, and its square x^2 / 4 for either y."""
    shard = Shard(FEATURES, torch.tensor([0, 1, 1, 0]), 0.5)
    found = fisher_information(silent(LinearStructure((2, 2))), shard, 1)
    expected = shard.inputs.square().mean(0) / 4
    torch.testing.assert_close(found["layer1.weight"], expected.expand(2, 2))
    torch.testing.assert_close(found["layer1.bias"], torch.full((2,), 0.25))


def test_of_numbers_with_variance_one_it_is_the_mean_squared_input_on_average():
    """The expectation of (noise x)^2 over standard normal noise is x^2; its mean over 2,000 samples is within 10 %."""
    shard = Shard(torch.ones(2000, 1), torch.zeros(2000, 1), 2.0, "regression")
    found = fisher_information(silent(LinearStructure((1, 1), task="regression")), shard, 1)
    assert found["layer1.weight"].item() == pytest.approx(4.0, rel=0.1)
    assert found["layer1.bias"].item() == pytest.approx(1.0, rel=0.1)


def test_it_depends_on_its_seed_and_not_on_the_labels():
    structure = LinearStructure((2, 3))
    model = structure.initial(1)
    right, wrong = (Shard(FEATURES, torch.tensor(labels), 1.0) for labels in ([0, 1, 2, 0], [2, 2, 2, 2]))
    first, again, other = (fisher_information(model, *given) for given in ((right, 1), (wrong, 1), (right, 2)))
    assert torch.equal(first["layer1.weight"], again["layer1.weight"])
    assert not torch.equal(first["layer1.weight"], other["layer1.weight"])


def test_a_language_model_has_it_too_and_one_that_diverged_none():
    structure = TransformerStructure(8, 1, 1, 8)
    text = torch.randint(0, 256, (3, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    shard = Shard(text, text.long(), 1.0, "language")
    model = structure.initial(1)
    assert all(bool((tensor >= 0).all()) for tensor in fisher_information(model, shard, 1).values())
    lost = Model(structure, {name: tensor * torch.nan for name, tensor in model.weights.items()})
    assert all(not tensor.any() for tensor in fisher_information(lost, shard, 1).values())
