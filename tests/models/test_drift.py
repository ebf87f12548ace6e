from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.models import (
    DRIFTS,
    ByGroup,
    ClassesPerNode,
    LabelRotation,
    MarkovText,
    Mixture,
    Rotation,
    Steady,
    Switch,
    named_streams,
    plan_course,
)

NODES = ["a", "b", "c", "d", "e"]
STREAMS = named_streams(1, "data")
MOVING = [Rotation(10.0), Rotation(10.0, parts=8), Switch(10.0), Mixture(10.0, 20.0)]


def course(dataset, drift, partition=None, nodes=NODES):
    return plan_course(dataset, partition or ClassesPerNode(2), drift, nodes, STREAMS)


def rows(*shards):
    """The content of each sample, labels aside."""
    return [row.numpy().tobytes() for shard in shards for row in shard.features]


def digests(split):
    return {node: (split.train[node].digest, split.validation[node].digest) for node in split.train}


@pytest.mark.parametrize("drift", [*MOVING, Steady(), LabelRotation(10.0)], ids=str)
def test_no_sample_is_at_two_nodes_or_in_the_test_set_or_changes_between_training_and_validation(digits, drift):
    planned = course(digits, drift)
    trained, validated, tested = set(), set(), set()
    for time_s in (0.0, 9.9, 10.0, 13.0, 14.0, 20.0, 55.0):
        split = planned.at(time_s)
        assert list(split.train) == list(split.validation) == NODES
        held = rows(*split.train.values(), *split.validation.values())
        assert len(held) == len(set(held))
        trained.update(rows(*split.train.values()))
        validated.update(rows(*split.validation.values()))
        tested.update(rows(split.test))
        assert min(map(len, (*split.train.values(), *split.validation.values()))) >= 1
    assert not trained & validated
    assert not tested & (trained | validated)


@pytest.mark.parametrize("drift", [Rotation(10.0), Switch(10.0), Mixture(10.0, 20.0), LabelRotation(10.0)], ids=str)
def test_together_the_nodes_hold_all_at_all_times(digits, drift):
    planned = course(digits, drift)
    whole = sorted(rows(*planned.at(0.0).train.values()))
    assert all(sorted(rows(*planned.at(time_s).train.values())) == whole for time_s in (10.0, 12.5, 17.0, 20.0, 35.0))


@pytest.mark.parametrize("drift", [*MOVING, Steady(), LabelRotation(7.0)], ids=str)
@settings(max_examples=15)
@given(times=st.lists(st.integers(0, 60_000), min_size=2, max_size=6))
def test_what_is_held_depends_on_the_time_alone_and_changes_at_the_named_instants_only(digits, drift, times):
    one, other = course(digits, drift), course(digits, drift)
    for time in sorted(times):
        one.at(time / 1000)
    for first, second in pairwise(sorted(times)):
        change = other.next_change_s(first / 1000)
        same = digests(one.at(first / 1000)) == digests(other.at(second / 1000))
        if change is None or second / 1000 < change:
            assert same
            assert one.at(first / 1000).test.digest == other.at(second / 1000).test.digest


@given(
    st.sampled_from([Rotation(0.1), Rotation(1 / 3), Switch(0.7), Mixture(0.1, 0.4, 7), LabelRotation(1e-3)]),
    st.floats(0, 5),
)
def test_the_next_change_is_the_first_instant_of_the_next_phase(drift, time_s):
    change_s = drift.next_change_s(time_s)
    if change_s is None:
        assert drift.phase(time_s) == drift.phase(1e9)
    else:
        assert change_s > time_s
        assert drift.phase(change_s) == drift.phase(time_s) + 1
        assert drift.phase(change_s - 2e-9) == drift.phase(time_s)


def test_thirds_and_tenths_of_a_second_are_counted_exactly():
    assert [Rotation(0.1).phase(number / 10) for number in range(100)] == list(range(100))


def test_in_a_rotation_every_node_passes_through_every_part_and_comes_home(digits):
    planned = course(digits, Rotation(10.0))
    first = digests(planned.at(0.0))
    assert digests(planned.at(10.0))["a"] == first["b"]
    seen = [digests(planned.at(10.0 * turn))["c"] for turn in range(6)]
    assert len(set(seen)) == 5
    assert seen[5] == first["c"]


