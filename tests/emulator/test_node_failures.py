"""Nodes that fail: what is lost, what survives, and what the others see of it."""

import pytest

from wayfare.emulator.failures import NodeDown, SendFailed
from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import Alone, Central, FedAvg, Mfd
from wayfare.emulator.records import DropReason, EventKind
from wayfare.models import TrainingService

PAIR = (("server", "client", 8e6, 0.01),)
TIERS = {"server": "cloud", "client": "device"}


def down(node, start_s, end_s):
    return FailingNode(node, iter([Outage(start_s, end_s)]))


def test_a_transfer_held_by_a_dead_node_is_lost_with_it(live, wired):
    wiring = wired(("a", "b", 8e6, 0.0), ("b", "c", 8e6, 0.0))
    lived = live(wiring, transfers=[(0, 2, 1_000_000, 0.0)], faults=[down(1, 1.5, 5.0)], stop_s=9.0)
    assert lived.summary["drops"] == {"node-down": 1}
    assert [event["time_ns"] for event in lived.by_kind[EventKind.FLOW_DROP]] == [1_500_000_000]


def test_a_transfer_towards_a_dead_node_waits_or_is_dropped_as_its_link_is(live, wired):
    for interrupted, ends in (("resume", 3.0), ("drop", None)):
        wiring = wired(("a", "b", 8e6, 0.0))
        lived = live(
            wiring, transfers=[(0, 1, 2_000_000, 0.0)], faults=[down(1, 1.0, 2.0)], stop_s=9.0, interrupted=interrupted
        )
        assert lived.summary["flows"]["last_end_s"] == ends


def test_what_arrives_at_a_dead_node_is_dropped(live, wired):
    lived = live(
        wired(("a", "b", 8e6, 3.0)), transfers=[(0, 1, 1_000_000, 0.0)], faults=[down(1, 2.0, 9.0)], stop_s=10.0
    )
    (drop,) = lived.by_kind[EventKind.FLOW_DROP]
    assert (drop["time_ns"], drop["node"], drop["value"]) == (4_000_000_000, 1, DropReason.NODE_DOWN)


def test_a_dead_node_draws_no_power_and_the_ledger_still_adds_up(live, wired):
    alive = live(wired(("a", "b", 8e6, 0.0)), stop_s=10.0, test="alive")
    dead = live(wired(("a", "b", 8e6, 0.0)), stop_s=10.0, faults=[down(1, 2.25, 5.0)], bin_s=0.5)
    idle_w = 1.0  # of the plain node
    assert alive.summary["energy"]["total_j"] - dead.summary["energy"]["total_j"] == pytest.approx(2.75 * idle_w)


def test_a_program_hears_that_its_node_is_down_and_starts_anew_with_its_store(live, wired, scripted):
    heard = []

    def program(node):
        heard.append((node.now, node.restarts, dict(node.store)))
        node.store["mark"] = node.now
        try:
            yield node.wait(100.0)
        except NodeDown as failure:
            heard.append((node.now, str(failure)))
            raise

    live(
        wired(*PAIR, tiers=TIERS),
        scripted({"client": program}),
        ["client"],
        stop_s=9.0,
        faults=[down(1, 2.0, 3.0)],
    )
    assert heard == [(0.0, 0, {}), (2.0, "client is down"), (3.0, 1, {"mark": 0.0})]


def test_a_job_of_a_dead_node_is_dropped_and_a_restart_pays_the_whole_duration(live, wired):
    service = TrainingService()
    wiring = wired(*PAIR, tiers=TIERS)
    whole = live(wiring, Alone(steps=5, batch_size=4), ["client"], stop_s=5.0)
    started = [event["time_ns"] for event in whole.by_kind[EventKind.TRAIN_START]]
    lasts_s = (started[1] - started[0]) / 1e9
    lived = live(
        wired(*PAIR, tiers=TIERS),
        Alone(steps=5, batch_size=4),
        ["client"],
        stop_s=5.0,
        faults=[down(1, lasts_s / 2, 2 * lasts_s)],
        service=service,
    )
    assert service.dropped == 1
    ends = [event["time_ns"] / 1e9 for event in lived.by_kind[EventKind.TRAIN_END]]
    assert ends[0] == pytest.approx(3 * lasts_s, abs=2e-9)


def test_a_sender_hears_that_its_packet_was_lost_at_a_dead_node(live, wired, scripted):
    heard = []

    def sender(node):
        try:
            yield node.send("client", node.packet(node.initial_model()))
        except SendFailed as failure:
            heard.append(failure.reason)

    live(wired(*PAIR, tiers=TIERS), scripted({"server": sender}), ["client"], stop_s=9.0, faults=[down(1, 0.0, 9.0)])
    assert heard == [DropReason.NO_ROUTE]


def test_travelling_models_that_die_with_a_node_are_no_answers_any_more(live, wired):
    wiring = wired(("a", "b", 8e6, 0.01), tiers={"a": "device", "b": "device"})
    method = Mfd(packets=2, steps=50, batch_size=4)
    lived = live(wiring, method, ["a", "b"], stop_s=3.0, faults=[down(0, 0.001, 1.0)], unreachable="wait")
    assert len(lived.by_kind[EventKind.LAUNCH]) == 2
    assert len(lived.by_kind[EventKind.RETIRE]) == 1
    assert len(lived.world._learning.answers) == 1


@pytest.mark.parametrize("dead", [0, 1])
def test_a_server_or_a_client_that_was_down_comes_back_into_the_work(live, wired, dead):
    links = [("server", name, 8e6, 0.01) for name in ("one", "two")]
    tiers = {"server": "cloud", "one": "device", "two": "device"}
    method = FedAvg(steps=5, batch_size=4, timeout_s=0.5)
    lived = live(wired(*links, tiers=tiers), method, ["one", "two"], stop_s=6.0, faults=[down(dead, 0.02, 1.0)])
    late = {event["node"] for event in lived.by_kind[EventKind.TRAIN_END] if event["time_ns"] > 2e9}
    assert late == {1, 2}


def test_central_trains_on_what_arrived_when_a_holder_was_down_from_the_start(live, wired):
    links = [("server", name, 8e6, 0.01) for name in ("one", "two")]
    tiers = {"server": "cloud", "one": "device", "two": "device"}
    method = Central(steps=5, timeout_s=0.5, budget=3)
    lived = live(wired(*links, tiers=tiers), method, ["one", "two"], stop_s=6.0, faults=[down(1, 0.0, 9.0)])
    assert len(lived.by_kind[EventKind.TRAIN_END]) == 3
    assert lived.summary["packets"]["delivered"] == 1


def test_failures_of_nodes_leave_the_digest_the_same_twice(live, wired):
    def run(turn):
        wiring = wired(("a", "b", 8e6, 0.01), ("b", "c", 8e6, 0.01), tiers=dict.fromkeys("abc", "device"))
        method = Mfd(packets=3, steps=5, batch_size=4)
        return live(wiring, method, ["a", "b", "c"], stop_s=3.0, faults=[down(1, 0.3, 0.9), down(2, 1.1, 1.5)]).summary

    assert run(1)["digest"] == run(2)["digest"]
