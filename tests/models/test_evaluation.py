import math

import pytest
import torch

from wayfare.models import MLPStructure, Model, Shard, evaluate


def test_evaluation_agrees_with_torch(make_shard):
    for structure in (MLPStructure((64, 32, 10)), MLPStructure((64, 13, 7, 10), "tanh")):
        model, shard = structure.initial(1), make_shard(45, 64, 10, 1)
        seen = shard.inputs
        for layer in structure.layers:
            seen = torch.nn.functional.linear(seen, model.weights[f"{layer}.weight"], model.weights[f"{layer}.bias"])
            if layer != structure.layers[-1]:
                seen = seen.relu() if structure.activation == "relu" else seen.tanh()
        found = evaluate(model, shard)
        assert found.accuracy == (seen.argmax(1) == shard.labels).double().mean()
        assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(seen, shard.labels).item(), rel=1e-5)
        assert found.samples == 45


def test_a_model_that_knows_nothing_answers_the_first_class_with_even_odds():
    structure = MLPStructure((2, 4))
    model = Model(structure, {"layer1.weight": torch.zeros(4, 2), "layer1.bias": torch.zeros(4)})
    shard = Shard(torch.zeros(8, 2, dtype=torch.uint8), torch.tensor([0, 1, 2, 3, 0, 1, 2, 3]), 1.0)
    found = evaluate(model, shard)
    assert found.accuracy == 0.25
    assert found.loss == pytest.approx(math.log(4))


def test_evaluating_twice_gives_the_same_bits(make_shard):
    model, shard = MLPStructure((13, 9, 5)).initial(1), make_shard(37, 13, 5, 1)
    copy = Shard(shard.features.clone(), shard.labels.clone(), shard.scale)
    assert evaluate(model, shard) == evaluate(model, copy)


def test_what_cannot_be_evaluated_is_refused(make_shard):
    model = MLPStructure((13, 9, 5)).initial(1)
    with pytest.raises(ValueError, match="13 inputs"):
        evaluate(model, make_shard(3, 12, 5, 1))
    with pytest.raises(ValueError, match="13 inputs"):
        evaluate(model, make_shard(0, 13, 5, 1))
