"""Folders that are no runs, or damaged ones: one kind of error, which names the file."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from wayfare.emulator.records import EventKind, RecordError, RunRecord, RunWriter, find_runs
from wayfare.emulator.records.files import read_manifest, write_manifest


def change_manifest(folder, **changes):
    write_manifest(folder, read_manifest(folder) | changes)


@pytest.fixture
def record(tmp_path):
    """A run that has finished."""
    writer = RunWriter.create(tmp_path, "finished", {})
    writer.write_json("topology.json", {"nodes": [{"id": "b", "index": 1}, {"id": "a", "index": 0}], "edges": []})
    (writer.folder / "scenario.yaml").write_text("name: x\n")
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
    with pytest.raises(RecordError, match=r"not a run folder \(it has no run\.json\)$"):
        RunRecord(tmp_path)


def test_a_folder_that_holds_runs_names_one_of_them(record):
    with pytest.raises(RecordError) as refused:
        RunRecord(record.folder.parent)
    assert str(refused.value).endswith(f"(it has no run.json; it holds 1 run: give one, such as {record.folder})")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
@pytest.mark.parametrize("name", ["run.json", "summary.json", "topology.json"])
def test_a_damaged_json_file_is_named(record, name, content):
    (record.folder / name).write_bytes(content)
    attribute = {"run.json": "manifest", "summary.json": "summary", "topology.json": "topology"}[name]
    with pytest.raises(RecordError, match=name):
        getattr(record, attribute)


def test_names_of_nodes_in_a_damaged_topology_say_that_it_is_damaged(record):
    (record.folder / "topology.json").write_text("{")
    with pytest.raises(RecordError, match=r"topology\.json: [^(]*damaged") as refused:
        _ = record.node_names
    assert "RecordError" not in str(refused.value)


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


@pytest.fixture
def running(writer):
    """A run that runs, with three batches of one event each."""
    for number in range(3):
        writer.event(float(number), EventKind.LAUNCH, number)
        writer.events.flush()
    writer.metric(0.0, "accuracy", 0.5)
    writer.progress({})
    return RunRecord(writer.folder)


@pytest.mark.parametrize("content", [None, b"no arrow stream", b"\0" * 64, b"PAR1"])
def test_a_table_that_is_missing_or_something_else_is_named(record, running, content):
    for run, name in ((record, "events.parquet"), (running, "events.arrows")):
        path = run.folder / name
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
        with pytest.raises(RecordError, match=name):
            run.table("events")


def test_another_tables_file_is_refused(record, tmp_path):
    running = RunWriter.create(tmp_path, "running", {})
    running.metric(0.0, "accuracy", 0.5)
    running.progress({})
    (running.folder / "metrics.arrows").replace(running.folder / "events.arrows")
    with pytest.raises(RecordError, match="columns"):
        RunRecord(running.folder).table("events")
    running.fail("stopped", "test")
    (record.folder / "metrics.parquet").replace(record.folder / "events.parquet")
    with pytest.raises(RecordError, match=r"events\.parquet: damaged"):
        record.table("events")


def test_a_flipped_byte_anywhere_in_a_finished_runs_table_is_found_out(record):
    path = record.folder / "events.parquet"
    data = path.read_bytes()
    for at in range(0, len(data), 17):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        with pytest.raises(RecordError, match=r"events\.parquet: damaged"):
            RunRecord(record.folder).table("events")
    path.write_bytes(data)
    assert record.table("events").num_rows == 3


@pytest.mark.parametrize("left", [0, 1, 0.5, -1])
def test_a_finished_runs_table_that_is_cut_off_is_found_out(record, left):
    path = record.folder / "events.parquet"
    data = path.read_bytes()
    path.write_bytes(data[: int(left * len(data)) if isinstance(left, float) else left])
    with pytest.raises(RecordError, match=r"events\.parquet: damaged"):
        record.table("events")


def test_a_file_is_checked_again_when_it_has_changed(record):
    assert record.table("events").num_rows == 3
    path = record.folder / "events.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RecordError, match="damaged"):
        record.table("events")


def test_a_flipped_bit_of_a_running_runs_stream_gives_whole_batches_or_a_record_error(running):
    path = running.folder / "events.arrows"
    data, random = path.read_bytes(), Random(1)
    for at in range(0, len(data), 5):
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        path.write_bytes(changed)
        with suppress(RecordError):
            assert running.table("events").num_rows <= 3


@pytest.mark.parametrize(
    "tables",
    [
        5,
        {"events": 5},
        {"events": [{}]},
        {"events": [{"file": "../x.parquet", "segments": 1, "rows": 1, "sha256": ""}]},
        {"events": [{"file": "metrics.parquet", "segments": 1, "rows": 1, "sha256": ""}]},
        {"events": [{"file": "events.parquet", "segments": -1, "rows": 1, "sha256": ""}]},
        {"events": [{"file": "events.parquet", "segments": 1, "rows": "1", "sha256": ""}]},
    ],
)
def test_a_manifest_that_lists_no_parts_is_named(record, tables):
    change_manifest(record.folder, tables=tables)
    with pytest.raises(RecordError, match=r"run\.json: lists the table events wrongly"):
        record.table("events")


def test_more_rows_than_are_listed_are_not_believed(record):
    tables = record.manifest["tables"]
    tables["events"][0]["rows"] = 2
    change_manifest(record.folder, tables=tables)
    with pytest.raises(RecordError, match=r"events\.parquet: cannot be read as the run's events \(3 rows"):
        record.table("events")


def test_the_tail_of_a_finished_run_of_an_older_version_is_not_read_up_to_the_damage(running):
    """Before tables were listed a finished run had closed streams, and nothing else said where they ended."""
    change_manifest(running.folder, status="finished")
    with pytest.raises(RecordError, match=r"events\.arrows: damaged"):
        running.table("events")
    path = running.folder / "events.arrows"
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff\xff\0\0\0\0")
    assert running.table("events").num_rows == 3


def test_some_columns_are_read_in_the_order_they_are_asked_for(record, running):
    for run in (record, running):
        table = run.table("events", ["node", "time_ns"])
        assert table.column_names == ["node", "time_ns"]
        assert table["node"].to_pylist() == [0, 1, 2]


def test_a_range_of_time_has_its_start_and_not_its_end(record, running):
    for run in (record, running):
        rows = run.table("events", ["node"], between_ns=(1_000_000_000, 2_000_000_000))
        assert rows.to_pydict() == {"node": [1]}
        assert run.table("events", between_ns=(5, 6)).num_rows == 0
        assert run.table("events", between_ns=(0, 2_000_000_001)).num_rows == 3


def test_a_table_without_times_has_no_range(record):
    with pytest.raises(ValueError, match="no times"):
        record.table("energy", between_ns=(0, 1))


def test_a_run_knows_which_tables_it_has(record, running):
    assert record.has_table("events")
    assert running.has_table("sharing")
    (running.folder / "sharing.arrows").unlink()
    assert not running.has_table("sharing")


def test_a_run_is_alive_while_its_heart_beats(record, running):
    assert running.is_alive
    assert not record.is_alive
    long_ago = (datetime.now(UTC) - timedelta(seconds=31)).isoformat()
    for heartbeat in (long_ago, None, "yesterday"):
        change_manifest(running.folder, heartbeat=heartbeat)
        assert not running.is_alive


def test_runs_are_found_in_the_order_of_their_names(tmp_path):
    for name in ("20260102-b", "20260101-a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{}")
    (tmp_path / "other").mkdir()
    assert [path.name for path in find_runs(tmp_path)] == ["20260101-a", "20260102-b"]
    assert find_runs(tmp_path / "20260101-a") == [tmp_path / "20260101-a"]
    assert find_runs(tmp_path / "nowhere") == []
