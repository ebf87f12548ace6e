import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import Contribution, MLPStructure, merge, same_weights
from wayfare.models.merging import Staleness

BASE, NEW, OTHER = (MLPStructure((5, 4, 3)).initial(seed) for seed in range(3))


@given(st.sampled_from(["constant", "polynomial", "hinge"]), st.floats(0, 1e6), st.floats(0, 1e6))
def test_age_never_counts_more(function, one, other):
    merger = Staleness(function=function)
    young, old = sorted((one, other))
    assert 1 >= merger.factor(young) >= merger.factor(old) > 0
    assert merger.factor(0) == 1


def test_the_factors_are_the_papers():
    assert Staleness(decay=0.5).factor(3) == 0.5  # 4^-0.5
    assert Staleness(function="hinge").factor(4) == 1  # up to b
    assert Staleness(function="hinge").factor(6) == pytest.approx(1 / 21)  # 1 / (10 (6 - 4) + 1)


@pytest.mark.parametrize("age", [0, 3])
def test_one_model_moves_the_base_as_fedasync_does(age):
    merged = Staleness(mixing=0.6).merge([Contribution(NEW, 7, age)], BASE)
    step = 0.6 * (1 + age) ** -0.5
    for name, tensor in merged.weights.items():
        expected = (1 - step) * BASE.weights[name].double() + step * NEW.weights[name].double()
        assert (tensor - expected).abs().max() < 1e-7


def test_what_has_no_age_and_full_mixing_is_the_mean():
    given_ = [Contribution(NEW, 1), Contribution(OTHER, 3)]
    merged = Staleness(mixing=1.0).merge(given_, BASE)
    for name, tensor in merge([NEW, OTHER], [1, 3]).weights.items():
        assert (tensor - merged.weights[name]).abs().max() < 1e-6


def test_copies_of_the_base_leave_it_as_it_is():
    assert same_weights(Staleness().merge([Contribution(BASE, 2, 1), Contribution(BASE, 1)], BASE), BASE)


def test_without_a_base_or_with_an_age_below_zero_it_is_refused():
    with pytest.raises(ValueError, match="needs the model"):
        Staleness().merge([Contribution(NEW)])
    with pytest.raises(ValueError, match="age"):
        Contribution(NEW, age=-1)
