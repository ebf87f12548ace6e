"""Nodes that differ from their tier, by name."""

import pytest
import yaml

from wayfare.emulator.nodes import DEFAULT_NODES, TIERS, NodeClassOverride, hardware_of
from wayfare.emulator.records import EventKind, RunRecord
from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.build import build
from wayfare.scenarios.loading import resolved_yaml

LINKS = [{"between": ["server", name], "rate": "10 Mbit/s", "delay": "1 ms"} for name in ("d1", "d2", "d3")]
STRAGGLERS = {
    "name": "stragglers",
    "topology": {
        "nodes": {"server": {"tier": "edge"}, **{name: {"tier": "device"} for name in ("d1", "d2", "d3")}},
        "links": LINKS,
    },
    "nodes": {"device": {"compute": "1 GFLOP/s", "jitter": 0.1}, "d3": {"compute": "1 kFLOP/s", "jitter": 0.0}},
    "data": {"dataset": {"kind": "blobs", "samples": 90}, "partition": "iid"},
    "model": "linear",
    "learning": {"method": "fedavg", "steps": 2, "timeout": "50 ms"},
    "stop": "600 ms",
}


@pytest.fixture
def scenario(tmp_path):
    def make(**sections):
        file = tmp_path / "stragglers.scenario.yaml"
        file.write_text(yaml.safe_dump({**STRAGGLERS, **sections}, sort_keys=False))
        return load(file)

    return make


def test_a_named_node_is_as_its_tier_but_for_what_is_said_of_it(scenario):
    hardware = build(scenario()).experiment(None).hardware
    usual, slow = hardware[1], hardware[3]
    assert (usual.compute_flop_per_s, usual.jitter) == (1e9, 0.1)
    assert (slow.compute_flop_per_s, slow.jitter) == (1e3, 0.0)
    assert slow.memory_bytes == usual.memory_bytes


def test_the_written_scenario_keeps_what_was_said_and_no_more(scenario):
    assert yaml.safe_load(resolved_yaml(scenario()))["nodes"]["d3"] == {"compute": "1 kFLOP/s", "jitter": 0.0}


def test_fedavg_leaves_a_straggler_out_that_misses_the_time_out(scenario, tmp_path):
    outcome = run(scenario(), tmp_path / "runs", cache=False)
    events = RunRecord(outcome.folder).table("events").to_pylist()
    merged = [event["value"] for event in events if event["kind"] == EventKind.MERGE]
    assert len(merged) >= 5
    assert set(merged) == {2.0}
    names = build(scenario()).wiring.names
    assert {names[event["node"]] for event in events if event["kind"] == EventKind.TRAIN_END} == {"d1", "d2"}


def test_a_node_that_is_not_there_is_a_mistake_with_its_line(scenario):
    with pytest.raises(
        ScenarioError, match=r"scenario.yaml:\d+: nodes.d4: unknown tier or node 'd4'; allowed: device, edge"
    ):
        scenario(nodes={"d4": {"compute": "1 kFLOP/s"}})


def test_what_does_not_fit_the_tier_is_a_mistake_with_its_line(scenario):
    with pytest.raises(ScenarioError, match=r"scenario.yaml:\d+: nodes.d3: power_busy 1.0 W is below power_idle 2.7 W"):
        scenario(nodes={"d3": {"power_busy": "1 W"}})
    with pytest.raises(ScenarioError, match=r"nodes.d3.comptue: unknown key 'comptue'; did you mean 'compute'"):
        scenario(nodes={"d3": {"comptue": "1 kFLOP/s"}})


@pytest.mark.parametrize("tier", TIERS)
def test_a_node_that_is_called_like_a_tier_is_as_its_tier_has_it(tier):
    classes = {**DEFAULT_NODES, "n": NodeClassOverride(slots=3)}
    assert hardware_of(tier, "device", classes) == DEFAULT_NODES["device"]
    assert hardware_of("n", tier, classes).slots == 3
