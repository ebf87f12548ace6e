"""How strongly samples pull at each layer of a model."""

import math

import pytest
import torch

from wayfare.models.linear import LinearStructure
from wayfare.models.mlp import MLPStructure
from wayfare.models.model import Model
from wayfare.models.relative_gradients import relative_gradients
from wayfare.models.shard import Shard


def test_of_one_number_it_is_the_closed_form():
    """It says w x + b = 2 of x = 1 and should say 0: both gradients of the squared error are 4, and |(w, b)| is 2."""
    structure = LinearStructure((1, 1), task="regression")
    model = Model(structure, {"layer1.weight": torch.tensor([[2.0]]), "layer1.bias": torch.tensor([0.0])})
    shard = Shard(torch.ones(5, 1), torch.zeros(5, 1), 1.0, "regression")
    assert relative_gradients(model, shard, 3, 1) == {"layer1": pytest.approx(math.sqrt(32) / 2)}


def test_it_depends_on_the_samples_and_on_which_are_drawn(make_shard):
    model = MLPStructure((6, 4, 3)).initial(1)
    one, other = make_shard(40, 6, 3, 1), make_shard(40, 6, 3, 2)
    found = relative_gradients(model, one, 40, 1)
    assert list(found) == ["layer1", "layer2"]
    assert relative_gradients(model, one, 90, 7) == pytest.approx(found)
    assert relative_gradients(model, other, 40, 1) != pytest.approx(found)
    assert relative_gradients(model, one, 5, 1) != pytest.approx(relative_gradients(model, one, 5, 2))


def test_a_layer_of_zeros_pulls_most_and_a_model_that_diverged_nowhere(make_shard):
    structure, shard = MLPStructure((6, 4, 3)), make_shard(10, 6, 3, 1)
    weights = structure.initial(1).weights
    blank = {name: tensor * 0 if name.startswith("layer2") else tensor for name, tensor in weights.items()}
    found = relative_gradients(Model(structure, blank), shard, 10, 1)
    assert found["layer2"] > 1e6 > found["layer1"]
    lost = Model(structure, {name: tensor * torch.nan for name, tensor in weights.items()})
    assert relative_gradients(lost, shard, 10, 1) == {"layer1": 0.0, "layer2": 0.0}
