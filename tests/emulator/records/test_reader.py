"""Folders that are no runs, or damaged ones: one kind of error, which names the file."""

from contextlib import suppress
from random import Random

import pytest

from wayfare.emulator.records import EventKind, RecordError, RunRecord, find_runs


@pytest.fixture
def record(writer):
    writer.write_json("topology.json", {"nodes": [{"id": "b", "index": 1}, {"id": "a", "index": 0}], "edges": []})
    writer.write_text("scenario.yaml", "name: x\n")
    for number in range(3):
        writer.event(float(number), EventKind.LAUNCH, number)
        writer.events.flush()
    writer.metric(0.0, "accuracy", 0.5)
    writer.finish({"digest": {}})
    return RunRecord(writer.folder)


def test_a_record_shows_what_was_written(record):
    assert record.node_names == ["a", "b"]
    assert record.table("events")["node"].to_pylist() == [0, 1, 2]
    assert repr(record).endswith("finished)")


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(RecordError, match="not a run folder"):
        RunRecord(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
@pytest.mark.parametrize("name", ["run.json", "summary.json", "topology.json"])
def test_a_damaged_json_file_is_named(record, name, content):
    (record.folder / name).write_bytes(content)
    attribute = {"run.json": "manifest", "summary.json": "summary", "topology.json": "topology"}[name]
    with pytest.raises(RecordError, match=name):
        getattr(record, attribute)


def test_a_topology_without_nodes_is_named(record):
    (record.folder / "topology.json").write_text("{}")
    with pytest.raises(RecordError, match=r"topology\.json"):
        _ = record.node_names


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_scenario_that_is_missing_or_no_text_is_named(record, content):
    path = record.folder / "scenario.yaml"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(RecordError, match=r"scenario\.yaml"):
        _ = record.scenario_text


@pytest.mark.parametrize("content", [None, b"no arrow stream", b"\0" * 64, b"PAR1"])
def test_a_table_that_is_missing_or_something_else_is_named(record, content):
    path = record.folder / "events.arrows"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(RecordError, match=r"events\.arrows"):
        record.table("events")


def test_another_tables_stream_is_refused(record):
    (record.folder / "metrics.arrows").replace(record.folder / "events.arrows")
    with pytest.raises(RecordError, match="columns"):
        record.table("events")


def test_a_flipped_bit_gives_rows_or_a_record_error_and_nothing_else(record):
    path = record.folder / "events.arrows"
    data, random = path.read_bytes(), Random(1)
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        path.write_bytes(changed)
        with suppress(RecordError):
            assert record.table("events").num_rows <= 3


def test_runs_are_found_in_the_order_of_their_names(tmp_path):
    for name in ("20260102-b", "20260101-a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{}")
    (tmp_path / "other").mkdir()
    assert [path.name for path in find_runs(tmp_path)] == ["20260101-a", "20260102-b"]
    assert find_runs(tmp_path / "20260101-a") == [tmp_path / "20260101-a"]
    assert find_runs(tmp_path / "nowhere") == []
