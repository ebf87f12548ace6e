import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import Contribution, MLPStructure, Model, merge, same_weights
from wayfare.models.merging import Krum, Median, MultiKrum, TrimmedMean

STRUCTURE = MLPStructure((5, 4, 3))
HONEST = [STRUCTURE.initial(seed) for seed in range(6)]
ROBUST = [Median(), TrimmedMean(0.15), Krum(1), MultiKrum(1)]


def filled(value):
    return Model(STRUCTURE, {name: torch.full(shape, float(value)) for name, shape in STRUCTURE.shapes.items()})


@pytest.mark.parametrize("merger", ROBUST, ids=str)
@given(lie=st.floats(width=32), place=st.integers(0, 6))
@settings(max_examples=20)
def test_one_model_that_may_be_anything_moves_no_weight_beyond_the_honest_ones(merger, lie, place):
    models = [*HONEST[:place], filled(lie), *HONEST[place:]]
    merged = merger.merge([Contribution(model, 1) for model in models])
    for name, tensor in merged.weights.items():
        honest = torch.stack([model.weights[name] for model in HONEST])
        within = (tensor >= honest.min(0).values - 1e-6) & (tensor <= honest.max(0).values + 1e-6)
        # A lie among the honest ones may be chosen by Krum; then it is no further away than they are.
        assert bool(within.all()) or abs(lie) <= float(honest.abs().max())


def test_the_plain_mean_is_moved_as_far_as_the_liar_likes():
    merged = merge([*HONEST, filled(1e9)], [1] * 7)
    assert all(float(tensor.min()) > 1e8 for tensor in merged.weights.values())


@pytest.mark.parametrize("merger", ROBUST, ids=str)
@given(order=st.permutations(range(6)))
@settings(max_examples=10)
def test_the_order_does_not_matter(merger, order):
    merged, shuffled = (merger.merge([Contribution(HONEST[k]) for k in ks]) for ks in (range(6), order))
    for name, tensor in merged.weights.items():
        torch.testing.assert_close(shuffled.weights[name], tensor, rtol=1e-6, atol=1e-7)
    assert isinstance(merger, MultiKrum) or same_weights(merged, shuffled)


@pytest.mark.parametrize("merger", ROBUST, ids=str)
def test_equal_models_stay_and_weights_do_not_count(merger):
    model = STRUCTURE.initial(1)
    assert same_weights(merger.merge([Contribution(model, weight) for weight in range(1, 8)]), model)
    lopsided = merger.merge([Contribution(each, 1 + 100 * k) for k, each in enumerate(HONEST)])
    assert same_weights(lopsided, merger.merge([Contribution(each) for each in HONEST]))


def test_nothing_trimmed_is_the_mean_and_all_but_one_trimmed_the_median():
    five = [Contribution(model) for model in HONEST[:5]]
    for name, tensor in merge(HONEST[:5], [1] * 5).weights.items():
        torch.testing.assert_close(TrimmedMean(0).merge(five).weights[name], tensor, rtol=1e-6, atol=1e-7)
    assert same_weights(TrimmedMean(0.4).merge(five), Median().merge(five))


def test_krum_takes_the_model_amid_the_others_and_multi_krum_leaves_the_far_ones_out():
    given_ = [Contribution(filled(value)) for value in (0, 1, 2, 3, 100)]
    # Distances to the nearest 2 of 5, squared: 1+4, 1+1, 1+1, 1+4: of equals the first.
    assert same_weights(Krum(1).merge(given_), filled(1))
    assert same_weights(MultiKrum(1).merge(given_), filled(1.5))
    assert same_weights(MultiKrum(1, kept=2).merge(given_), filled(1.5))
    assert same_weights(MultiKrum(1, kept=1).merge(given_), Krum(1).merge(given_))


def test_too_few_models_are_refused():
    with pytest.raises(ValueError, match="needs 5 or more"):
        Krum(1).merge([Contribution(model) for model in HONEST[:4]])
    with pytest.raises(ValueError, match="cannot be kept"):
        MultiKrum(1, kept=7).merge([Contribution(model) for model in HONEST])
    with pytest.raises(ValueError, match="are none"):
        TrimmedMean(0.4).merge([Contribution(model) for model in HONEST[:2]])
    with pytest.raises(ValueError, match="one structure"):
        Krum(0).merge([Contribution(HONEST[0]), Contribution(HONEST[1]), Contribution(MLPStructure((5, 3)).initial(1))])
