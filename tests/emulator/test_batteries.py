"""Batteries that run out, and the ledger of joules."""

import pytest

from wayfare.emulator.records import EXPORTS, RunRecord
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

TEXT = """\
name: battery
topology:
  nodes: {a: {tier: device, position: [0 m, 0 m]}, s: {tier: edge, position: [20 m, 0 m]}}
  links: [{between: [a, s], %s}]
nodes: {device: {battery: 20 J, power_idle: 2 W, power_busy: 8 W}}
cells: {line_of_sight: always, shadowing: false}
traffic: {transfers: [{from: a, to: s, size: 1 GB, start: 1 s}]}
stop: 20 s
"""


@pytest.fixture
def ran(tmp_path):
    def go(text):
        path = tmp_path / "x.scenario.yaml"
        path.write_text(text)
        outcome = run(load(path), tmp_path)
        return outcome.summary, RunRecord(outcome.folder)

    return go


def died_s(record):
    (death,) = [row for row in EXPORTS["events"](record).to_pylist() if row["kind"] == "battery_empty"]
    return death["time_ns"] / 1e9


def test_a_node_that_idles_on_20_joules_at_2_watts_fails_after_10_seconds(ran):
    summary, record = ran(TEXT % "rate: 100 Mbit/s")
    assert died_s(record) == pytest.approx(10.0, abs=2e-6)
    assert summary["drops"] == {"node-down": 1}


def test_sending_by_radio_empties_the_battery_sooner(ran):
    """23 dBm at an efficiency of .228: .875 W more from the first second on, so 18 J at 2.875 W."""
    _, record = ran(TEXT % "medium: radio")
    radio_w = 10 ** (23 / 10 - 3) / 0.228
    assert died_s(record) == pytest.approx(1.0 + 18.0 / (2.0 + radio_w), abs=2e-6)


def test_a_node_draws_what_its_battery_had_and_at_most_a_microsecond_more(ran):
    """At the most that it can draw: 8 W busy and .875 W of radio."""
    _, record = ran(TEXT % "medium: radio")
    rows = EXPORTS["energy"](record).to_pylist()
    drawn_j = sum(
        row["energy_j"] for row in rows if row["node"] == "a" or (row["src"] == "a" and row["cause"] == "radio")
    )
    assert 20.0 * (1 - 1e-12) <= drawn_j <= 20.0 + 8.876e-6


def test_the_ledger_adds_up_to_the_total_and_to_each_cause(ran):
    summary, record = ran(TEXT % "medium: radio")
    rows = EXPORTS["energy"](record).to_pylist()
    assert sum(row["energy_j"] for row in rows) == pytest.approx(summary["energy"]["total_j"], rel=1e-12)
    for cause, joules in summary["energy"]["by_cause"].items():
        assert sum(row["energy_j"] for row in rows if row["cause"] == cause) == pytest.approx(joules, rel=1e-12)


def test_a_node_on_the_mains_never_runs_out(ran):
    _, record = ran((TEXT % "rate: 100 Mbit/s").replace("battery: 20 J, ", ""))
    assert "battery_empty" not in {row["kind"] for row in EXPORTS["events"](record).to_pylist()}
