"""`wayfare explain` as a user meets it."""

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wayfare.cli import app
from wayfare.emulator import links, nodes, radio
from wayfare.emulator.links import LinkClass
from wayfare.emulator.nodes import TIERS, NodeClass
from wayfare.emulator.radio import Cell, Sidelink
from wayfare.emulator.records.files import read_manifest, write_manifest
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

LOT = """\
name: lot
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, "c,1": {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s}
    - {between: [b, "c,1"], rate: 10 Mbit/s}
traffic:
  forwarding: cut-through
  transfers:
    - {from: a, to: "c,1", size: 10 MB, start: 0 s}
    - {from: a, to: b, size: 5 MB, start: 0 s}
stop: 20 s
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Run a scenario in this process and return its folder."""

    def make(text, *settings):
        folder = tmp_path_factory.mktemp("explained")
        file = folder / "lot.scenario.yaml"
        file.write_text(text)
        return run(load(file, list(settings)), folder, cache=False).folder

    return make


@pytest.fixture(scope="module")
def lot(made):
    """A run of two wires: 10 MB over both share the first one with 5 MB."""
    return made(LOT)


def explain(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def test_a_transfer_is_explained_from_its_time_to_the_sources_of_defaults(lot):
    said = explain(lot, "--flow", "0")
    assert said.exit_code == 0, said.stderr
    assert max(map(len, said.stdout.splitlines())) <= 100
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    for line in (
        "transfer 0: a -> c,1, 10 MB, cut-through",
        "delivered from 0.000000 to 12.010000 s",
        "sending it with nobody else on the way 8.000000 s 66.6%",
        "lost to others that shared the way 4.000000 s 33.3%",
        "propagation 0.010000 s 0.1%",
        "in all 12.010000 s 100.0%",
        "lost most to transfer 1 (a -> b) 4.000000 s",
        "0.000000 8.000000 5 Mbit/s capacity of a -> b 1 (a -> b) 50%",
        "8.000000 4.000000 10 Mbit/s capacity of a -> b and 1 more alike nobody",
        "the rates account for 100.0000% of 10 MB",
        "traffic.interrupted resume our choice: TCP goes on where it was",
        "links.backhaul.power_idle 1 W SimGrid's link-energy example",
    ):
        assert line in lines
    assert not any(line.startswith("links.backhaul.rate ") for line in lines), "both wires say their own rate"


def test_the_page_shows_what_is_printed(made):
    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text()
    said = explain(made(LOT.replace('"c,1"', "c")), "--flow", "0").stdout
    shown = [line.rstrip() for line in page.split("```")[1].strip().splitlines()]
    assert shown == [line.rstrip() for line in said.splitlines()][: len(shown)]


def test_json_has_the_same_with_units_in_the_names(lot):
    said = json.loads(explain(lot, "--flow", "0", "--json").stdout)
    assert set(said) == {"run", "flow", "defaults"}
    flow = said["flow"]
    assert (flow["source"], flow["target"], flow["size_bytes"], flow["outcome"]) == (
        "a",
        "c,1",
        10_000_000,
        "delivered",
    )
    assert flow["account"]["sharing_s"] == pytest.approx(4.0)
    assert flow["exact"]
    (hop,) = flow["hops"]
    assert [interval["rate_bps"] for interval in hop["intervals"]] == pytest.approx([5e6, 10e6])
    assert {"key": "links.backhaul.delay", "value": "5 ms", "source": links.DEFAULT_SOURCES["delay_s"]} in said[
        "defaults"
    ]


def test_a_link_and_a_node_are_explained(lot):
    link = explain(lot, "--link", "b,c,1")
    assert link.exit_code == 0, link.stderr
    assert link.stdout.startswith("b -> c,1: backhaul, wire\n")
    assert "c,1 -> b: backhaul, wire\n" in link.stdout
    assert json.loads(explain(lot, "--link", "a, b", "--json").stdout)["link"]["directions"][0]["target"] == "b"
    node = explain(lot, "--node", "b")
    assert node.exit_code == 0, node.stderr
    assert node.stdout.startswith("b: edge\n")
    assert "hardware: compute 5.3 TFLOP/s, memory 64 GiB, power_idle 15 W" in node.stdout
    assert "NVIDIA Jetson AGX Orin" in node.stdout
    told = json.loads(explain(lot, "--node", "b", "--json").stdout)
    assert (told["node"]["received"]["count"], told["hardware"]["memory_bytes"]) == (1, 2**36)


def test_many_intervals_are_summed_up_unless_all_are_asked_for(made):
    transfers = "".join(f"    - {{from: a, to: b, size: 10 kB, start: {20 * n} ms}}\n" for n in range(40))
    text = LOT.replace("stop", transfers + "stop")
    folder = made(text)
    brief, whole = (explain(folder, "--flow", "0", *more).stdout for more in ((), ("--all",)))
    assert "shorter intervals" in brief
    assert "of the time limited by capacity of a -> b" in brief
    assert "shorter intervals" not in whole
    assert len(whole.splitlines()) > len(brief.splitlines()) + 40


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--flow", "7"), "the run has no transfer 7; its transfers are 0 to 1"),
        (("--node", "B"), "the run has no node 'B'; its nodes are a, b, c,1"),
        (("--link", "a"), "--link a: give the two nodes of a link with a comma between them, such as a,b"),
        (("--link", "a,c,1"), "the run has no link from a to c,1; a has links to b"),
        ((), "say what to explain: one of --flow N, --link A,B and --node X"),
        (("--flow", "0", "--node", "a"), "say what to explain: one of --flow N, --link A,B and --node X"),
    ],
)
def test_what_is_not_there_is_answered_with_one_message_and_exit_code_2(lot, asked, message):
    said = explain(lot, *asked)
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.endswith(message + "\n")
    assert len(said.stderr.splitlines()) == 1


