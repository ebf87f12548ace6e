from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import PARTITIONS, ByGroup, Dataset, Dirichlet, Iid, named_streams, split_data

NODES = [f"device{number}" for number in range(1, 25)]
STREAMS = named_streams(1, "data")


def rows(features):
    """The content of each sample."""
    return [np.asarray(row).tobytes() for row in features]


def parts_of(split):
    return [split.test, *split.train.values(), *split.validation.values()]


@pytest.mark.parametrize("partition", [one() for one in PARTITIONS.values()], ids=list(PARTITIONS))
def test_a_split_gives_every_sample_to_one_part_and_leaks_nothing(digits, partition):
    split = split_data(replace(digits, groups=np.arange(len(digits)) % 40), partition, NODES, STREAMS)
    parts = [split.test, *split.train.values(), *split.validation.values()]
    given = [row for part in parts for row in zip(rows(part.features), part.labels.tolist(), strict=True)]
    assert len(set(given)) == len(given) == len(digits)
    assert set(given) == set(zip(rows(digits.features), digits.labels.tolist(), strict=True))
    assert split.left_out == 0


def test_the_test_set_takes_the_same_fraction_of_every_class_whoever_the_nodes_are(digits):
    split = split_data(digits, Dirichlet(), NODES, STREAMS, test_fraction=0.25)
    per_class = np.bincount(split.test.labels)
    assert per_class.tolist() == [round(0.25 * count) for count in np.bincount(digits.labels)]
    assert split_data(digits, Iid(), NODES[:3], STREAMS, test_fraction=0.25).test.digest == split.test.digest


def test_every_node_trains_and_validates(digits):
    split = split_data(digits, Dirichlet(0.1, minimum=2), NODES, STREAMS)
    for node in NODES:
        held = len(split.train[node]) + len(split.validation[node])
        assert len(split.train[node]) >= 1
        assert len(split.validation[node]) == max(1, round(0.1 * held))


def test_a_node_with_one_sample_cannot_train_and_validate(digits):
    with pytest.raises(ValueError, match="raise the partition's `minimum`"):
        split_data(digits, Dirichlet(0.001, minimum=1), [f"n{number}" for number in range(300)], STREAMS)


@pytest.mark.parametrize("fractions", [(0, 0.1), (1, 0.1), (0.2, 0), (0.2, 1), (-0.1, 0.1), (0.2, 0.1, 1)], ids=str)
def test_fractions_that_leave_a_part_empty_are_refused(digits, fractions):
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_data(digits, Iid(), NODES, STREAMS, *fractions)


@settings(max_examples=40)
@given(st.integers(12, 60), st.integers(60, 200), st.integers(0, 2**31))
def test_equal_samples_are_never_on_both_sides_of_a_split(different, samples, seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = rng.integers(0, different, samples)
    features = np.stack([kinds, kinds // 3], axis=1).astype(np.uint8)
    dataset = Dataset(features, rng.integers(0, 3, samples), 3, 1.0, "copies", "made")
    split = split_data(dataset, Iid(4), ["a", "b", "c"], named_streams(seed), 0.3, 0.3)
    assert sum(map(len, parts_of(split))) == samples
    test = set(rows(split.test.features))
    for node in "abc":
        train, validation = set(rows(split.train[node].features)), set(rows(split.validation[node].features))
        assert not test & (train | validation)
        assert not train & validation


@settings(max_examples=20)
@given(st.integers(12, 60), st.integers(90, 200), st.integers(0, 2**31))
def test_public_samples_equal_nobodys_own_and_move_no_sample_of_the_test_set(different, samples, seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = rng.integers(0, different, samples)
    features = np.stack([kinds, kinds // 3], axis=1).astype(np.uint8)
    dataset = Dataset(features, rng.integers(0, 3, samples), 3, 1.0, "copies", "made")
    given = dataset, Iid(2), ["a", "b"], named_streams(seed), 0.2, 0.3
    with_public, without = split_data(*given, public_fraction=0.2), split_data(*given)
    parts = [set(rows(part.features)) for part in (with_public.public, *parts_of(with_public))]
    assert not parts[0] & set.union(*parts[1:])
    assert with_public.left_out + len(with_public.public) + sum(map(len, parts_of(with_public))) == samples
    assert with_public.test.digest == without.test.digest
    assert without.public is None


def test_the_public_samples_are_the_same_fraction_of_every_class_that_the_test_set_leaves(digits):
    split = split_data(digits, Iid(), NODES, STREAMS, 0.25, public_fraction=0.2)
    left = np.bincount(digits.labels) - np.bincount(split.test.labels)
    assert np.bincount(split.public.labels).tolist() == [round(0.2 * count) for count in left]


def test_a_public_share_of_nothing_is_refused(digits):
    with pytest.raises(ValueError, match="none at all"):
        split_data(digits, Iid(), NODES, STREAMS, public_fraction=1e-4)


def test_samples_that_nobody_has_twice_are_enough_even_if_all_others_are_copies():
    features = np.array([[number % 7] for number in range(70)], np.uint8)
    dataset = Dataset(features, np.zeros(70, np.int64), 1, 1.0, "seven", "made")
    split = split_data(dataset, Iid(2), ["a"], STREAMS, test_fraction=0.3)
    assert (len(split.test), len(set(rows(split.test.features)))) == (20, 2)
    assert len(split.validation["a"]) == 10
    with pytest.raises(ValueError, match="leaves it or the nodes without any"):
        split_data(replace(dataset, features=features * 0), Iid(2), ["a"], STREAMS)
    with pytest.raises(ValueError, match="all the same"):
        split_data(replace(dataset, features=features % 2), Iid(2), ["a"], STREAMS)


def test_a_test_set_of_nothing_is_refused(digits):
    with pytest.raises(ValueError, match="leaves it or the nodes without any"):
        split_data(digits, Iid(), NODES, STREAMS, test_fraction=1e-6)


def test_the_source_decides_which_test_set_it_has(digits):
    own = np.array([5, 3, 1700])
    split = split_data(replace(digits, held_out=own), Iid(), NODES, STREAMS, test_fraction=0.5)
    assert rows(split.test.features) == rows(digits.features[[3, 5, 1700]])
    assert sum(map(len, parts_of(split))) == len(digits)


def test_a_split_knows_which_groups_or_classes_are_where(digits):
    split = split_data(digits, PARTITIONS["classes"](2), NODES, STREAMS)
    assert split.classes == 10
    for node in NODES:
        assert split.domains[node] == set(split.train[node].labels.tolist())
    assert np.array_equal(split.test_domains, split.test.labels)
    grouped = split_data(replace(digits, groups=np.arange(len(digits)) // 60), ByGroup("given"), NODES, STREAMS)
    assert sorted(group for node in NODES for group in grouped.domains[node]) == list(range(30))
