"""Streams become Parquet files when a run ends: the same rows, sorted by time, and either is there at every moment."""

import os
import shutil
import subprocess
import sys
import threading

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from wayfare.emulator.records import EventKind, RecordError, RunRecord, RunWriter, compact
from wayfare.emulator.records.files import read_manifest as manifest_of
from wayfare.emulator.records.files import write_manifest
from wayfare.emulator.records.segments import Segment, segment_path
from wayfare.emulator.records.tables import EVENTS, PLACES, TABLES


def change_manifest(folder, **changes):
    write_manifest(folder, manifest_of(folder) | changes)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def make(parent, events, *, flush_every=3):
    """Return the writer of a run with these events, (time in ns, node), on disk."""
    writer = RunWriter.create(parent, "run", {"name": "run"})
    for number, (time_ns, node) in enumerate(events):
        writer.event(time_ns / 1e9, EventKind.LAUNCH, node, flow=number)
        if number % flush_every == 0:
            writer.events.flush()
    writer.progress({})
    return writer


def lose(writer):
    """Leave a run as a process does that is killed: open streams, and no heartbeat any more."""
    folder = writer.folder.with_name(writer.folder.name + "-lost")
    shutil.copytree(writer.folder, folder)
    writer.fail("stopped", "test")
    change_manifest(folder, heartbeat="2026-01-01T00:00:00+00:00")
    return folder


times = st.lists(st.tuples(st.integers(0, 10**12), st.integers(-1, 50)), max_size=25)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(times)
def test_rows_are_the_same_and_sorted_by_time_and_where_that_is_equal_as_recorded(tmp_path, events):
    events = [(time_ns // 10**9 * 10**9, node) for time_ns, node in events]
    writer = make(tmp_path, events)
    writer.finish({"digest": {}})
    table = RunRecord(writer.folder).table("events")
    found = list(zip(table["time_ns"].to_pylist(), table["node"].to_pylist(), table["flow"].to_pylist(), strict=True))
    assert found == sorted(((*event, number) for number, event in enumerate(events)), key=lambda row: row[0])


@pytest.mark.parametrize("end", ["finished", "failed", "stopped"])
def test_a_run_that_has_ended_holds_parquet_files_and_no_stream(tmp_path, end):
    writer = make(tmp_path, [(1, 0), (2, 1)])
    if end == "finished":
        writer.finish({"digest": {}})
    else:
        writer.fail(end, "why")
    assert writer.uncompacted is None
    assert [name for name in names(writer.folder) if "json" not in name] == sorted(f"{name}.parquet" for name in TABLES)
    assert manifest_of(writer.folder)["status"] == end
    assert RunRecord(writer.folder).table("events")["node"].to_pylist() == [0, 1]


def test_integers_are_delta_encoded_and_pages_have_checksums(tmp_path):
    writer = make(tmp_path, [(1, 0), (2, 1)])
    writer.finish({"digest": {}})
    metadata = parquet.ParquetFile(writer.folder / "events.parquet").metadata.row_group(0)
    for place, (name, kind) in enumerate(EVENTS.columns):
        column = metadata.column(place)
        assert (column.path_in_schema, column.compression) == (name, "ZSTD")
        assert ("DELTA_BINARY_PACKED" in column.encodings) == ("i" in kind)
    data = bytearray((writer.folder / "events.parquet").read_bytes())
    data[metadata.column(0).data_page_offset + metadata.column(0).total_compressed_size - 1] ^= 1
    with pytest.raises(OSError, match="CRC"):
        parquet.read_table(pa.BufferReader(bytes(data)), page_checksum_verification=True)


def test_text_and_rows_without_a_time_come_back(tmp_path):
    writer = make(tmp_path, [])
    writer.metric(1.0, "Genauigkeit, 精度", 0.5)
    writer.metric(1.0, "", 0.25)
    writer.energy("idle", 4.0, node=1)
    writer.finish({"digest": {}})
    record = RunRecord(writer.folder)
    assert record.table("metrics")["name"].to_pylist() == ["Genauigkeit, 精度", ""]
    assert record.table("energy").to_pylist() == [{"node": 1, "link": -1, "cause": "idle", "energy_j": 4.0}]


def test_many_rows_make_row_groups_of_which_a_range_reads_a_few(tmp_path, monkeypatch):
    from wayfare.emulator.records import compaction

    monkeypatch.setattr(compaction, "GROUP_ROWS", 10)
    writer = make(tmp_path, [(number * 10**9, number) for number in range(100)], flush_every=1)
    writer.finish({"digest": {}})
    file = parquet.ParquetFile(writer.folder / "events.parquet")
    assert file.num_row_groups == 10
    record = RunRecord(writer.folder)
    assert record.table("events", ["node"], between_ns=(35 * 10**9, 52 * 10**9))["node"].to_pylist() == [*range(35, 52)]
    assert record.table("events")["node"].to_pylist() == [*range(100)]


def test_rows_recorded_ahead_of_their_time_are_sorted_across_row_groups(tmp_path, monkeypatch):
    from wayfare.emulator.records import compaction

    monkeypatch.setattr(compaction, "GROUP_ROWS", 7)
    writer = make(tmp_path, [])
    ahead = [(10 - number % 10 + number // 50, number) for number in range(100)]
    for time_s, node in ahead:
        writer.place(time_s, node, 0.0, 0.0)
    writer.finish({"digest": {}})
    table = RunRecord(writer.folder).table("places")
    assert table["node"].to_pylist() == [node for _, node in sorted(ahead, key=lambda row: row[0])]
    assert table.schema == PLACES.schema


def test_a_lost_run_is_compacted_up_to_the_batch_that_is_cut_off(tmp_path):
    folder = lose(make(tmp_path, [(number, number) for number in range(10)]))
    path = folder / "events.arrows"
    path.write_bytes(path.read_bytes()[:-20])
    torn = path.read_bytes()
    before = RunRecord(folder).table("events")
    done = compact(folder)
    assert done.left_out_bytes.keys() == {"events.arrows"}
    assert done.rows == before.num_rows == 7  # batches of 1, 3, 3 and 3 rows
    assert RunRecord(folder).table("events")["node"].to_pylist() == before["node"].to_pylist()
    assert manifest_of(folder)["status"] == "running"
    assert not list(folder.glob("*.arrows"))
    assert (folder / "events.arrows.damaged").read_bytes() == torn


def test_compacting_twice_is_compacting_once(tmp_path):
    folder = lose(make(tmp_path, [(1, 0)]))
    first = compact(folder)
    files = {name: (folder / name).read_bytes() for name in names(folder)}
    again = compact(folder)
    assert (first.tables, first.rows, again.tables) == (len(TABLES), 1, 0)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == files


def test_the_segments_of_a_run_that_went_on_are_one_table(tmp_path):
    folder = lose(make(tmp_path, [(1, 0), (2, 1)]))
    other = make(tmp_path, [(3, 2), (4, 3)])
    shutil.copy(other.folder / "events.arrows", segment_path(folder, "events", 1))
    other.fail("stopped", "test")
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2, 3]
    compact(folder)
    assert names(folder)[:2] == ["bins.parquet", "energy.parquet"]
    assert not list(folder.glob("*.arrows"))
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2, 3]


def test_a_run_that_goes_on_after_it_was_compacted_has_a_second_part(tmp_path):
    folder = lose(make(tmp_path, [(1, 0), (2, 1)]))
    compact(folder)
    first = (folder / "events.parquet").read_bytes()
    other = make(tmp_path, [(3, 2)])
    shutil.copy(other.folder / "events.arrows", segment_path(folder, "events", 1))
    other.fail("stopped", "test")
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2]
    compact(folder)
    assert [part["file"] for part in manifest_of(folder)["tables"]["events"]] == ["events.parquet", "events.1.parquet"]
    assert (folder / "events.parquet").read_bytes() == first
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2]


