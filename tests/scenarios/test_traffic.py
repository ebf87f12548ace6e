"""Priorities, deadlines, source routes, buffers and transport in a scenario, from the file to the run folder."""

import json

import pytest

from wayfare.emulator.records import DropReason, EventKind, RunRecord
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

TEXT = """\
name: traffic
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}, d: {tier: device}}
  links:
    - {between: [a, b], rate: 8 Mbit/s, delay: 0 s}
    - {between: [b, c], rate: 8 Mbit/s, delay: 0 s}
    - {between: [a, c], rate: 8 Mbit/s, delay: 0 s}
    - {between: [d, c], rate: 80 Mbit/s, delay: 0 s}
nodes: {edge: {buffer: %s}}
traffic: {%s}
stop: 10 s
"""


class Ran:
    """What a run folder says of its transfers."""

    def __init__(self, folder):
        record = RunRecord(folder)
        self.summary = json.loads((folder / "summary.json").read_text())
        self.events = record.table("events").to_pylist()
        self.ends_s = {e["flow"]: e["time_ns"] / 1e9 for e in self.events if e["kind"] == EventKind.FLOW_END}
        self.drops = {
            e["flow"]: (e["time_ns"] / 1e9, DropReason(int(e["value"])).name)
            for e in self.events
            if e["kind"] == EventKind.FLOW_DROP
        }


@pytest.fixture
def ran(tmp_path):
    """Run the scenario with this traffic and this buffer at edge nodes."""

    def make(traffic, buffer="1 GB", text=TEXT):
        path = tmp_path / "x.scenario.yaml"
        path.write_text(text % (buffer, traffic))
        return Ran(run(load(path), tmp_path).folder)

    return make


def test_a_transfer_of_higher_priority_goes_first(ran):
    base = "{from: a, to: b, size: 1 MB"
    said = ran(f"transfers: [{base}}}, {base}, priority: 7}}]")
    assert said.ends_s == pytest.approx({0: 2.0, 1: 1.0}, rel=1e-9)


def test_background_of_higher_priority_goes_first(ran):
    source = "{kind: constant, from: a, to: b, size: 500 kB, interval: 1 s, priority: 1}"
    said = ran(f"background: [{source}], transfers: [{{from: a, to: b, size: 1 MB}}]")
    plain = next(e["flow"] for e in said.events if e["kind"] == EventKind.FLOW_START and e["size_bytes"] == 1_000_000)
    assert said.ends_s[plain] == pytest.approx(2.0, rel=1e-9)


def test_a_transfer_that_misses_its_deadline_is_dropped_and_counted(ran):
    said = ran("transfers: [{from: a, to: b, size: 1 MB, start: 1 s, deadline: 500 ms}]")
    assert said.drops == {0: (1.5, "DEADLINE")}
    assert said.summary["drops"] == {"deadline": 1}
    assert said.summary["bytes"]["total"] == 500_000


def test_a_deadline_may_lie_beyond_the_end_of_the_run(ran):
    said = ran("transfers: [{from: a, to: b, size: 1 MB, deadline: 1 h}]")
    assert said.ends_s == {0: 1.0}


@pytest.mark.parametrize(("via", "route"), [("", "ac"), (", via: []", "ac"), (", via: [b]", "abc")])
def test_a_transfer_takes_the_route_that_it_is_given(ran, via, route):
    said = ran(f"transfers: [{{from: a, to: c, size: 1 kB{via}}}]")
    hops = [(e["node"], e["peer"]) for e in said.events if e["kind"] == EventKind.HOP_START]
    assert "".join("abcd"[node] for node, _ in hops) + "abcd"[hops[-1][1]] == route


def test_what_does_not_fit_into_a_buffer_is_dropped_and_counted(ran):
    one = "{from: d, to: b, size: 1 MB, via: [c]}"
    said = ran(f"transfers: [{one}, {one}, {one}]", "2 MB")
    assert {reason for _, reason in said.drops.values()} == {"BUFFER_FULL"}
    assert said.summary["drops"] == {"buffer-full": 1}


def test_with_back_pressure_nothing_is_dropped(ran):
    one = "{from: d, to: b, size: 1 MB, via: [c]}"
    said = ran(f"full_buffer: back-pressure, transfers: [{one}, {one}, {one}]", "2 MB")
    assert said.summary["drops"] == {}
    assert len(said.ends_s) == 3


@pytest.mark.parametrize(("rho", "packets"), [(0.8, 4), (1.25, 3)])
def test_poisson_packets_of_one_size_find_a_buffer_full_as_often_as_in_m_m_1_k(ran, rho, packets):
    """M/D/1/K shared fairly: what an arrival finds depends on the mean size alone, so the formula of M/M/1/K holds."""
    text = TEXT.replace("rate: 80 Mbit/s, delay: 0 s", "rate: 80 Mbit/s, delay: 0 s, sharing: unshared")
    source = f"{{kind: poisson, from: d, to: b, size: 1 kB, interval: {1 / rho} ms}}"
    said = ran(f"background: [{source}]", f"{packets} kB", text)
    drops, sent = said.summary["drops"]["buffer-full"], said.summary["packets"]["sent"]
    expected = (1 - rho) * rho**packets / (1 - rho ** (packets + 1))
    # Losses come in bursts of about the time in which the queue forgets, a few services: twice the binomial error.
    error = 2 * (expected * (1 - expected) / sent) ** 0.5
    assert drops / sent == pytest.approx(expected, abs=2 * error)
    assert sent > 7_000


@pytest.mark.parametrize(
    ("traffic", "message"),
    [
        ("transfers: [{from: a, to: b, size: 1 B, deadline: 0 s}]", "10: traffic.transfers.0.deadline: '0 s' is out"),
        ("transfers: [{from: a, to: b, size: 1 B, priority: 8}]", "10: traffic.transfers.0.priority: 8 is out"),
        ("transfers: [{from: a, to: b, size: 1 B, via: [z]}]", "10: traffic.transfers.0.via: unknown node 'z'"),
        (
            "transfers: [{from: a, to: b, size: 1 B, via: [d]}]",
            "10: traffic.transfers.0.via: no link joins 'a' and 'd'",
        ),
        ("transfers: [{from: a, to: d, size: 1 B, via: []}]", "10: traffic.transfers.0.via: no link joins 'a' and 'd'"),
        (
            "transfers: [{from: a, to: b, size: 1 B, via: [c, a]}]",
            "traffic.transfers.0.via.1: 'a' is on the route twice",
        ),
        ("full_buffer: droptail", "did you mean 'drop-tail'?"),
        ("sharing: lv08, transport: {}", "10: traffic.transport: counts the start of a connection"),
        ("sharing: {model: cm02, tcp_gamma: 0 B}", "traffic.sharing.tcp_gamma: '0 B' is out of range"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, traffic, message):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(TEXT % ("1 MB", traffic))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert message in str(caught.value)


def test_back_pressure_needs_an_end(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    traffic = "full_buffer: back-pressure, transfers: [{from: a, to: b, size: 1 B}]"
    path.write_text((TEXT % ("1 MB", traffic)).replace("stop: 10 s\n", ""))
    with pytest.raises(ScenarioError, match="stop: is missing; with back-pressure"):
        load(path)
