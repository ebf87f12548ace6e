"""What all methods with rounds do when clients are slow, lost or dead."""

import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import DiLoCo, FedAdam, FedAvg, FedProx, Scaffold
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device"}
METHODS = [FedAvg(steps=3), FedProx(steps=3), Scaffold(steps=3), FedAdam(steps=3), DiLoCo(steps=3)]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_a_round_ends_without_a_client_that_cannot_be_reached(live, wired, method):
    """No timeout passes: the server hears that its question was dropped."""
    faults = [FailingNode(1, iter([Outage(0.0, 99.0)]))]
    run = live(wired(*STAR, tiers=TIERS), method, ("a", "b"), stop_s=0.5, faults=faults)
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {1.0}
    assert len(run.by_kind[EventKind.MERGE]) > 2


def test_a_server_goes_on_with_the_model_in_its_store(live, wired):
    def run(stop_s):
        faults = [FailingNode(0, iter([Outage(0.3, 0.5)]))]
        return live(wired(*STAR, tiers=TIERS), FedAvg(steps=3), ("a", "b"), stop_s=stop_s, faults=faults)

    before, after = run(0.3), run(0.501)
    assert before.summary["digest"]["weights"] == after.summary["digest"]["weights"]
    before, after = (lived.world._learning.nodes[0].store["task"] for lived in (before, after))
    assert after == before + 1 > 2


def test_where_nobody_can_be_reached_time_passes(live, wired):
    faults = [FailingNode(node, iter([Outage(0.0, 99.0)])) for node in (1, 2)]
    run = live(wired(*STAR, tiers=TIERS), FedAvg(steps=3, timeout_s=0.2), ("a", "b"), stop_s=0.99, faults=faults)
    assert run.summary["packets"]["sent"] == 2 * 5


def test_a_client_that_is_behind_takes_the_newest_question(live, wired):
    """Client b needs 0.5 s for a job and the others' rounds take 0.1 s: it skips what it was asked meanwhile."""
    slow = NodeClass(compute_flop_per_s=2e4, efficiency=1.0, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0)
    method = FedAvg(steps=3, timeout_s=0.1)
    run = live(wired(*STAR, tiers=TIERS), method, ("a", "b"), stop_s=4.0, hardware={"b": slow})
    asked = sum(event["peer"] == 2 for event in run.by_kind[EventKind.FLOW_START])
    answered = sum(event["node"] == 2 for event in run.by_kind[EventKind.FLOW_START])
    started = [event["time_ns"] for event in run.by_kind[EventKind.TRAIN_START] if event["node"] == 2]
    assert asked > 2 * answered > 2
    assert len(started) == answered + 1