def test_a_folder_that_is_no_run_and_a_run_without_the_journal_end_with_2(made):
    said = explain("nowhere", "--flow", "0")
    assert (said.exit_code, said.stderr) == (2, "nowhere: not a run folder (it has no run.json)\n")
    bare = made(LOT, "record.sharing=false")
    said = explain(bare, "--flow", "0")
    assert said.exit_code == 2
    assert "the table sharing, which explains transfers, was not recorded" in said.stderr
    assert explain(bare, "--node", "a").exit_code == 0


def test_a_run_that_is_not_finished_says_so_and_is_explained_so_far(made):
    lot = made(LOT)
    known = read_manifest(lot)
    files = {name: digest for name, digest in known["files"].items() if name != "summary.json"}
    write_manifest(lot, known | {"status": "running", "progress": {"virtual_s": 12.0}, "files": files})
    (lot / "summary.json").unlink()
    said = explain(lot, "--flow", "0")
    assert said.exit_code == 0, said.stderr
    assert said.stdout.startswith("the run is running: as it stood at 12.000000 s\n")


def test_every_default_of_links_nodes_and_cells_has_a_source():
    assert set(links.DEFAULT_SOURCES) == {field.name for field in fields(LinkClass)}
    assert set(radio.DEFAULT_SOURCES) == {field.name for field in fields(Cell)}
    assert set(radio.SIDELINK_SOURCES) == {field.name for field in fields(Sidelink)}
    assert set(nodes.DEFAULT_SOURCES) == set(TIERS)
    for tier in TIERS:
        assert set(nodes.DEFAULT_SOURCES[tier]) == {field.name for field in fields(NodeClass)}


def test_explaining_loads_no_simulator_and_nothing_that_learns(wayfare, lot):
    program = wayfare.write(
        "check.py",
        f"import sys\nsys.argv = ['wayfare', 'explain', {str(lot)!r}, '--flow', '0']\n"
        "from wayfare.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'torch', 'simpy', 'dash', 'scipy'} & set(sys.modules), sorted(sys.modules)\n",
    )
    root = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, program], check=True, capture_output=True, env=root)


def test_a_learning_run_is_explained_with_its_packets(wayfare, tiny):
    folder = wayfare("run", tiny, "--quiet").folder
    said = explain(folder, "--flow", "0")
    assert said.exit_code == 0, said.stderr
    assert "carries model packet" in said.stdout
    assert "the rates account for 100.0000%" in said.stdout
    assert "NOT exact" not in said.stdout
    assert "training jobs" in explain(folder, "--node", "device4").stdout


def test_the_defaults_of_parts_and_those_left_to_a_model_have_their_values(made):
    text = """\
name: parts
topology:
  nodes: {s: {tier: edge, position: [0 m, 0 m]}, d: {tier: device, position: [50 m, 0 m]}}
  links: [{between: [s, d], medium: radio}]
cells: {line_of_sight: always, shadowing: false, base_station: {kind: pico}}
mobility: [{kind: gauss-markov, nodes: [d], speed: 1 m/s, speed_deviation: 0 m/s}]
radio: {blockers: {count: 1}}
traffic: {sharing: lv08, transfers: [{from: s, to: d, size: 1 MB}]}
stop: 2 s
"""
    defaults = json.loads(explain(made(text), "--flow", "0", "--json").stdout)["defaults"]
    values = {default["key"]: default["value"] for default in defaults}
    assert values["cells.site_height"] == "10 m"
    assert values["cells.device_height"] == "1.5 m"
    assert values["cells.base_station.static"] == "6.8 W"
    assert values["radio.blockers.height"] == "1.7 m"
    assert values["traffic.sharing.latency_factor"] == "13.01"
    assert values["mobility.0.memory"] == "0.75"
    assert "cells.base_station.kind" not in values


def test_the_scenario_says_how_a_dropped_transfer_went_and_nothing_was_sent_again(made):
    text = LOT.replace("cut-through", "fragments\n  interrupted: drop\n  classes: {background: cut-through}")
    folder = made(text + "faults: [{kind: link, between: [a, b], from: 500 ms, until: 1.5 s}]\n")
    said = explain(folder, "--flow", "1").stdout
    assert said.startswith("transfer 1: a -> b, 5 MB, fragments\ndropped at a: link down")
    assert "sent again" not in said
    assert "sending again" not in said
