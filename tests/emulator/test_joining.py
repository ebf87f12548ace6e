"""Nodes that are not there from the start."""

import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.records import EventKind

TIERS = {"server": "cloud", "client": "device"}


def joins(node, at_s):
    return FailingNode(node, iter([Outage(0.0, at_s)]), joins=True)


def test_a_program_starts_when_its_node_joins_and_has_never_been_restarted(live, wired, scripted):
    started = []

    def program(node):
        started.append((node.name, node.now, node.restarts))
        yield node.wait(100.0)

    live(
        wired(("server", "client", 8e6, 0.01), tiers=TIERS),
        scripted(dict.fromkeys(TIERS, program)),
        ["client"],
        stop_s=9.0,
        faults=[joins(1, 2.0), FailingNode(1, iter([Outage(3.0, 4.0)]))],
    )
    assert started == [("server", 0.0, 0), ("client", 2.0, 0), ("client", 4.0, 1)]


def test_nothing_reaches_a_node_before_it_joins(live, wired):
    wiring = wired(("a", "b", 8e6, 0.0), ("b", "c", 8e6, 0.0))
    for unreachable, end_s in (("wait", 4.0), ("drop", None)):
        lived = live(
            wiring, transfers=[(0, 2, 1_000_000, 0.0)], faults=[joins(1, 2.0)], stop_s=9.0, unreachable=unreachable
        )
        assert lived.summary["flows"]["last_end_s"] == end_s


def test_a_node_that_has_not_joined_draws_nothing(live, wired):
    always = live(wired(("a", "b", 8e6, 0.0)), stop_s=10.0)
    lived = live(wired(("a", "b", 8e6, 0.0)), stop_s=10.0, faults=[joins(1, 2.75)])
    idle_w = 1.0  # of the plain node
    assert always.summary["energy"]["total_j"] - lived.summary["energy"]["total_j"] == pytest.approx(2.75 * idle_w)
    assert [event["time_ns"] for event in lived.by_kind[EventKind.NODE_DOWN]] == [0]
    assert [event["time_ns"] for event in lived.by_kind[EventKind.NODE_UP]] == [2_750_000_000]


def test_a_node_that_would_fail_before_it_joins_joins_when_both_are_over(live, wired):
    faults = [joins(1, 2.0), FailingNode(1, iter([Outage(1.0, 3.0)]))]
    lived = live(wired(("a", "b", 8e6, 0.0)), stop_s=10.0, faults=faults)
    assert [event["time_ns"] for event in lived.by_kind[EventKind.NODE_UP]] == [3_000_000_000]
