"""Copies of packets: a lost packet has one heir, and one that is not lost has none."""

from itertools import accumulate, combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.faults import FailingNode, FailingPair, Outage
from wayfare.emulator.methods import Mfd
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind
from wayfare.emulator.wandering import CyclicOrder, RandomWalk
from wayfare.models.streams import generator

NAMES = "abcdef"
RING = tuple((a, b, 1e5, 0.01) for a, b in zip(NAMES, NAMES[1:] + NAMES[0], strict=True))
SLOW = NodeClass(compute_flop_per_s=2e4, efficiency=1.0, memory_bytes=1e12, power_idle_w=1, power_busy_w=3)
MESH = (*RING, ("a", "d", 1e5, 0.01), ("b", "e", 1e5, 0.01))


def living(run):
    """Return how many packets lived after each launch and each end."""
    changes = [*run.by_kind[EventKind.LAUNCH], *run.by_kind[EventKind.RETIRE]]
    changes.sort(key=lambda event: (event["time_ns"], event["kind"] == EventKind.LAUNCH))
    return list(accumulate(1 if event["kind"] == EventKind.LAUNCH else -1 for event in changes))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lost_after_s=st.sampled_from([1e-6, 1e-3, 0.02, 0.3]),
    copies=st.integers(1, 3),
    packets=st.integers(1, 3),
    walk=st.sampled_from([RandomWalk(), CyclicOrder()]),
)
def test_without_failures_there_are_never_more_packets_than_were_launched(
    live, wired, lost_after_s, copies, packets, walk
):
    """However short the silence: a visit takes some 10 ms here, and the way of a question and its answer 50 ms."""
    method = Mfd(packets=packets, steps=1, copies=copies, lost_after_s=lost_after_s, next_hop=walk)
    run = live(wired(*MESH), method, NAMES, stop_s=0.8)
    assert len(run.by_kind[EventKind.LAUNCH]) == packets
    assert not run.by_kind[EventKind.RETIRE]


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("lost_after_s", [1e-6, 0.3])
def test_one_loss_makes_one_heir(live, wired, copies, lost_after_s):
    """A node dies for good with all that is there; every packet that was lost has one heir, and no other has."""
    method = Mfd(packets=3, steps=4, copies=copies, lost_after_s=lost_after_s)
    fault = FailingNode(2, iter([Outage(0.7, 99.0)]))
    run = live(wired(*MESH), method, NAMES, stop_s=2.5, hardware={"c": SLOW}, faults=[fault])
    lost = {event["packet"] for event in run.by_kind[EventKind.RETIRE]}
    heirs = [event for event in run.by_kind[EventKind.LAUNCH] if event["time_ns"]]
    assert lost
    assert len(heirs) == len(lost)
    assert max(living(run)) == living(run)[-1] == 3


def test_a_packet_that_a_dead_neighbour_cannot_take_goes_elsewhere(live, wired):
    """Nothing is lost, so there is no heir: who sent it still has it. Before, each try made one."""
    method = Mfd(packets=1, steps=1, copies=1, lost_after_s=0.3)
    run = live(wired(*RING), method, NAMES, stop_s=2.0, faults=[FailingNode(2, iter([Outage(0.0, 99.0)]))])
    assert run.summary["packets"]["dropped"]
    assert len(run.by_kind[EventKind.LAUNCH]) == 1
    assert not run.by_kind[EventKind.RETIRE]
    assert len({event["node"] for event in run.by_kind[EventKind.TRAIN_END]}) == 5


def outages(rng, until_s):
    """Yield when a node is down: up for 1.5 s and down for 0.5 s on average, until it is up for good."""
    time_s = 0.0
    while True:
        start_s = time_s + rng.exponential(1.5)
        time_s = start_s + rng.exponential(0.5)
        if time_s > until_s:
            return
        yield Outage(start_s, time_s)


@pytest.mark.parametrize("seed", range(3))
def test_where_nodes_come_and_go_and_all_others_hear_each_other_packets_do_not_multiply(live, wired, seed):
    links = [(a, b, 1e5, 0.01) for a, b in combinations(NAMES, 2)]
    faults = [FailingNode(node, outages(generator(seed, "outage", node), 3.0)) for node in range(len(NAMES))]
    run = live(wired(*links), Mfd(packets=3, steps=4, copies=2, lost_after_s=0.1), NAMES, stop_s=3.0, faults=faults)
    heirs = len(run.by_kind[EventKind.LAUNCH]) - 3
    assert 0 < heirs <= len(run.by_kind[EventKind.RETIRE])
    assert max(living(run)) <= 3


@pytest.mark.parametrize("seed", range(3))
def test_packets_that_outages_kept_apart_are_no_more_than_were_launched_when_all_is_up_again(live, wired, seed):
    """Two of a ring's nodes that are down part the others, so a packet and its heir may live at one time."""
    faults = [FailingNode(node, outages(generator(seed, "outage", node), 3.0)) for node in range(len(NAMES))]
    method = Mfd(packets=3, steps=4, copies=2, lost_after_s=0.1)
    run = live(wired(*RING), method, NAMES, stop_s=5.0, faults=faults)
    assert 0 < living(run)[-1] <= 3


def test_a_packet_taken_for_lost_yields_to_its_heir_when_it_can_be_told(live, wired):
    """The network breaks in two while the packet is beyond the break; its heir goes on, and in the end one is left."""
    wiring = wired(*RING[:3])
    broken = FailingPair(tuple(wiring.links[2:4]), iter([Outage(0.35, 2.0)]))
    run = live(wiring, Mfd(packets=1, steps=30, copies=1, lost_after_s=0.1), "abcd", stop_s=3.5, faults=[broken])
    assert max(living(run)) == 2
    assert living(run)[-1] == 1
    (yielded,) = run.by_kind[EventKind.RETIRE]
    assert yielded["packet"] == 0
    assert 2.0 < yielded["time_ns"] / 1e9 < 3.0
