from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import ByGroup, MarkovText, named_streams, split_data
from wayfare.models.markov import entropy_rate, stationary


def test_the_entropy_rate_of_a_chain_of_two_letters_is_the_known_one():
    leaving = np.array([0.1, 0.4])
    chain = np.array([[0.9, 0.1], [0.4, 0.6]])
    occupied = stationary(chain)
    assert occupied == pytest.approx([0.8, 0.2])
    binary = -leaving * np.log(leaving) - (1 - leaving) * np.log(1 - leaving)
    assert entropy_rate(chain, occupied) == pytest.approx(0.8 * binary[0] + 0.2 * binary[1])


@given(st.integers(2, 6), st.sampled_from([1, 2]), st.floats(0.05, 5), st.integers(0, 2**31))
def test_a_long_text_has_the_stationary_distribution_and_no_loss_is_below_zero_or_above_uniform(
    letters, order, concentration, seed
):
    chain = MarkovText(letters=letters, order=order, concentration=concentration).chain(named_streams(seed)("chain"))
    occupied = stationary(chain)
    assert occupied.sum() == pytest.approx(1)
    assert (occupied > 0).all()
    following = (np.arange(len(chain))[:, None] * letters + np.arange(letters)) % len(chain)
    assert np.bincount(following.ravel(), (occupied[:, None] * chain).ravel()) == pytest.approx(occupied)
    assert 0 < entropy_rate(chain, occupied) <= np.log(letters) + 1e-9


@pytest.mark.parametrize("order", [1, 2])
def test_a_model_that_knows_the_chain_comes_to_the_optimum_and_one_that_counts_comes_near(order):
    text = MarkovText(domains=1, windows=6000, length=20, letters=4, order=order, concentration=0.5)
    made = text.load(named_streams(3))
    chain = text.chain(named_streams(3)("chain of domain 1"))
    letters, following = made.features.astype(int) - ord("a"), made.labels - ord("a")
    if order == 1:
        losses = -np.log(chain[letters, following])
    else:
        pairs = stationary(chain).reshape(4, 4)
        first = -np.log((pairs / pairs.sum(axis=1, keepdims=True))[letters[:, 0], following[:, 0]])
        rest = -np.log(chain[letters[:, :-1] * 4 + letters[:, 1:], following[:, 1:]])
        losses = np.column_stack([first, rest])
    error = losses.mean(axis=1).std() / len(losses) ** 0.5
    assert losses.mean() == pytest.approx(made.optimum, abs=4 * error)


def test_the_next_byte_is_the_label():
    made = MarkovText(windows=5).load(named_streams(1))
    assert np.array_equal(made.features[:, 1:], made.labels[:, :-1])
    assert (made.task, made.classes) == ("language", 256)
    assert set(Counter(made.groups.tolist()).values()) == {5}


def test_adding_a_domain_leaves_the_others_as_they_are():
    few, many = (MarkovText(domains=number, windows=10).load(named_streams(1)) for number in (2, 3))
    assert np.array_equal(few.features, many.features[:20])
    assert len(np.unique(many.features, axis=0)) == 30


def test_domains_can_be_given_to_nodes():
    made = MarkovText(windows=40).load(named_streams(1))
    split = split_data(made, ByGroup(), ["a", "b"], named_streams(1))
    assert sorted(len(domains) for domains in split.domains.values()) == [2, 2]
    assert not split.domains["a"] & split.domains["b"]
    assert np.bincount(split.test_domains).tolist() == [8, 8, 8, 8]
