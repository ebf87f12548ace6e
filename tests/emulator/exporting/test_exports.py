import io
import json
import shutil
import sys
from importlib.abc import MetaPathFinder

import networkx as nx
import pyarrow.csv
import pyarrow.parquet
import pytest

from wayfare.emulator.exporting import EXPORTS, MissingTool
from wayfare.emulator.exporting.export import table_content
from wayfare.emulator.records import EXPORTS as TABLES
from wayfare.emulator.records import RecordError, RunRecord


@pytest.fixture
def trace(run):
    return json.loads(EXPORTS["trace"].write(run, ""))["traceEvents"]


def spans(trace, pid):
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in trace if e["ph"] == "M" and e["name"] == "thread_name"}
    return [
        (names[e["pid"], e["tid"]], e["name"], e["ts"], e["dur"]) for e in trace if e["ph"] == "X" and e["pid"] == pid
    ]


def test_a_trace_has_a_track_for_each_node_and_link_in_microseconds(trace):
    """What overlaps goes beside; what was dropped ends there, and what had not ended lasts until the end."""
    assert spans(trace, 1) == [("b", "train", 0.5e6, 1.0e6), ("a", "train", 2.0e6, 0.0)]
    assert spans(trace, 2) == [("a > b", "transfer 0", 0.0, 0.75e6), ("a > b (2)", "transfer 1", 0.25e6, 0.75e6)]
    tracks = [e["args"]["name"] for e in trace if e["ph"] == "M"]
    assert tracks == ["nodes", "links", "figures", "a", "b", "a > b", "a > b (2)", "b > a"]


def test_a_trace_has_what_happens_at_an_instant_and_curves(trace):
    instants = [(e["pid"], e["name"], e["ts"]) for e in trace if e["ph"] == "i"]
    assert instants == [(1, "drop: deadline", 1e6), (1, "evaluate", 1.5e6), (2, "link down", 1.75e6)]
    accuracy = [(e["ts"], e["args"]["value"]) for e in trace if e["ph"] == "C" and e["name"] == "accuracy"]
    assert accuracy == [(1e6, 0.5), (2e6, 0.75)]


def test_no_two_spans_of_a_track_overlap(trace):
    for pid in (1, 2):
        ends = {}
        for track, _, start, duration in sorted(spans(trace, pid), key=lambda span: span[2]):
            assert ends.get(track, 0.0) <= start
            ends[track] = start + duration


def test_graphml_has_results_as_attributes_that_networkx_reads_back(run):
    graph = nx.read_graphml(io.BytesIO(EXPORTS["graphml"].write(run, "")))
    assert graph.graph["accuracy.final"] == 0.75
    assert graph.graph["bytes.by_class.backhaul"] == 300
    assert "accuracy.best" not in graph.graph  # it was not measured
    b = {"tier": "edge", "index": 1, "energy_j": 4.0, "jobs": 1, "sent_packets": 0, "received_packets": 1}
    assert graph.nodes["b"] == b | {"accuracy": 0.25}
    assert graph.nodes["a"]["sent_packets"] == 2
    assert graph.edges["a", "b"] == {
        "class": "backhaul",
        "rate_bps": 1e6,
        "delay_s": 0.005,
        "medium": "wire",
        "bytes": 300.0,
        "energy_j": 2.0,
        "mean_rate_bps": 1200.0,
    }
    assert graph.edges["b", "a"]["rate_bps"] == 2e6


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_all_tables_go_to_a_folder_each_as_it_is_alone(run, tmp_path, form):
    EXPORTS[form].write(run, str(tmp_path / "out"))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{name}.{form}" for name in TABLES}
    content = (tmp_path / "out" / f"flows.{form}").read_bytes()
    assert content == table_content(run, "flows", form)
    read = pyarrow.csv.read_csv if form == "csv" else pyarrow.parquet.read_table
    assert read(io.BytesIO(content))["id"].to_pylist() == [0, 1]


def test_a_run_without_weights_has_none_to_export(run, tmp_path):
    with pytest.raises(RecordError, match=r"has no weights.safetensors; nothing learned"):
        EXPORTS["safetensors"].write(run, str(tmp_path))


def test_weights_of_an_older_version_that_are_none_are_said_to_be(run, tmp_path):
    shutil.copytree(run.folder, tmp_path / "older")  # its run.json lists no weights
    (tmp_path / "older" / "weights.safetensors").write_bytes(b"{}")
    with pytest.raises(RecordError, match=r"weights\.safetensors: cannot be read as the answers of a run"):
        EXPORTS["safetensors"].write(RunRecord(tmp_path / "older"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_is_not_installed_is_named_with_what_to_do(run, monkeypatch):
    class Nothing(MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "mlflow":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(sys, "meta_path", [Nothing(), *sys.meta_path])
    with pytest.raises(MissingTool, match=r"MLflow is not installed here .*; pip install mlflow"):
        EXPORTS["mlflow"].write(run, "")