def test_streams_that_are_in_a_part_already_are_not_read_again_and_go_with_the_next_compaction(tmp_path):
    """As after a crash between listing the Parquet files and removing the streams."""
    writer = make(tmp_path, [(1, 0), (2, 1)])
    shutil.copy(writer.folder / "events.arrows", tmp_path / "kept")
    writer.finish({"digest": {}})
    shutil.copy(tmp_path / "kept", writer.folder / "events.arrows")
    assert RunRecord(writer.folder).table("events").num_rows == 2
    compact(writer.folder)
    assert not (writer.folder / "events.arrows").exists()
    assert RunRecord(writer.folder).table("events").num_rows == 2


def test_parquet_files_that_are_not_listed_yet_are_not_read(tmp_path):
    """As after a crash between renaming the Parquet files and listing them."""
    folder = lose(make(tmp_path, [(1, 0), (2, 1)]))
    (folder / "events.parquet").write_bytes(b"anything")
    assert RunRecord(folder).table("events").num_rows == 2
    compact(folder)
    assert RunRecord(folder).table("events").num_rows == 2


def test_a_stream_of_a_finished_run_that_is_damaged_is_not_compacted_and_nothing_is_changed(tmp_path):
    folder = _finished_with_streams(tmp_path)
    path = folder / "events.arrows"
    data = path.read_bytes()
    path.write_bytes(data[:-30] + bytes([data[-30] ^ 1]) + data[-29:])
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    with pytest.raises(RecordError, match=r"events\.arrows: damaged"):
        RunRecord(folder).table("events")
    with pytest.raises(RecordError, match=r"events\.arrows: damaged"):
        compact(folder)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before


def test_a_stream_that_is_none_is_named_and_nothing_is_changed(tmp_path):
    folder = lose(make(tmp_path, [(1, 0)]))
    (folder / "metrics.arrows").write_bytes(b"no arrow stream")
    before = names(folder)
    with pytest.raises(RecordError, match=r"metrics\.arrows"):
        compact(folder)
    assert names(folder) == before


