import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.models import PARTITIONS, ByGroup, ClassesPerNode, Dirichlet, Iid, Quantity, named_streams

NODES = [f"device{number}" for number in range(1, 25)]
STREAMS = named_streams(1, "data")


def histogram(labels, held):
    return np.bincount(labels[held], minlength=10)


@st.composite
def cases(draw):
    """Labels, groups, a partition that can spread them, and nodes."""
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    classes = draw(st.integers(1, 6))
    minimum = draw(st.integers(1, 3))
    rounds = len(nodes) * minimum
    labels = np.repeat(np.arange(classes), rounds + draw(st.integers(0, 20)))
    groups = np.arange(len(labels)) % (len(nodes) + draw(st.integers(0, 3)))
    alpha = draw(st.floats(1e-3, 1e3))
    choices = [Iid(minimum), Dirichlet(alpha, minimum), Quantity(alpha, minimum), ByGroup("random", 1)]
    per_node = draw(st.integers(1, classes))
    if per_node * len(nodes) >= classes:
        choices.append(ClassesPerNode(per_node, minimum))
    return labels, groups, draw(st.sampled_from(choices)), nodes, draw(st.integers(0, 2**31))


@given(cases())
def test_every_sample_goes_to_exactly_one_node_and_every_node_gets_its_minimum(case):
    labels, groups, partition, nodes, seed = case
    held = partition.split(labels, nodes, named_streams(seed), groups)
    assert list(held) == nodes
    assert sorted(np.concatenate(list(held.values()))) == list(range(len(labels)))
    assert all(len(part) >= partition.minimum for part in held.values())


@given(cases())
def test_a_partition_depends_on_its_stream_alone(case):
    labels, groups, partition, nodes, seed = case
    first, second = (partition.split(labels, nodes, named_streams(seed), groups) for _ in range(2))
    assert all(np.array_equal(first[node], second[node]) for node in nodes)


@pytest.mark.parametrize("partition", [one() for one in PARTITIONS.values()], ids=list(PARTITIONS))
def test_another_seed_gives_another_partition(digits, partition):
    groups = np.arange(len(digits)) % 50
    first, second = (partition.split(digits.labels, NODES, named_streams(seed), groups) for seed in (1, 2))
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


def test_sizes_have_the_mean_and_variance_of_their_law_and_classes_are_as_in_the_whole():
    alpha, nodes, labels = 0.5, [f"n{number}" for number in range(8)], np.arange(4000) % 2
    held = [
        held for seed in range(200) for held in Quantity(alpha, 1).split(labels, nodes, named_streams(seed)).values()
    ]
    shares = np.array([len(part) for part in held]) / 4000
    variance = (1 / 8) * (7 / 8) / (8 * alpha + 1)
    assert shares.var() == pytest.approx(variance, rel=0.15)
    ones = [labels[part].mean() for part in held if len(part) >= 400]
    assert np.mean(ones) == pytest.approx(0.5, abs=0.01)
    assert np.std(ones) < 0.5 / 400**0.5


def test_a_smaller_alpha_makes_sizes_less_alike(digits):
    def spread(alpha):
        return np.std([len(part) for part in Quantity(alpha, 1).split(digits.labels, NODES, STREAMS).values()])

    spreads = [spread(alpha) for alpha in (0.1, 1, 100)]
    assert spreads == sorted(spreads, reverse=True)


def test_a_group_is_at_one_node_and_numbers_of_groups_differ_by_one_at_most(digits):
    groups = np.arange(len(digits)) % 31
    held = ByGroup().split(digits.labels, NODES, STREAMS, groups)
    own = [set(groups[part].tolist()) for part in held.values()]
    assert sum(map(len, own)) == len(set().union(*own)) == 31
    assert {len(one) for one in own} == {1, 2}


def test_groups_in_the_given_order_go_to_the_nodes_in_theirs():
    groups = np.repeat([7, 2, 5], 10)
    held = ByGroup("given").split(groups, ["a", "b", "c"], STREAMS, groups)
    assert [groups[held[node]][0] for node in "abc"] == [2, 5, 7]


def test_what_has_no_groups_or_too_few_is_not_spread_by_them(digits):
    with pytest.raises(ValueError, match="no natural groups"):
        ByGroup().split(digits.labels, NODES, STREAMS)
    with pytest.raises(ValueError, match="10 groups are too few for 24 nodes"):
        ByGroup().split(digits.labels, NODES, STREAMS, digits.labels)
    with pytest.raises(ValueError, match="device1 gets 3 samples, fewer than"):
        ByGroup("given").split(digits.labels, NODES[:2], STREAMS, (np.arange(len(digits)) >= 3).astype(int))


@pytest.mark.parametrize(
    ("partition", "nodes", "message"),
    [
        (Iid(minimum=100), NODES, "at most 17 nodes"),
        (Dirichlet(minimum=100), NODES, "lower `minimum`"),
        (Quantity(minimum=100), NODES, "lower `minimum`"),
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
