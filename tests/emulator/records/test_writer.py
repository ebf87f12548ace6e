"""A run folder while it is written: for other processes, and after the writer was killed."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from wayfare.emulator.records import EventKind, RunRecord, RunWriter

WRITES = """
import sys, time
from pathlib import Path
from wayfare.emulator.records import EventKind, RunWriter
writer = RunWriter.create(Path(sys.argv[1]), "killed", {"name": "killed"})
print(writer.folder, flush=True)
number = 0
while True:
    writer.event(number * 1e-3, EventKind.LAUNCH, node=number % 7, flow=number)
    number += 1
    if number % 100 == 0:
        print(number, flush=True)
        time.sleep(0.01)
"""


def test_a_run_is_readable_while_another_process_writes_it_and_after_a_kill(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            folder = process.stdout.readline().strip()
            seen = _read_until(folder, rows=500)
            while int(process.stdout.readline()) < 3000:
                pass
        finally:
            process.send_signal(signal.SIGKILL)
    record = RunRecord(folder)
    flows = record.table("events")["flow"].to_pylist()
    assert seen >= 500
    assert flows == list(range(len(flows)))
    assert len(flows) >= seen
    assert record.manifest["status"] == "running"
    assert record.summary is None


def _read_until(folder, rows):
    for _ in range(1000):
        record = RunRecord(folder)
        count = record.table("events").num_rows if os.path.getsize(record.folder / "events.arrows") else 0
        if count >= rows:
            return count
        time.sleep(0.01)
    raise AssertionError(f"{count} rows of {folder} after ten seconds")


def test_a_run_that_has_just_begun_is_readable(writer):
    record = RunRecord(writer.folder)
    assert record.manifest["status"] == "running"
    assert [record.table(name).num_rows for name in ("events", "metrics", "bins")] == [0, 0, 0]


def test_the_heartbeat_leaves_no_row_behind(writer):
    """Progress is written every 250 ms; what it counts is on disk then, also where no later row comes."""
    writer.event(0.0, EventKind.LAUNCH, 0)
    writer.metric(0.0, "accuracy", 0.5)
    writer.progress({"events": writer.events.count})
    record = RunRecord(writer.folder)
    assert record.table("events").num_rows == record.manifest["progress"]["events"]
    assert record.table("metrics").num_rows == 1


def test_a_finished_run_says_so_after_its_summary_is_there(writer):
    writer.event(1.5, EventKind.LAUNCH, 3)
    writer.finish({"digest": {"events": "e", "weights": None}})
    record = RunRecord(writer.folder)
    assert record.manifest["status"] == "finished"
    assert record.manifest["digests"] == {"events": "e", "weights": None}
    assert record.manifest["started"] <= record.manifest["ended"]
    assert record.summary == {"digest": {"events": "e", "weights": None}}
    assert record.table("events").to_pylist()[0]["time_ns"] == 1_500_000_000


def test_a_failed_run_keeps_what_was_written_and_says_why(writer):
    writer.event(1.0, EventKind.LAUNCH, 3)
    writer.fail("failed", "LawBroken: bytes")
    record = RunRecord(writer.folder)
    assert (record.manifest["status"], record.manifest["error"]) == ("failed", "LawBroken: bytes")
    assert record.table("events").num_rows == 1
    assert record.summary is None


def test_a_summary_without_a_number_is_refused_and_not_half_written(writer):
    with pytest.raises(ValueError, match="JSON compliant"):
        writer.write_json("summary.json", {"accuracy": float("nan")})
    assert not (writer.folder / "summary.json").exists()


def test_no_temporary_file_stays(writer):
    writer.write_json("summary.json", {})
    assert [path.name for path in writer.folder.iterdir() if path.name.startswith(".")] == []


def test_files_that_come_with_a_run_are_there_before_it_is_one(tmp_path):
    writer = RunWriter.create(tmp_path, "x", {}, {"scenario.yaml": "name: ü\n"})
    assert RunRecord(writer.folder).scenario_text == "name: ü\n"
    names = {path.name: path.stat().st_mtime_ns for path in writer.folder.iterdir()}
    assert names["scenario.yaml"] <= names["run.json"]


@pytest.mark.parametrize(("name", "slug"), [("first walk/2", "first-walk-2"), ("../..", "run"), ("Zürich", "Z-rich")])
def test_a_folder_is_named_by_time_scenario_and_chance(tmp_path, name, slug):
    writers = [RunWriter.create(tmp_path / "runs", name, {}) for _ in range(3)]
    for writer in writers:
        writer.fail("stopped", "test")
        stamp, _, rest = writer.folder.name.partition("Z-")
        assert (len(stamp), rest[:-5], len(rest[-4:])) == (15, slug, 4)
        assert writer.folder.parent == tmp_path / "runs"
    assert len({writer.folder for writer in writers}) == 3


def test_a_parent_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(OSError, match="runs"):
        RunWriter.create(tmp_path / "runs", "x", {})


def test_the_manifest_is_whole_at_every_moment(writer):
    for number in range(50):
        writer.progress({"virtual_s": number})
        assert json.loads((writer.folder / "run.json").read_text())["progress"] == {"virtual_s": number}
