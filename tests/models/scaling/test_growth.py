import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    CNNStructure,
    LinearStructure,
    MLPStructure,
    TrainingJob,
    TrainingPlan,
    TransformerStructure,
    same_weights,
    train,
)
from wayfare.models.scaling import deepen, part, shortened, widen

MLP = MLPStructure((6, 5, 4, 3))
CNN = CNNStructure((8, 8), 10, (3, 4), 3, (7,))
TEXT = TransformerStructure(8, 2, 2, 8)
WIDE = [
    (MLP, 1.3),
    (MLPStructure((6, 5, 4, 3), "tanh"), 2.5),
    (CNN, 1.5),
    (CNNStructure((9, 7, 3), 2, (3,), 3, pooling=1), 2.0),
    (TEXT, 2.0),
    (TransformerStructure(8, 2, 2, 8, False), 3.0),
]
DEEP = [MLP, CNN, CNNStructure((8, 8), 10, (4,), 3, norm="group"), TEXT, TransformerStructure(8, 2, 2, 8, False)]


def inputs_of(structure):
    generator = torch.Generator().manual_seed(1)
    if structure.task == "language":
        return torch.randint(0, 256, (4, structure.context), generator=generator)
    return torch.randn(4, *structure.input_shape, generator=generator)


def says(model):
    return model.structure.forward(model.weights, inputs_of(model.structure))


@pytest.mark.parametrize(("structure", "width"), WIDE, ids=str)
@pytest.mark.parametrize("seed", [None, 1])
def test_a_wider_model_says_the_same(structure, width, seed):
    model = structure.initial(1)
    wider = widen(model, width, seed)
    assert wider.structure.parameters > structure.parameters
    assert wider.structure != structure
    torch.testing.assert_close(says(wider), says(model), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("structure", "width"), WIDE[:4], ids=str)
def test_a_model_with_fresh_units_says_the_same_and_they_learn(structure, width):
    """What is read of the new units is zero, and the gradient by that is not: they have values of their own."""
    model = structure.initial(1)
    wider = widen(model, width, 1, "fresh")
    torch.testing.assert_close(says(wider), says(model), rtol=1e-5, atol=1e-5)
    weights = {name: tensor.clone().requires_grad_() for name, tensor in wider.weights.items()}
    said = wider.structure.forward(weights, inputs_of(structure))
    head = weights[f"{wider.structure.layers[-1]}.weight"]
    (gradient,) = torch.autograd.grad(said.square().sum(), [head])
    new = gradient[:, model.weights[f"{structure.layers[-1]}.weight"].shape[1] :]
    assert new.abs().sum() > 0


def test_fresh_units_are_refused_where_norms_would_see_them():
    with pytest.raises(ValueError, match="fresh units change what the layer normalisations"):
        widen(TEXT.initial(1), 2.0, 1, "fresh")


@pytest.mark.parametrize("structure", DEEP, ids=str)
def test_a_deeper_model_says_the_same(structure):
    model = structure.initial(1)
    deeper = deepen(model, 1.5)
    assert len(deeper.structure.layers) > len(structure.layers)
    torch.testing.assert_close(says(deeper), says(model), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("structure", DEEP, ids=str)
def test_a_model_made_deeper_and_shallow_again_is_itself(structure):
    model = structure.initial(1)
    deeper = deepen(model, 2.0)
    blocks = len(structure.layers) - (2 if structure.family == "transformer" else 1)
    share = blocks / (len(deeper.structure.layers) - (2 if structure.family == "transformer" else 1))
    assert same_weights(part(deeper, shortened(deeper.structure, share)), model)


@given(width=st.floats(1, 4), seed=st.none() | st.integers(0, 9))
@settings(max_examples=15)
def test_the_shares_of_copies_add_up(width, seed):
    model = MLP.initial(1)
    wider = widen(model, width, seed)
    read, copied = wider.weights["layer3.weight"].double(), torch.arange(wider.structure.widths[2]) % 4
    summed = torch.zeros(3, 4, dtype=torch.float64).index_add_(1, copied, read)
    torch.testing.assert_close(summed, model.weights["layer3.weight"].double(), rtol=1e-6, atol=1e-7)
    assert torch.equal(wider.weights["layer1.bias"][:5], model.weights["layer1.bias"])


def test_equal_copies_stay_equal_in_training_and_unequal_ones_part(make_fitting):
    shard = make_fitting(MLP, 40, 1)
    for seed, together in ((None, True), (1, False)):
        job = TrainingJob(widen(MLP.initial(1), 2.0, seed), shard, TrainingPlan(20, 20), 1)
        layer = train([job])[0].model.weights["layer1.weight"]
        assert torch.allclose(layer[:5], layer[5:], atol=1e-6) == together


def test_a_new_block_learns(make_fitting):
    job = TrainingJob(deepen(TEXT.initial(1), 1.5), make_fitting(TEXT, 20, 1), TrainingPlan(3, 20), 1)
    trained = train([job])[0].model
    assert trained.weights["block3.mixing.weight"].abs().max() > 0
    assert trained.weights["block3.narrowing.weight"].abs().max() > 0


@pytest.mark.parametrize(
    ("grow", "match"),
    [
        (lambda: widen(LinearStructure((6, 3)).initial(1), 2), "nothing between"),
        (lambda: widen(TEXT.initial(1), 1.5), "whole multiple"),
        (lambda: widen(CNNStructure((8, 8), 10, (4,), 3, norm="group").initial(1), 2), "group normalisation"),
        (lambda: widen(MLP.initial(1), 0.5), "does not widen"),
        (lambda: deepen(MLP.initial(1), 0.5), "does not deepen"),
        (lambda: deepen(MLPStructure((6, 5, 3), "tanh").initial(1), 2), "relu"),
        (lambda: deepen(MLPStructure((6, 3)).initial(1), 2), "relu"),
        (lambda: deepen(LinearStructure((6, 3)).initial(1), 2), "nothing between"),
    ],
)
def test_growth_that_would_change_what_is_said_is_refused(grow, match):
    with pytest.raises(ValueError, match=match):
        grow()
