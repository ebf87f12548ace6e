from collections import Counter

import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import Cyclic
from wayfare.emulator.records import EventKind

STAR = tuple(("hub", name, 4e6, 0.005) for name in "abcd")
TIERS = {"hub": "edge", **dict.fromkeys("abcd", "device")}


def visits(run):
    return ["?abcd"[event["node"]] for event in run.by_kind[EventKind.TRAIN_END]]


def test_in_fixed_order_the_model_goes_round_and_round(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2), "abcd", stop_s=1.0)
    assert "".join(visits(run)) == ("abcd" * 99)[: len(visits(run))]
    assert len(visits(run)) > 8
    assert len(run.world._learning.answers) == 1


def test_in_random_order_each_cycle_visits_all_and_cycles_differ(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2, order="random"), "abcd", stop_s=2.0)
    cycles = ["".join(visits(run)[at : at + 4]) for at in range(0, len(visits(run)) - 3, 4)]
    assert len(cycles) > 4
    assert {"".join(sorted(cycle)) for cycle in cycles} == {"abcd"}
    assert len(set(cycles)) > 2


def test_a_fraction_draws_holders_without_putting_them_back(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2, order="random", fraction=0.5), "abcd", stop_s=2.0)
    pairs = [visits(run)[at : at + 2] for at in range(0, len(visits(run)) - 1, 2)]
    assert all(first != second for first, second in pairs)
    assert set(visits(run)) == set("abcd")


def test_a_fraction_in_fixed_order_is_refused():
    with pytest.raises(ValueError, match="order: random"):
        Cyclic(fraction=0.5)


def test_a_holder_that_is_down_is_left_out_until_it_is_back(live, wired):
    faults = [FailingNode(3, iter([Outage(0.0, 1.0)]))]
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2), "abcd", stop_s=2.0, faults=faults)
    early = Counter(event["node"] for event in run.by_kind[EventKind.TRAIN_END] if event["time_ns"] < 1e9)
    late = Counter(event["node"] for event in run.by_kind[EventKind.TRAIN_END] if event["time_ns"] > 1.2e9)
    assert early[3] == 0 < min(early[1], early[2], early[4])
    assert late[3] > 0


def test_a_holder_that_fails_with_the_model_goes_on_with_it(live, wired):
    """Node b fails while it trains; until it is back nobody has the model."""
    whole = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2), "abcd", stop_s=1.0)
    start = next(event["time_ns"] for event in whole.by_kind[EventKind.TRAIN_START] if event["node"] == 2) / 1e9
    faults = [FailingNode(2, iter([Outage(start + 1e-4, 0.7)]))]
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2), "abcd", stop_s=2.0, faults=faults)
    assert "".join(visits(run)).startswith("abcdabcd")
    assert not [event for event in run.by_kind[EventKind.TRAIN_START] if start + 1e-3 < event["time_ns"] / 1e9 < 0.7]


def test_a_first_holder_that_fails_at_the_launch_goes_on_with_it_though_it_is_not_drawn(live, wired):
    """Of the four one is drawn a cycle, by this seed not the first: its restart trains the model all the same."""
    faults = [FailingNode(1, iter([Outage(0.001, 0.5)]))]
    method = Cyclic(steps=2, order="random", fraction=0.25)
    run = live(wired(*STAR, tiers=TIERS), method, "abcd", stop_s=1.5, faults=faults, interrupted="drop")
    assert len(visits(run)) > 4


def test_a_lone_holder_trains_by_itself(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Cyclic(steps=2), "b", stop_s=1.0)
    assert run.summary["packets"]["sent"] == 0
    assert len(visits(run)) > 1
