"""Whole runs against SimGrid's CM02 and LV08, and a transport term in a run against its own formula."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from wayfare.emulator.records import EventKind, RunRecord
from wayfare.emulator.tcp import TransportTerm
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

ORACLE = Path(__file__).parents[2] / "benchmarks" / "oracles" / "simgrid.json"
SIMGRID = json.loads(ORACLE.read_text(encoding="utf-8"))
FAT = "fat-pipe-behind-unequal-links"  # SimGrid gives a flow less of a fat pipe the larger its penalty is
CASES = [name for name in SIMGRID["cases"] if name != FAT]


def ends_of(case):
    """Return the two ends of each link, so that the links of each path join."""
    used = dict.fromkeys(name.lstrip("-") for flow in case["flows"] for name in flow["path"])
    ends = {name: [f"{name}-in", f"{name}-out"] for name in used}
    for flow in case["flows"]:
        for first, second in pairwise(flow["path"]):
            left = ends[first.lstrip("-")][0 if first.startswith("-") else 1]
            right = ends[second.lstrip("-")][1 if second.startswith("-") else 0]
            for pair in ends.values():
                pair[:] = [left if end == right else end for end in pair]
    return ends


def nodes_of(path, ends):
    """Return the nodes of a path in order."""
    steps = [ends[name.lstrip("-")][:: -1 if name.startswith("-") else 1] for name in path]
    return [steps[0][0], *(step[1] for step in steps)]


def scenario(case, model, crosstraffic):
    """Return the scenario file of a case, as YAML, which JSON is."""
    ends = ends_of(case)
    links = []
    for name, between in ends.items():
        what = case["links"][name]
        link = {"between": between, "rate": f"{what['rate_bps']} bit/s", "delay": f"{what['latency_s']} s"}
        link |= {"duplex": what["duplex"]} if "duplex" in what else {}
        links.append(link | ({"sharing": "unshared"} if what.get("sharing") == "fat-pipe" else {}))
    transfers = []
    for flow in case["flows"]:
        first, *via, last = nodes_of(flow["path"], ends)
        size, start = f"{flow['size_bytes']} B", f"{flow['start_s']} s"
        transfers.append({"from": first, "to": last, "via": via, "size": size, "start": start})
    gamma = case.get("settings", {}).get("network/TCP-gamma", SIMGRID["settings"]["network/TCP-gamma"])
    sharing = {"model": model, "tcp_gamma": f"{gamma} B", "crosstraffic": crosstraffic}
    return json.dumps(
        {
            "name": "oracle",
            "topology": {"nodes": {end: {"tier": "edge"} for pair in ends.values() for end in pair}, "links": links},
            "traffic": {"forwarding": "cut-through", "sharing": sharing, "transfers": transfers},
        }
    )


def ends_s(tmp_path, text):
    """Run a scenario and return when its transfers ended, in their order in the file."""
    path = tmp_path / "x.scenario.yaml"
    path.write_text(text)
    events = RunRecord(run(load(path), tmp_path).folder).table("events").to_pylist()
    return {event["flow"]: event["time_ns"] / 1e9 for event in events if event["kind"] == EventKind.FLOW_END}


@pytest.mark.parametrize("model", ["CM02", "LV08"])
@pytest.mark.parametrize("crosstraffic", ["off", "on"])
@pytest.mark.parametrize("name", CASES)
def test_a_run_ends_its_transfers_when_simgrid_does(tmp_path, name, model, crosstraffic):
    case = SIMGRID["cases"][name]
    ended_s = ends_s(tmp_path, scenario(case, model.lower(), 0.05 if crosstraffic == "on" else 0.0))
    begun = sorted(range(len(case["flows"])), key=lambda number: case["flows"][number]["start_s"])
    expected_s = case["completed_s"][model][f"crosstraffic-{crosstraffic}"]
    assert [ended_s[place] for place in range(len(begun))] == pytest.approx([expected_s[n] for n in begun], rel=1e-7)


LINE = """\
name: line
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 10 ms}
    - {between: [b, c], rate: 50 Mbit/s, delay: 5 ms}
traffic:
  forwarding: %s
  transport: {handshake_round_trips: %d, growth: 1.5}
  transfers: [{from: a, to: c, size: %d B}]
stop: 100 s
"""


@pytest.mark.parametrize("handshakes", [0, 1])
@pytest.mark.parametrize("size_bytes", [1, 14_480, 14_481, 100_000, 1_000_000, 20_000_000])
def test_a_lone_transfer_takes_the_time_of_its_transport(tmp_path, size_bytes, handshakes):
    """One connection from end to end where packets cut through, one for each link where nodes hold them."""
    term = TransportTerm(handshake_round_trips=handshakes, growth=1.5)
    hops_s = term.lone_time_s(size_bytes, 100e6, 0.02) + term.lone_time_s(size_bytes, 50e6, 0.01)
    for forwarding, end_s in (
        ("cut-through", term.lone_time_s(size_bytes, 50e6, 0.03)),
        ("whole-packet", hops_s),
    ):
        ended_s = ends_s(tmp_path, LINE % (forwarding, handshakes, size_bytes))
        assert ended_s == {0: pytest.approx(end_s, rel=1e-9, abs=1e-9)}


def test_headers_are_carried_and_a_connection_that_broke_off_begins_anew(tmp_path):
    """10,000 segments; the link fails for a second when all windows but the last, endless one have passed."""
    term = TransportTerm()
    text = """\
name: pair
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 10 ms}]
traffic: {transport: {}, transfers: [{from: a, to: b, size: 14.48 MB}]}
%s
stop: 10 s
"""
    path = tmp_path / "x.scenario.yaml"
    path.write_text(text % "")
    whole = run(load(path), tmp_path).summary
    assert whole["bytes"]["total"] == 10_000 * 1538
    alone_s = term.lone_time_s(14_480_000, 100e6, 0.02)
    assert whole["flows"]["last_end_s"] == pytest.approx(alone_s, abs=1e-9)
    path.write_text(text % "faults: [{kind: link, between: [a, b], from: 500 ms, until: 1.5 s}]")
    broken = run(load(path), tmp_path).summary
    # What was left at 0.5 s is sent after 1.5 s as a transfer of its own.
    payload = (alone_s - 0.01 - 0.5) * 100e6 / 8 * term.goodput
    expected_s = 1.5 + term.lone_time_s(payload, 100e6, 0.02)
    assert broken["flows"]["last_end_s"] == pytest.approx(expected_s, abs=2 * 8 * 1538 / 100e6)
