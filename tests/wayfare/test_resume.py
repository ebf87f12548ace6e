"""A run that was killed and is finished later; a run that is played again and compared."""

import json
import random
import shutil
import signal
import subprocess
import time

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from wayfare.emulator.clock import Clock
from wayfare.emulator.records import RecordError, RunRecord, compact
from wayfare.emulator.records.files import write_manifest
from wayfare.emulator.records.hold import Hold
from wayfare.emulator.records.parts import sha256_of
from wayfare.emulator.records.tables import TABLES
from wayfare.scenarios.loading import load
from wayfare.scenarios.replaying import resume, verify
from wayfare.scenarios.running import RunFailed, RunStopped, run

BUSY = """\
name: busy
seed: 3
topology:
  nodes:
    a: {tier: edge}
    b: {tier: edge}
    base: {tier: edge, position: [0 m, 0 m]}
    phone: {tier: device, position: [10 m, 0 m]}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}
    - {between: [base, a], rate: 100 Mbit/s, delay: 1 ms}
    - {between: [phone, base], medium: radio}
cells: {line_of_sight: always, shadowing: false}
mobility: [{kind: random-waypoint, tier: device, speed_min: 5 m/s, speed_max: 20 m/s}]
traffic:
  background:
    - {kind: poisson, from: a, to: b, size: 100 kB, interval: 20 ms, sizes: exponential}
    - {kind: poisson, from: phone, to: b, size: 10 kB, interval: 50 ms}
stop: 4 s
"""
DYING = """\
import os, signal
from pathlib import Path
import wayfare.emulator.clock as clock
import wayfare.emulator.records.stream as stream
from wayfare.emulator.clock import Clock
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run
stream.FLUSH_S = 0.0
clock.AT_A_TIME = 1
step, left = Clock.step, 900
def dying(running):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    step(running)
Clock.step = dying
run(load("busy.scenario.yaml"), Path("runs"))
"""
MOMENTS = 1, 40, 900


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """Return the folder of a whole run, and what it held after so many steps of its clock."""
    where = tmp_path_factory.mktemp("lives")
    (where / "busy.scenario.yaml").write_text(BUSY)
    step, steps = Clock.step, 0

    def watched(clock):
        nonlocal steps
        if steps in MOMENTS:
            shutil.copytree(next((where / "runs").iterdir()), where / str(steps) / "busy")
        steps += 1
        step(clock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wayfare.emulator.records.stream.FLUSH_S", 0.0)
        patch.setattr("wayfare.emulator.clock.AT_A_TIME", 1)
        patch.setattr(Clock, "step", watched)
        folder = run(load(where / "busy.scenario.yaml"), where / "runs").folder
    return {"whole": folder, **{number: where / str(number) / "busy" for number in MOMENTS}}


@pytest.fixture
def life(lives, tmp_path):
    """Return a copy of one of these folders."""

    def copy(which):
        return shutil.copytree(lives[which], tmp_path / f"{which}-{len(list(tmp_path.iterdir()))}")

    return copy


def content(folder):
    record = RunRecord(folder)
    tables = {name: record.table(name).to_pylist() for name in TABLES}
    return repr((tables, record.manifest["digests"], {**record.summary, "time": None}))


def forge(folder, name, change):
    """Change a compacted table and the checksum that guards it."""
    path = folder / f"{name}.parquet"
    parquet.write_table(change(parquet.read_table(path)), path)
    listed = {"sha256": sha256_of(path), "rows": parquet.read_metadata(path).num_rows}
    manifest = RunRecord(folder).manifest
    manifest["tables"][name][0] |= listed
    write_manifest(folder, manifest)


def note(folder, **changes):
    write_manifest(folder, RunRecord(folder).manifest | changes)


def later(rows, place):
    times = rows.column("time_ns").to_numpy().copy()
    times[place] += 1
    return rows.set_column(0, "time_ns", pa.array(times))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(lives, life, moment):
    folder = life(moment)
    recorded = RunRecord(folder).table("events").num_rows
    assert (recorded > 100) == (moment == 900)
    assert resume(folder).folder == folder
    assert content(folder) == content(lives["whole"])
    assert parquet.read_metadata(folder / "events.parquet").num_rows == recorded


def test_a_run_may_be_cut_off_twice(lives, life, monkeypatch):
    folder, steps, step = life(40), 0, Clock.step

    def dying(clock):
        nonlocal steps
        steps += 1
        if steps > 900:
            raise KeyboardInterrupt
        step(clock)

    with monkeypatch.context() as patch:
        patch.setattr("wayfare.emulator.clock.AT_A_TIME", 1)
        patch.setattr(Clock, "step", dying)
        with pytest.raises(RunStopped):
            resume(folder)
    resume(folder)
    assert content(folder) == content(lives["whole"])
    assert len(RunRecord(folder).manifest["resumed"]) == 2


def test_a_run_that_has_finished_or_still_runs_is_not_resumed(life):
    with pytest.raises(RecordError, match="has finished"):
        resume(life("whole"))
    folder = life(40)
    hold = Hold(folder)
    with pytest.raises(RecordError, match="still runs"):
        resume(folder)
    with pytest.raises(RecordError, match="still runs"):
        verify(folder)
    hold.release()
    note(folder, host="elsewhere")  # where nobody can see whether the process lives
    with pytest.raises(RecordError, match="still runs"):
        resume(folder)
    note(folder, heartbeat="2026-01-01T00:00:00+00:00")
    assert resume(folder).folder == folder


def test_a_run_that_was_changed_or_was_made_with_something_else_is_not_resumed(life):
    folder = life(40)
    versions = RunRecord(folder).manifest["versions"]
    note(folder, versions=versions | {"simpy": "3"})
    with pytest.raises(RecordError, match="simpy was 3 and is 4"):
        resume(folder)
    assert "simpy" in verify(folder).circumstances
    scenario = (folder / "scenario.yaml").read_text()
    (folder / "scenario.yaml").write_text(scenario.replace("seed: 3", "seed: 4"))
    for again in (resume, verify):
        with pytest.raises(RecordError, match=r"scenario\.yaml: damaged"):
            again(folder)
    note(folder, files={})  # as in a run of an older version
    for again in (resume, verify):
        with pytest.raises(RecordError, match="is not what was run"):
            again(folder)
    assert RunRecord(folder).manifest["status"] == "running"


def test_a_resumed_run_that_is_not_what_it_was_ends_as_our_fault_and_says_where(life):
    folder = life(900)
    compact(folder)
    forge(folder, "events", lambda rows: later(rows, 50))
    with pytest.raises(RunFailed, match=r"row 50 of events was \(time_ns"):
        resume(folder)
    assert RunRecord(folder).manifest["status"] == "failed"


def test_a_run_is_verified_by_playing_it_again(life):
    found = verify(life("whole"))
    assert (found.passed, found.finished, found.rows["events"] > 1000) == (True, True, True)
    found = verify(life(900))
    assert (found.passed, found.finished) == (True, False)


def test_a_run_with_files_missing_or_damaged_is_not_played_again_and_all_of_them_are_named(life):
    folder = life("whole")
    (folder / "summary.json").unlink()
    (folder / "events.parquet").write_bytes(b"")
    with pytest.raises(RecordError) as caught:
        verify(folder)
    *named, last = str(caught.value).splitlines()
    assert named == [
        f"{folder / 'summary.json'}: is missing, though run.json lists it",
        f"{folder / 'events.parquet'}: damaged (its SHA-256 is not the one in run.json)",
    ]
    assert "was not played again" in last
    with pytest.raises(RecordError, match=r"summary\.json: is missing(.|\n)*to run it again: wayfare run"):
        resume(folder)


def test_the_first_difference_in_virtual_time_is_named(life):
    folder = life("whole")
    forge(folder, "sharing", lambda rows: later(rows, 300))
    forge(folder, "events", lambda rows: later(rows, 60))
    found = verify(folder).difference
    assert (found.table, found.row) == ("events", 60)
    assert found.recorded["time_ns"] == found.now["time_ns"] + 1


def test_rows_that_are_recorded_ahead_are_compared_too(life):
    folder = life("whole")
    forge(folder, "places", lambda rows: rows.set_column(2, "x_m", pc.add(rows.column("x_m"), 1e-9)))
    assert verify(folder).difference.table == "places"


def test_a_row_too_few_or_too_many_is_a_difference(life):
    fewer, more = life("whole"), life("whole")
    forge(fewer, "sharing", lambda rows: rows.slice(0, rows.num_rows - 1))
    forge(more, "sharing", lambda rows: pa.concat_tables([rows, rows.slice(rows.num_rows - 1)]))
    assert verify(fewer).difference.recorded is None
    assert verify(more).difference.now is None


def test_another_digest_is_a_difference(life):
    folder = life("whole")
    digests = RunRecord(folder).manifest["digests"]
    note(folder, digests=digests | {"events": "0"})
    found = verify(folder)
    assert (found.passed, found.digests["events"]) == (False, ("0", digests["events"]))


@pytest.mark.slow
def test_the_command_line_finishes_a_killed_run_and_verifies_it(wayfare):
    wayfare.write("busy.scenario.yaml", BUSY)
    assert wayfare.python("-c", DYING).code == -signal.SIGKILL
    (folder,) = wayfare.folder.glob("runs/*")
    resumed = wayfare("resume", folder)
    assert (resumed.code, resumed.folder, "busy" in resumed.out) == (0, folder, True)
    same = wayfare("verify", folder)
    assert (same.code, "the same" in same.out, "and the digests" in same.out) == (0, True, True)
    compact(folder)
    when_ns = RunRecord(folder).table("events").column("time_ns")[60].as_py()
    forge(folder, "events", lambda rows: later(rows, 60))
    other = wayfare("verify", folder)
    assert (other.code, f"row 60 of events: at {(when_ns + 1) / 1e9:.9f} s " in other.out) == (1, True)
    assert f"; now at {when_ns / 1e9:.9f} s " in other.out
    again = wayfare("resume", folder)
    assert (again.code, "has finished" in again.err) == (2, True)


@pytest.mark.slow
def test_runs_killed_at_twenty_random_moments_end_with_the_digests_of_one_that_was_not(wayfare, tiny):
    whole = wayfare("run", tiny, "--quiet", "--no-cache", "--out", "whole").summary["digest"]
    rng = random.Random(1)
    for number in range(20):
        began = time.monotonic()
        out = wayfare.folder / f"runs{number}"
        process = subprocess.Popen(
            [*wayfare.command, "run", str(tiny), "--quiet", "--out", str(out)],
            cwd=wayfare.folder,
            env=wayfare.environment,
        )
        while process.poll() is None and not list(out.glob("*/run.json")):
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, time.monotonic() - began))
        process.kill()
        process.wait()
        (folder,) = out.glob("*")
        if RunRecord(folder).manifest["status"] != "finished":
            assert wayfare("resume", folder, "--quiet").code == 0
        assert json.loads((folder / "summary.json").read_text())["digest"] == whole
