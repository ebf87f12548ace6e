import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import CNNStructure, LinearStructure, MLPStructure, TransformerStructure, same_weights
from wayfare.models.scaling import nested_places, part, put_back, resized, shortened

MLP = MLPStructure((6, 8, 4, 3))
CNN = CNNStructure((8, 8), 10, (4, 6), 3, (16, 12))
TEXT = TransformerStructure(8, 3, 4, 16)
ALL = [MLP, CNN, CNNStructure((8, 8, 3), 10, (4, 6), 3, norm="group"), TEXT, TransformerStructure(8, 3, 4, 16, False)]
SHARES = st.floats(0.05, 1)


@pytest.mark.parametrize("structure", ALL, ids=str)
@given(width=SHARES, depth=st.sampled_from([0.6, 0.75, 1.0]))
@settings(max_examples=10)
def test_a_sub_model_put_back_unchanged_leaves_its_parent_as_it_was(structure, width, depth):
    if structure.family == "cnn" and not structure.hidden:
        depth = 1.0
    model = structure.initial(1)
    held = part(model, resized(shortened(structure, depth), width))
    assert same_weights(put_back(model, held), model)


@pytest.mark.parametrize("structure", ALL, ids=str)
@given(outer=SHARES, inner=SHARES)
@settings(max_examples=10)
def test_a_part_of_a_part_is_a_part(structure, outer, inner):
    model, larger = structure.initial(1), resized(structure, outer)
    smaller = resized(larger, inner)
    assert same_weights(part(part(model, larger), smaller), part(model, smaller))


@pytest.mark.parametrize("structure", ALL, ids=str)
def test_a_sub_model_that_was_trained_changes_what_it_holds_and_nothing_else(structure):
    model = structure.initial(1)
    child = resized(structure, 0.5).initial(2)
    back = put_back(model, child)
    assert same_weights(part(back, child.structure), child)
    changed = sum(int((back.weights[name] != tensor).sum()) for name, tensor in model.weights.items())
    assert 0 < changed <= child.structure.parameters


def test_a_narrow_mlp_is_the_whole_one_with_its_other_units_silent():
    model = MLP.initial(1)
    narrow = part(model, resized(MLP, 0.5))
    assert narrow.structure.widths == (6, 4, 2, 3)
    weights = {name: tensor.clone() for name, tensor in model.weights.items()}
    weights["layer2.weight"][:, 4:] = 0
    weights["layer3.weight"][:, 2:] = 0
    inputs = torch.rand(5, 6)
    torch.testing.assert_close(narrow.structure.forward(narrow.weights, inputs), MLP.forward(weights, inputs))


def test_a_narrow_transformer_has_whole_heads_in_queries_keys_and_values():
    model = TEXT.initial(1)
    narrow = part(model, resized(TEXT, 0.5))
    assert (narrow.structure.heads, narrow.structure.width) == (2, 8)
    projections = model.weights["block1.attention.weight"].view(3, 16, 16)
    assert torch.equal(narrow.weights["block1.attention.weight"].view(3, 8, 8), projections[:, :8, :8])


def test_width_scales_inner_matrices_by_its_square_and_the_outer_ones_by_itself():
    structure = MLPStructure((64, 200, 200, 10))
    whole, half = structure.shapes, resized(structure, 0.5).shapes
    sizes = [torch.Size(half[name]).numel() / torch.Size(whole[name]).numel() for name in whole if "weight" in name]
    assert sizes == [0.5, 0.25, 0.5]


@pytest.mark.parametrize(
    ("structure", "depth", "expected"),
    [
        (MLP, 0.5, MLPStructure((6, 4, 3))),  # the head reads 4 numbers, so the first 4 of 8 units stay
        (MLPStructure((6, 4, 8, 3)), 0.5, MLPStructure((6, 4, 3))),
        (TEXT, 0.3, TransformerStructure(8, 1, 4, 16)),
        (TEXT, 0.34, TransformerStructure(8, 2, 4, 16)),
        (CNN, 0.75, CNNStructure((8, 8), 10, (4, 6), 3, (12,))),
        (CNN, 0.5, CNNStructure((8, 8), 10, (4, 3), 3)),  # the head reads 12 numbers: 3 channels of 4 pixels
        (CNNStructure((4, 4), 2, (8, 4), 3, pooling=1), 0.5, CNNStructure((4, 4), 2, (4,), 3, pooling=1)),
    ],
    ids=str,
)
def test_a_shallow_model_has_the_first_layers_and_the_head(structure, depth, expected):
    assert shortened(structure, depth) == expected
    model = structure.initial(1)
    child = part(model, expected)
    head = "head.weight" if structure.family != "mlp" else f"{structure.layers[-1]}.weight"
    own = head if structure.family != "mlp" else f"{expected.layers[-1]}.weight"
    if head in model.weights:
        columns = child.weights[own].shape[1]
        assert torch.equal(child.weights[own], model.weights[head][:, :columns])


def test_a_transformer_of_fewer_blocks_is_the_early_exit_of_the_whole_one():
    model = TEXT.initial(1)
    child = part(model, shortened(TEXT, 0.5))
    silent = dict(model.weights)
    for name in ("mixing.weight", "mixing.bias", "narrowing.weight", "narrowing.bias"):
        silent[f"block3.{name}"] = torch.zeros_like(silent[f"block3.{name}"])
    inputs = torch.randint(0, 256, (2, 8))
    torch.testing.assert_close(child.structure.forward(child.weights, inputs), TEXT.forward(silent, inputs))


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        (MLP, MLPStructure((6, 9, 4, 3))),
        (MLP, MLPStructure((6, 8, 4, 4, 3))),
        (MLP, MLPStructure((6, 8, 4, 4))),
        (MLP, MLPStructure((6, 8, 4, 3), "tanh")),
        (MLP, LinearStructure((6, 3))),
        (LinearStructure((6, 3)), LinearStructure((6, 3), False)),
        (TEXT, TransformerStructure(8, 3, 4, 8)),
        (TEXT, TransformerStructure(8, 4, 4, 16)),
        (TEXT, TransformerStructure(9, 3, 4, 16)),
        (CNN, CNNStructure((8, 8), 10, (4, 6), 5, (16, 12))),
    ],
    ids=str,
)
def test_a_model_that_is_no_part_of_another_is_refused(parent, child):
    with pytest.raises(ValueError, match=r"no part of|entries where"):
        nested_places(parent, child)


@pytest.mark.parametrize(
    ("scale", "match"),
    [
        (lambda: resized(LinearStructure((6, 3)), 0.5), "nothing between"),
        (lambda: resized(MLPStructure((6, 3)), 0.5), "without hidden"),
        (lambda: shortened(LinearStructure((6, 3)), 0.5), "nothing between"),
        (lambda: shortened(MLPStructure((6, 3)), 0.5), "without hidden"),
        (lambda: shortened(CNN, 0.25), "pools the image"),
        (lambda: shortened(CNNStructure((8, 8), 10, (4, 6), 3, (8, 2)), 0.5), "fewer than the 4"),
    ],
)
def test_what_a_family_cannot_do_is_refused_with_the_reason(scale, match):
    with pytest.raises(ValueError, match=match):
        scale()
