import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import PARTITIONS, ClassesPerNode, Dirichlet, Iid, named_streams, split_data

NODES = [f"device{number}" for number in range(1, 25)]
STREAMS = named_streams(1, "data")


def histogram(labels, held):
    return np.bincount(labels[held], minlength=10)


@st.composite
def cases(draw):
    """Labels, a partition that can spread them, and nodes."""
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    classes = draw(st.integers(1, 6))
    minimum = draw(st.integers(1, 3))
    rounds = len(nodes) * minimum
    labels = np.repeat(np.arange(classes), rounds + draw(st.integers(0, 20)))
    choices = [Iid(minimum), Dirichlet(draw(st.floats(1e-3, 1e3)), minimum)]
    per_node = draw(st.integers(1, classes))
    if per_node * len(nodes) >= classes:
        choices.append(ClassesPerNode(per_node, minimum))
    return labels, draw(st.sampled_from(choices)), nodes, draw(st.integers(0, 2**31))


@given(cases())
def test_every_sample_goes_to_exactly_one_node_and_every_node_gets_its_minimum(case):
    labels, partition, nodes, seed = case
    held = partition.split(labels, nodes, named_streams(seed))
    assert list(held) == nodes
    assert sorted(np.concatenate(list(held.values()))) == list(range(len(labels)))
    assert all(len(part) >= partition.minimum for part in held.values())


@given(cases())
def test_a_partition_depends_on_its_stream_alone(case):
    labels, partition, nodes, seed = case
    first, second = (partition.split(labels, nodes, named_streams(seed)) for _ in range(2))
    assert all(np.array_equal(first[node], second[node]) for node in nodes)


@pytest.mark.parametrize("partition", [one() for one in PARTITIONS.values()], ids=list(PARTITIONS))
def test_another_seed_gives_another_partition(digits, partition):
    first, second = (partition.split(digits.labels, NODES, named_streams(seed)) for seed in (1, 2))
    assert any(not np.array_equal(first[node], second[node]) for node in NODES)


def test_iid_shares_differ_by_one_sample_at_most(digits):
    sizes = [len(part) for part in Iid().split(digits.labels, NODES, STREAMS).values()]
    assert max(sizes) - min(sizes) <= 1


def test_every_node_holds_the_number_of_classes_asked_for(digits):
    for classes in (1, 2, 5, 10):
        held = ClassesPerNode(classes).split(digits.labels, NODES, STREAMS)
        assert {np.count_nonzero(histogram(digits.labels, part)) for part in held.values()} == {classes}


def test_classes_have_equal_numbers_of_holders_give_or_take_one(digits):
    held = ClassesPerNode(2).split(digits.labels, NODES, STREAMS)
    holders = sum((histogram(digits.labels, part) > 0).astype(int) for part in held.values())
    assert holders.sum() == 48
    assert holders.max() - holders.min() <= 1


def test_a_smaller_alpha_makes_nodes_less_alike(digits):
    overall = np.bincount(digits.labels) / len(digits.labels)

    def distance(partition):
        held = partition.split(digits.labels, NODES, STREAMS).values()
        shares = [histogram(digits.labels, part) / len(part) for part in held]
        return np.mean([np.abs(share - overall).sum() / 2 for share in shares])

    distances = [distance(Dirichlet(alpha)) for alpha in (0.05, 0.3, 3, 1000)]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 0.6
    assert distances[-1] < 0.1


def test_dirichlet_shares_have_the_mean_and_variance_of_their_law():
    alpha, nodes = 0.5, [f"n{number}" for number in range(8)]
    labels = np.repeat(np.arange(400), 200)
    held = Dirichlet(alpha, minimum=1).split(labels, nodes, named_streams(5))
    shares = np.stack([np.bincount(labels[held[node]], minlength=400) / 200 for node in nodes])
    variance = (1 / 8) * (7 / 8) / (8 * alpha + 1)
    assert shares.mean(axis=1) == pytest.approx(1 / 8, abs=4 * (variance / 400) ** 0.5)
    assert shares.var() == pytest.approx(variance, rel=0.15)


@pytest.mark.parametrize(
    ("partition", "nodes", "message"),
    [
        (Iid(minimum=100), NODES, "at most 17 nodes"),
        (Dirichlet(minimum=100), NODES, "lower `minimum`"),
        (ClassesPerNode(11), NODES, "cannot hold 11 classes"),
        (ClassesPerNode(2), NODES[:4], "4 nodes of 2 classes cannot hold 10"),
        (ClassesPerNode(1, minimum=60), NODES, "fewer than `minimum: 60`"),
        (Iid(), [], "one or more nodes"),
        (Iid(), ["a", "a"], "different names"),
    ],
)
def test_what_cannot_be_spread_is_refused_with_the_way_out(digits, partition, nodes, message):
    with pytest.raises(ValueError, match=message):
        partition.split(digits.labels, nodes, STREAMS)


@pytest.mark.parametrize("partition", [one() for one in PARTITIONS.values()], ids=list(PARTITIONS))
def test_a_split_gives_every_sample_to_one_part_and_leaks_nothing(digits, partition):
    # Digits are not all different, so samples are counted: together the parts are the dataset, no more and no less.
    split = split_data(digits, partition, NODES, STREAMS)
    parts = [split.test, *split.train.values(), *split.validation.values()]
    rows = sorted(
        (*row, label) for part in parts for row, label in zip(part.features.tolist(), part.labels.tolist(), strict=True)
    )
    assert rows == sorted(
        (*row, label) for row, label in zip(digits.features.tolist(), digits.labels.tolist(), strict=True)
    )


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


@pytest.mark.parametrize("fractions", [(0, 0.1), (1, 0.1), (0.2, 0), (0.2, 1), (-0.1, 0.1)], ids=str)
def test_fractions_that_leave_a_part_empty_are_refused(digits, fractions):
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_data(digits, Iid(), NODES, STREAMS, *fractions)