def test_with_more_parts_than_nodes_the_others_wait():
    text = MarkovText(domains=8, windows=30).load(STREAMS)
    planned = course(text, Rotation(1.0, parts=8, test="follows"), ByGroup("given", 5), NODES[:2])
    for turn in range(10):
        split = planned.at(float(turn))
        domains = [turn % 8, (turn + 1) % 8]
        assert split.domains == {"a": {domains[0]}, "b": {domains[1]}}
        assert set(split.test_domains.tolist()) == set(domains)
        assert len(split.test) == len(split.test_domains) == 12
    fixed = course(text, Rotation(1.0, parts=8), ByGroup("given", 5), NODES[:2])
    assert len(fixed.at(3.0).test) == 48


def test_a_switch_leaves_nobody_what_it_had(digits):
    planned = course(digits, Switch(10.0))
    before, after = digests(planned.at(9.999)), digests(planned.at(10.0))
    assert set(before.values()) == set(after.values())
    assert all(before[node] != after[node] for node in NODES)
    assert digests(planned.at(1e6)) == after


def test_a_mixture_goes_from_one_part_to_the_other_in_equal_steps(digits):
    planned = course(digits, Mixture(10.0, 20.0, steps=5))
    start, end = planned.at(0.0).train["a"], planned.at(20.0).train["a"]
    for time_s, share in ((9.0, 0.0), (12.0, 0.2), (17.9, 0.6), (19.0, 0.8), (20.0, 1.0)):
        held = set(rows(planned.at(time_s).train["a"]))
        assert len(held & set(rows(end))) == int(share * len(end) + 1e-9)
        assert len(held & set(rows(start))) == len(start) - int(share * len(start) + 1e-9)


def test_what_has_left_a_node_does_not_come_back(digits):
    planned = course(digits, Mixture(10.0, 20.0))
    own = set(rows(planned.at(0.0).train["b"]))
    kept = [own & set(rows(planned.at(time_s).train["b"])) for time_s in np.arange(10, 21)]
    assert all(later < earlier for earlier, later in pairwise(kept))


def test_labels_rotate_and_the_test_set_follows_or_stays(digits):
    follows, stays = course(digits, LabelRotation(10.0, by=3)), course(digits, LabelRotation(10.0, 3, "fixed"))
    first, later = follows.at(0.0), follows.at(25.0)
    for node in NODES:
        assert ((first.train[node].labels + 6) % 10).equal(later.train[node].labels)
        assert ((first.validation[node].labels + 6) % 10).equal(later.validation[node].labels)
    assert ((first.test.labels + 6) % 10).equal(later.test.labels)
    assert first.test.labels.equal(stays.at(25.0).test.labels)
    assert digests(follows.at(100.0)) == digests(first)


def test_a_drift_that_cannot_be_is_refused(digits):
    for drift, nodes, message in (
        (Rotation(1.0, parts=4), NODES, "4 parts cannot rotate over 5 nodes"),
        (Rotation(1.0), ["a"], "at least 2 parts"),
        (Switch(1.0), ["a"], "two or more nodes"),
        (Mixture(1.0, 2.0), ["a"], "two or more nodes"),
    ):
        with pytest.raises(ValueError, match=message):
            course(digits, drift, ClassesPerNode(10), nodes)
    with pytest.raises(ValueError, match="it takes time"):
        Mixture(2.0, 2.0)
    with pytest.raises(ValueError, match="classification alone, not in language"):
        course(MarkovText(windows=50).load(STREAMS), LabelRotation(1.0), ClassesPerNode(1))


def test_the_parts_of_a_drift_are_those_that_nodes_have_without_it(digits):
    without = digests(course(digits, Steady()).at(0.0))
    assert all(digests(course(digits, drift).at(0.0)) == without for drift in (MOVING[0], *MOVING[2:]))
    assert set(DRIFTS.values()) == {Steady, Rotation, Switch, Mixture, LabelRotation}


def test_another_seed_exchanges_otherwise(digits):
    planned = [plan_course(digits, ClassesPerNode(2), Switch(1.0), NODES, named_streams(seed)) for seed in range(4)]
    moves = []
    for one in planned:
        before = {digest: node for node, digest in digests(one.at(0.0)).items()}
        moves.append(tuple(before[digest] for digest in digests(one.at(1.0)).values()))
    assert len(set(moves)) > 1


def test_data_with_groups_rotates_by_them_even_where_it_has_classes(digits):
    grouped = replace(digits, groups=np.arange(len(digits)) // 300)
    planned = course(grouped, Rotation(1.0, parts=6, test="follows"), ByGroup("given"), NODES[:2])
    assert set(planned.at(2.0).test_domains.tolist()) == {2, 3}
