import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    CNNStructure,
    Contribution,
    MLPStructure,
    TransformerStructure,
    merge,
    part,
    put_back,
    same_weights,
)
from wayfare.models.merging import Coverage
from wayfare.models.scaling import nested_places, resized, shortened

MLP = MLPStructure((6, 8, 4, 3))
ALL = [MLP, CNNStructure((8, 8), 10, (4, 6), 3), TransformerStructure(8, 3, 4, 16)]


@pytest.mark.parametrize("structure", ALL, ids=str)
def test_each_weight_is_the_mean_over_those_that_hold_it(structure):
    base, whole = structure.initial(1), structure.initial(2)
    half, quarter = (resized(structure, width).initial(3) for width in (0.5, 0.25))
    merged = Coverage().merge([Contribution(half, 2), Contribution(quarter, 1), Contribution(whole, 5)], base)
    total = {name: 5 * tensor.double() for name, tensor in whole.weights.items()}
    count = {name: torch.full(shape, 5.0, dtype=torch.float64) for name, shape in structure.shapes.items()}
    for model, weight in ((half, 2), (quarter, 1)):
        for name, (source, place) in nested_places(structure, model.structure).items():
            total[source].numpy()[place] += weight * model.weights[name].numpy().astype("float64")
            count[source].numpy()[place] += weight
    for name, tensor in merged.weights.items():
        torch.testing.assert_close(tensor.double(), total[name] / count[name], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("structure", ALL, ids=str)
def test_one_sub_model_is_put_back(structure):
    base, half = structure.initial(1), resized(structure, 0.5).initial(2)
    assert same_weights(Coverage().merge([Contribution(half, 3)], base), put_back(base, half))


def test_full_coverage_is_the_mean():
    models, weights = [MLP.initial(seed) for seed in range(4)], [1, 2, 3, 4]
    given_ = [Contribution(model, weight) for model, weight in zip(models, weights, strict=True)]
    merged = Coverage().merge(given_, MLP.initial(9))
    for name, tensor in merge(models, weights).weights.items():
        torch.testing.assert_close(merged.weights[name], tensor, rtol=1e-6, atol=1e-7)


@given(st.lists(st.tuples(st.floats(0.1, 1), st.sampled_from([0.5, 1.0]), st.floats(0.1, 100)), min_size=1, max_size=5))
@settings(max_examples=25)
def test_untrained_parts_leave_the_base_as_it_is_to_the_bit(parts):
    base = MLP.initial(1)
    given_ = [Contribution(part(base, resized(shortened(MLP, depth), width)), weight) for width, depth, weight in parts]
    assert same_weights(Coverage().merge(given_, base), base)


def test_a_model_of_weight_zero_does_not_count():
    base, half, other = MLP.initial(1), resized(MLP, 0.5).initial(2), MLP.initial(3)
    merged = Coverage().merge([Contribution(other, 0), Contribution(half, 1)], base)
    assert same_weights(merged, put_back(base, half))


def test_what_is_no_part_of_the_base_is_refused():
    with pytest.raises(ValueError, match="entries where"):
        Coverage().merge([Contribution(MLPStructure((6, 9, 4, 3)).initial(1))], MLP.initial(1))
    with pytest.raises(ValueError, match="needs the model"):
        Coverage().merge([Contribution(MLP.initial(1))])
