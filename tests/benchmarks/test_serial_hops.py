"""Serial hops: by hand, and against what the rounds of a method come to on a network whose ways are known."""

from collections import Counter
from itertools import count

import pytest
import yaml
from serial_hops import hops_behind, serial_hops

from wayfare.emulator.records import EventKind, RunRecord
from wayfare.scenarios import load, run

SERVER, A, B, C = range(4)


class Story:
    """A record by hand: who sends over how many links, merges and trains, one after another."""

    def __init__(self):
        self.events, self._flows = [], count()

    def note(self, kind, node, peer=-1, flow=-1):
        self.events.append({"time_ns": len(self.events), "kind": kind, "node": node, "peer": peer, "flow": flow})

    def start(self, source, target, links=1):
        flow = next(self._flows)
        self.note(EventKind.FLOW_START, source, target, flow)
        for _ in range(links):
            self.note(EventKind.HOP_END, -1, -1, flow)
        return flow, source, target

    def end(self, sent):
        flow, source, target = sent
        self.note(EventKind.FLOW_END, target, source, flow)

    def send(self, source, target, links=1):
        self.end(self.start(source, target, links))

    def train(self, node):
        self.note(EventKind.TRAIN_START, node)

    def merge(self, node):
        self.note(EventKind.MERGE, node)


def test_a_round_is_the_way_there_and_back():
    story = Story()
    for _ in range(3):
        for client, links in ((A, 1), (B, 2)):
            story.send(SERVER, client, links)
            story.train(client)
            story.send(client, SERVER, links)
        story.merge(SERVER)
    assert hops_behind(story.events, "fedavg")[SERVER] == 3 * 4


def test_an_answer_that_no_merge_has_used_does_not_count():
    story = Story()
    story.train(A)
    story.send(A, SERVER)
    assert hops_behind(story.events, "fedavg")[SERVER] == 0
    story.merge(SERVER)
    assert hops_behind(story.events, "fedavg")[SERVER] == 1


def test_a_server_that_gathers_sends_back_what_it_had_before():
    """FedBuff: A's first answer is gathered, so what A gets next has nothing behind it yet."""
    story = Story()
    story.train(A)
    story.send(A, SERVER)
    story.send(SERVER, A)
    story.train(A)
    story.send(A, SERVER)
    story.merge(SERVER)
    assert hops_behind(story.events, "fedbuff")[SERVER] == 2


def test_a_site_passes_on_what_came_this_instant():
    story = Story()
    story.send(SERVER, A, links=3)
    arrived_ns = story.events[-1]["time_ns"]
    sent = story.start(A, B)
    next(event for event in story.events if event["flow"] == sent[0])["time_ns"] = arrived_ns
    story.end(sent)
    story.train(B)
    assert hops_behind(story.events, "hierarchical")[B] == 4


def test_a_peer_that_is_a_round_ahead_waits_for_its_turn():
    """D-PSGD: B's model of the next round is there before C's of this one; the merge takes one of each."""
    story = Story()
    for node in (A, B, C):
        story.train(node)
    story.send(B, A)
    story.send(C, B)
    story.merge(B)
    story.train(B)
    story.send(B, A)
    story.send(C, A)
    story.merge(A)
    assert hops_behind(story.events, "d-psgd")[A] == 1
    story.merge(A)
    assert hops_behind(story.events, "d-psgd")[A] == 2


def test_in_gossip_an_untrained_model_is_not_merged_and_others_one_by_one():
    story = Story()
    story.train(A)
    story.send(C, B)  # never trained
    story.send(A, B, links=2)
    story.send(A, B, links=1)
    story.merge(B)
    assert hops_behind(story.events, "gossip")[B] == 2
    story.send(B, C)
    story.merge(C)
    assert hops_behind(story.events, "gossip")[C] == 3


def lived(folder, method, **own):
    """Run a method on a cloud, two sites and four devices; return its record."""
    nodes = {"cloud": "cloud", "s1": "edge", "s2": "edge"} | {f"d{number}": "device" for number in range(1, 5)}
    pairs = [("cloud", "s1"), ("cloud", "s2"), ("s1", "d1"), ("s1", "d2"), ("s2", "d3"), ("s2", "d4")]
    links = [{"between": [*pair], "rate": "20 Mbit/s", "delay": "2 ms"} for pair in pairs]
    scenario = {
        "name": "hops",
        "stop": "300 ms",
        "topology": {"nodes": {name: {"tier": tier} for name, tier in nodes.items()}, "links": links},
        "nodes": {"device": {"compute": "100 MFLOP/s"}},
        "data": {"dataset": "digits", "partition": "iid"},
        "model": {"family": "linear"},
        "learning": {"method": method, "steps": 2, "batch_size": 8, **own},
    }
    file = folder / "hops.scenario.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return RunRecord(run(load(file), folder, cache=False).folder)


def merges(record, node="cloud"):
    """Return how often a node has merged."""
    kinds = record.table("events").to_pylist()
    return sum(row["kind"] == EventKind.MERGE and row["node"] == record.node_names.index(node) for row in kinds)


@pytest.mark.parametrize(("method", "hops"), [("fedavg", 2 + 2), ("scaffold", 2 + 2), ("hierarchical", 1 + 4 * 2 + 1)])
def test_a_server_method_has_as_many_as_its_rounds(tmp_path, method, hops):
    record = lived(tmp_path, method)
    assert merges(record) > 2
    assert serial_hops(record) == hops * merges(record)


def test_every_round_of_d_psgd_adds_one(tmp_path):
    record = lived(tmp_path, "d-psgd")
    assert serial_hops(record) == max(merges(record, node) for node in ("d1", "d2", "d3", "d4")) > 2


@pytest.mark.parametrize("method", ["mfd", "cyclic"])
def test_a_travelling_model_has_the_links_that_it_crossed(tmp_path, method):
    record = lived(tmp_path, method)
    crossed = Counter(row["packet"] for row in record.table("events").to_pylist() if row["kind"] == EventKind.HOP_END)
    assert serial_hops(record) == max(crossed.values()) > 2


@pytest.mark.parametrize(("method", "hops"), [("alone", 0), ("central", 2)])
def test_where_models_stay_only_the_data_has_a_way(tmp_path, method, hops):
    assert serial_hops(lived(tmp_path, method)) == hops
