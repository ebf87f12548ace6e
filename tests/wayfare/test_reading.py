"""`wayfare export`, `compare` and `schema`, from the outside."""

import csv
import io
import json

import jsonschema
import pyarrow.parquet
import pytest

from wayfare.scenarios import document
from wayfare.scenarios.schema import SCHEMA_FILE


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_flows_are_one_row_per_transfer_with_its_route(wayfare, network):
    folder = wayfare("run", network).folder
    (row,) = _rows(wayfare("export", folder, "--table", "flows", "--to", "csv").out)
    assert list(row) == ["id", "src", "dst", "size_bytes", "start_s", "end_s", "route", "delivered"]
    assert (row["src"], row["dst"], row["size_bytes"], row["route"]) == ("a", "b", "10000000", "a>b")
    assert float(row["start_s"]) == 0.0
    assert float(row["end_s"]) == pytest.approx(0.805, abs=1e-9)
    assert row["delivered"] == "true"


def test_hops_are_events_and_links_carry_what_was_sent(wayfare, network):
    folder = wayfare("run", network).folder
    kinds = [row["kind"] for row in _rows(wayfare("export", folder, "--table", "events").out)]
    assert kinds == ["flow_start", "hop_start", "hop_end", "flow_end"]
    links = _rows(wayfare("export", folder, "--table", "links").out)
    assert sum(float(row["bytes"]) for row in links) == pytest.approx(10e6, rel=1e-9)
    assert {(row["src"], row["dst"], row["class"]) for row in links if float(row["bytes"])} == {("a", "b", "backhaul")}


def test_the_energy_of_links_and_nodes_adds_up_to_that_of_the_run(wayfare, tiny):
    said = wayfare("run", tiny)
    rows = [row for table in ("links", "nodes") for row in _rows(wayfare("export", said.folder, "--table", table).out)]
    assert sum(float(row["energy_j"]) for row in rows) == pytest.approx(said.summary["energy"]["total_j"], rel=1e-9)


def test_metrics_hold_accuracy_of_packets_nodes_and_the_run(wayfare, tiny):
    folder = wayfare("run", tiny).folder
    rows = _rows(wayfare("export", folder, "--table", "metrics").out)
    accuracy = [row for row in rows if row["name"] == "accuracy"]
    assert any(row["packet"] for row in accuracy)
    assert any(row["node"] for row in accuracy)
    summary = json.loads((folder / "summary.json").read_text())
    whole = [row for row in accuracy if not row["node"] and not row["packet"]]
    assert float(whole[-1]["value"]) == summary["accuracy"]["final"]


def test_parquet_to_a_file_or_standard_output_holds_the_same_rows(wayfare, network):
    folder = wayfare("run", network).folder
    wayfare("export", folder, "--table", "events", "--to", "parquet", "-o", "events.parquet")
    printed = wayfare("export", folder, "--table", "events", "--to", "parquet", binary=True)
    assert pyarrow.parquet.read_table(wayfare.folder / "events.parquet").equals(
        pyarrow.parquet.read_table(io.BytesIO(printed))
    )


@pytest.mark.parametrize("arguments", [("--table", "flwos"), ("--table", "flows", "--to", "xml"), ()])
def test_an_export_of_nothing_there_is_a_mistake(wayfare, network, arguments):
    said = wayfare("export", wayfare("run", network).folder, *arguments)
    assert said.code == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", [("export", "--table", "flows"), ("compare",)])
def test_a_folder_that_is_no_run_is_a_mistake(wayfare, command):
    said = wayfare(command[0], wayfare.folder, *command[1:])
    assert said.code == 2
    assert "not a run folder" in said.err


@pytest.mark.slow
def test_compare_puts_runs_side_by_side(wayfare, tiny):
    folders = [
        wayfare("run", tiny, "--out", name, "--set", f"learning={{method: {name}, steps: 10}}").folder
        for name in ("mfd", "fedavg", "central", "alone")
    ]
    said = wayfare("compare", *folders)
    assert said.code == 0
    for method in ("mfd", "fedavg", "central", "alone"):
        assert f"({method})" in said.out
    for label in ("accuracy", "bytes: access-up", "bytes: backhaul", "virtual time", "energy", "wall time"):
        assert label in said.out
    alone = json.loads((folders[3] / "summary.json").read_text())
    assert alone["bytes"]["total"] == alone["packets"]["sent"] == 0


def test_the_committed_schema_is_current_and_accepts_the_catalogue(wayfare):
    printed = wayfare("schema").out
    assert printed == SCHEMA_FILE.read_text()
    validator = jsonschema.Draft202012Validator(json.loads(printed))
    catalogue = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))
    assert len(catalogue) >= 4
    for path in catalogue:
        validator.validate(document.read(path).data)