FULL = """
import resource, signal, sys
from pathlib import Path
from wayfare.emulator.records import EventKind, RunWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
writer = RunWriter.create(Path(sys.argv[1]), "run", {"name": "run"})
for number in range(3):
    writer.event(number * 1e-9, EventKind.LAUNCH, number)
sizes = resource.getrlimit(resource.RLIMIT_FSIZE)
if sys.argv[2] == "compacting":
    from wayfare.emulator.records import compaction
    compact = compaction.compact
    def full(folder):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, sizes[1]))
        return compact(folder)
    compaction.compact = full
    writer.finish({"digest": {}})
else:
    writer.progress({})
    resource.setrlimit(resource.RLIMIT_FSIZE, (900, sizes[1]))
    try:
        for number in range(3, 100):
            writer.event(number * 1e-9, EventKind.LAUNCH, number)
            writer.events.flush()
    except OSError as error:
        writer.fail("failed", "cannot be written")
print(writer.uncompacted)
print(writer.folder)
"""


def _full(parent, when):
    """Run out of disk, played by a limit on the size of files, and return what was said and the run folder."""
    done = subprocess.run([sys.executable, "-c", FULL, parent, when], capture_output=True, text=True, check=True)
    said, folder = done.stdout.splitlines()
    return said, parent / folder


def _finished_with_streams(parent):
    return _full(parent, "compacting")[1]


def test_a_disk_that_is_full_when_tables_are_compacted_leaves_a_finished_run_with_streams(tmp_path):
    said, folder = _full(tmp_path, "compacting")
    assert "File too large" in said
    assert manifest_of(folder)["status"] == "finished"
    assert not [name for name in names(folder) if "parquet" in name]
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2]
    compact(folder)
    assert not list(folder.glob("*.arrows"))
    assert RunRecord(folder).table("events")["node"].to_pylist() == [0, 1, 2]


def test_a_disk_that_is_full_when_rows_are_written_keeps_those_before(tmp_path):
    _, folder = _full(tmp_path, "writing")
    assert manifest_of(folder)["status"] == "failed"
    nodes = RunRecord(folder).table("events")["node"].to_pylist()
    assert nodes == [*range(len(nodes))]
    assert len(nodes) >= 3


def test_readers_see_all_rows_at_every_moment_of_a_compaction(tmp_path):
    expected, wrong, done = [*range(60)], [], threading.Event()
    folders = [lose(make(tmp_path, [(number, number) for number in range(60)])) for _ in range(8)]

    def read():
        while not done.is_set():
            for folder in folders:
                nodes = RunRecord(folder).table("events", ["node"])["node"].to_pylist()
                if nodes != expected:
                    wrong.append(nodes)

    reader = threading.Thread(target=read)
    reader.start()
    for folder in folders:
        compact(folder)
    done.set()
    reader.join()
    assert wrong == []


KILLED = """
import os, sys
from pathlib import Path
from wayfare.emulator.records import compaction
steps = int(sys.argv[2])
def stepping(real):
    def step(*arguments, **options):
        global steps
        steps -= 1
        if steps < 0:
            os._exit(9)
        return real(*arguments, **options)
    return step
for name in ("replace", "unlink", "fsync"):
    setattr(os, name, stepping(getattr(os, name)))
compaction.compact(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("steps", [0, 3, 8, 13, 17, 21, 22, 24, 27, 30])
def test_a_compaction_that_is_killed_at_any_step_loses_nothing(tmp_path, steps):
    folder = lose(make(tmp_path, [(number, number) for number in range(10)]))
    done = subprocess.run([sys.executable, "-c", KILLED, folder, str(steps)], check=False, timeout=120)
    assert done.returncode == 9
    assert RunRecord(folder).table("events")["node"].to_pylist() == [*range(10)]
    compact(folder)
    assert RunRecord(folder).table("events")["node"].to_pylist() == [*range(10)]
    assert not list(folder.glob("*.arrows"))


def test_a_finished_run_stays_finished(tmp_path):
    writer = make(tmp_path, [(1, 0)])
    writer.finish({"digest": {}})
    writer.fail("stopped", "interrupted")
    assert manifest_of(writer.folder)["status"] == "finished"


def test_a_finished_run_whose_streams_have_lost_rows_has_not_finished(tmp_path):
    writer = make(tmp_path, [(1, 0), (2, 1)])
    os.truncate(writer.folder / "events.arrows", 0)
    with pytest.raises(OSError, match="events"):
        writer.finish({"digest": {}})
    assert manifest_of(writer.folder)["status"] == "running"


def test_segments_say_whether_they_are_whole(tmp_path):
    folder = lose(make(tmp_path, [(number, number) for number in range(4)]))
    segment = Segment(folder / "events.arrows", EVENTS)
    assert (segment.read().num_rows, segment.whole, segment.left_out_bytes) == (4, False, 0)
    end = b"\xff\xff\xff\xff\0\0\0\0"
    data = segment.path.read_bytes()
    for tail, whole, left_out in ((end, True, 0), (end + b"x", False, 1), (b"\xff\xff", False, 2)):
        segment.path.write_bytes(data + tail)
        again = Segment(segment.path, EVENTS)
        assert (again.read().num_rows, again.whole, again.left_out_bytes) == (4, whole, left_out)
