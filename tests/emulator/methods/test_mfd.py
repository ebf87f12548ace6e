"""Travelling models, followed by their own headers and by the events of the run."""

from dataclasses import replace

import pytest

from wayfare.emulator.methods import Mfd
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.packets import LayerUpdate
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import weights_digest
from wayfare.models.trainer import train

LINE = (("a", "b", 1e6, 0.01), ("b", "c", 1e6, 0.01), ("c", "d", 1e6, 0.01))
SEED = 7


class Diary(Mfd):
    """Mfd that keeps every packet a node sends on or lets retire, with the node's id, in its own list."""

    def program(self, node, roles):
        send, retire = node.send, node.retire

        def noted(what):
            self.seen.append((node.index, replace(what)))  # a copy, so that nothing later can change it
            return what

        node.send = lambda destination, sent, via=None: send(destination, noted(sent), via)
        node.retire = lambda retired, **how: retire(noted(retired), **how)
        return super().program(node, roles)


@pytest.fixture
def diary():
    def make(**parameters):
        method = Diary(**parameters)
        object.__setattr__(method, "seen", [])
        return method

    return make


def test_a_header_tells_where_the_model_has_been_and_what_it_has_learned(live, wired, diary, make_shard):
    method = diary(packets=1, steps=2, hop_limit=6)
    run = live(wired(*LINE), method, {"a": 5, "c": 9, "d": 3}, stop_s=9.0)
    sizes = {0: ("a", 5), 2: ("c", 9), 3: ("d", 3)}
    visited, learned, seen = [], 0, [0, 0, 0]
    for hops, (node, packet) in enumerate(method.seen):
        visited.append(node)
        if node in sizes:
            name, count = sizes[node]
            learned += count
            seen = [n + make_shard(name, count).labels.tolist().count(label) for label, n in enumerate(seen)]
            assert packet.updates == (LayerUpdate(node, learned),) * 2
            assert packet.performance.node == node
        assert packet.visited == tuple(visited)
        assert packet.hop_count == hops
        assert packet.seen == tuple(seen)
        assert packet.sought == tuple(label for label in range(3) if seen[label] < sum(seen) / 3)
        assert packet.learned_samples == learned
    assert visited[:4] == [0, 1, 2, 3]
    assert len(run.by_kind[EventKind.HOP_END]) == 6


def test_the_model_is_trained_at_every_holder_it_reaches(live, wired, make_shard):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, hop_limit=3), ("a", "b", "c", "d"), stop_s=0.8)
    model = run.world._learning.initial
    plan = TrainingPlan(2, 20, "sgd", 0.1, 0.0)
    stops = [event["node"] for event in run.by_kind[EventKind.TRAIN_END]]
    for node in stops:
        name = "abcd"[node]
        model = train([TrainingJob(model, make_shard(name), plan, job_seed(SEED, name, "train", 1))])[0].model
    assert stops == [0, 1, 2, 3][: len(stops)]
    assert len(stops) > 1
    assert run.summary["digest"]["weights"] == weights_digest({"packet0": model})


def test_a_packet_retires_at_its_hop_limit_and_its_last_model_answers_where_no_packet_lives(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, hop_limit=2), ("a", "b", "c", "d"), stop_s=9.0)
    (retired,) = run.by_kind[EventKind.RETIRE]
    assert retired["node"] == 2
    assert len(run.by_kind[EventKind.HOP_END]) == 2
    assert run.summary["accuracy"]["final"] is not None
    assert list(run.world._learning.last_answers) == [(-1, 0)]
    assert run.summary["packets"]["dropped"] == 0


def test_a_packet_that_has_retired_answers_no_more_while_others_live(live, wired):
    """Two pairs of nodes: the packet of a has retired at b when that of c still trains at the slow d."""
    slow = NodeClass(compute_flop_per_s=1e3, efficiency=1.0, memory_bytes=1e12, power_idle_w=0, power_busy_w=0)
    pairs = wired(("a", "b", 1e6, 0.01), ("c", "d", 1e6, 0.01))
    run = live(pairs, Mfd(packets=2, steps=2, hop_limit=1), "abcd", stop_s=0.5, hardware={"d": slow})
    assert [event["packet"] for event in run.by_kind[EventKind.RETIRE]] == [0]
    assert list(run.world._learning.last_answers) == [(-1, 1)]


def test_a_packet_that_the_network_drops_answers_no_more(live, wired):
    """accuracy.final is the mean of the living packets, and this one died at b, which cannot hold it."""
    small = NodeClass(compute_flop_per_s=1e6, memory_bytes=100, power_idle_w=0, power_busy_w=0)
    run = live(wired(*LINE), Mfd(packets=1, steps=2), ("a", "d"), stop_s=3.0, hardware={"b": small})
    assert run.summary["packets"]["dropped"] == 1
    assert run.summary["accuracy"]["final"] is None


def test_packets_start_at_holders_evenly_spread(live, wired):
    run = live(wired(*LINE), Mfd(packets=2, steps=2), ("a", "b", "c", "d"), stop_s=0.1)
    assert [(event["node"], event["packet"]) for event in run.by_kind[EventKind.LAUNCH]] == [(0, 0), (2, 1)]


def test_more_packets_than_holders_all_start(live, wired):
    run = live(wired(*LINE), Mfd(packets=5, steps=2), ("a", "d"), stop_s=9.0)
    assert len({event["packet"] for event in run.by_kind[EventKind.LAUNCH]}) == 5


def test_a_node_without_data_forwards_and_trains_nothing(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2), ("a", "d"), stop_s=9.0)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END]} == {0, 3}
    assert {event["node"] for event in run.by_kind[EventKind.HOP_END]} >= {1, 2}


def test_on_a_ring_a_packet_goes_round_and_not_back_and_forth(live, wired):
    ring = (*LINE, ("d", "a", 1e6, 0.01))
    run = live(wired(*ring), Mfd(packets=1, steps=2, hop_limit=8), "abcd", stop_s=30.0)
    stops = [event["node"] for event in run.by_kind[EventKind.TRAIN_END]]
    assert sorted(stops[:4]) == sorted(stops[4:8]) == [0, 1, 2, 3]


def test_sixteen_bits_make_smaller_packets(live, wired):
    sizes = {}
    for bits in (32, 16):
        run = live(wired(*LINE), Mfd(packets=1, steps=2, bits=bits), ("a", "d"), stop_s=1.0)
        sizes[bits] = run.by_kind[EventKind.FLOW_START][0]["size_bytes"]
    assert {event["value"] for event in run.by_kind[EventKind.SCALE]} == {16.0}
    parameters = run.world._learning.initial.structure.parameters
    assert sizes[32] - sizes[16] == pytest.approx(2 * parameters, abs=16)


def test_merging_joins_a_packet_with_what_the_last_one_left(live, wired, diary):
    method = diary(packets=2, steps=2, meeting="merge", hop_limit=4)
    run = live(wired(*LINE), method, "abcd", stop_s=30.0)
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {2.0}
    assert {packet.lineage for _, packet in method.seen} >= {(0,), (1,)}


def test_one_node_alone_keeps_its_packet(live, wired):
    """A network of one node has no neighbour to send to; the scenario allows it, so it must not break down."""
    run = live(wired(tiers={"only": "device"}), Mfd(packets=1, steps=2), ("only",), stop_s=1.0)
    assert run.summary["packets"]["sent"] == 0
