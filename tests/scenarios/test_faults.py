"""Faults in a scenario, from the file to the run."""

import pytest

from wayfare.emulator.records import EXPORTS, RunRecord
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

TEXT = """\
name: fault
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s, delay: 0 s}
    - {between: [a, c], rate: 1 Mbit/s, delay: 0 s}
    - {between: [c, b], rate: 10 Mbit/s, delay: 0 s}
faults: [%s]
traffic: {interrupted: %s, transfers: [{from: a, to: b, size: 2.5 MB}]}
stop: 30 s
"""
OUTAGE = "{kind: link, between: [b, a], from: 500 ms, until: 1.5 s}"


@pytest.mark.parametrize(
    ("interrupted", "end_s", "route"), [("resume", 3.0, "a>b"), ("restart", 3.5, "a>b"), ("reroute", 22.5, "a>c>b")]
)
def test_an_outage_in_a_scenario_interrupts_as_it_says(tmp_path, interrupted, end_s, route):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % (OUTAGE, interrupted))
    (flow,) = EXPORTS["flows"](RunRecord(run(load(path), tmp_path).folder)).to_pylist()
    assert flow["end_s"] == pytest.approx(end_s, rel=1e-9)
    assert flow["route"] == route


def test_random_outages_are_the_same_for_the_same_seed_and_leave_other_links_alone(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % ("{kind: random-links, links: backhaul, up: 300 ms, down: 100 ms}", "resume"))
    digests = {run(load(path), tmp_path / str(turn)).summary["digest"]["events"] for turn in range(2)}
    assert len(digests) == 1
    assert run(load(path, seed=5), tmp_path / "other").summary["digest"]["events"] not in digests


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("{kind: link, between: [a, z], from: 1 s}", "faults.0.between: unknown node 'z'"),
        ("{kind: link, between: [a, b], from: 2 s, until: 1 s}", "must be later than 'from'"),
        ("{kind: random-links, links: bakhaul, up: 1 s, down: 1 s}", "did you mean 'backhaul'?"),
        ("{kind: link, between: [a, b]}", "from"),
    ],
)
def test_a_mistake_in_a_fault_is_named(tmp_path, fault, message):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % (fault, "resume"))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert message in str(caught.value)


def test_faults_need_an_end(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text((TEXT % (OUTAGE, "resume")).replace("stop: 30 s\n", ""))
    with pytest.raises(ScenarioError, match="stop: is missing"):
        load(path)


def test_a_learning_run_outlives_nodes_that_come_and_go(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        "name: churn\nseed: 7\ntopology: {generator: three-tier, edges: 2, devices: 6}\n"
        "cells: {site_antenna_gain: 8 dB}\n"
        "nodes: {device: {compute: 1 GFLOP/s}}\ndata: {dataset: digits, partition: {kind: iid}}\n"
        "model: {family: mlp, hidden: [16]}\nlearning: {method: mfd, packets: 3, steps: 10, learning_rate: 0.2}\n"
        "faults: [{kind: random-nodes, tier: device, up: 200 ms, down: 100 ms}]\n"
        "traffic: {unreachable: wait}\nstop: 1 s\n"
    )
    summaries = [run(load(path), tmp_path / str(turn), cache=bool(turn)).summary for turn in range(2)]
    assert summaries[0]["digest"] == summaries[1]["digest"]
    assert summaries[0]["training"]["jobs"] > 0


def test_a_node_that_is_to_fail_must_be_there(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % ("{kind: node, node: z, from: 1 s}", "resume"))
    with pytest.raises(ScenarioError, match=r"faults\.0\.node: unknown node 'z'"):
        load(path)


def test_links_that_fail_together_cost_one_interruption_and_no_hop_onto_each_other(tmp_path):
    """A partition takes all three ways out of a; what was on the first waits until it is over."""
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        """\
name: partition
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, d: {tier: edge}}
  links: [{between: [a, d]}, {between: [a, b]}, {between: [b, d]}, {between: [a, c]}, {between: [c, d]}]
links: {backhaul: {rate: 10 Mbit/s, delay: 1 ms}}
faults: [{kind: partition, nodes: [a], from: 1 s, until: 3 s}]
traffic: {interrupted: reroute, unreachable: wait, transfers: [{from: a, to: d, size: 2.5 MB}]}
stop: 20 s
"""
    )
    record = RunRecord(run(load(path), tmp_path).folder)
    kinds = [row["kind"] for row in EXPORTS["events"](record).to_pylist()]
    assert (kinds.count("interrupt"), kinds.count("hop_start")) == (1, 2)
    (flow,) = EXPORTS["flows"](record).to_pylist()
    assert flow["end_s"] == pytest.approx(5.001, rel=1e-9)
    assert flow["route"] == "a>d"
