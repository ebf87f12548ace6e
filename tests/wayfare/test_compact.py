"""`wayfare compact`, and what a full disk does to a run, from the outside."""

import subprocess
import sys

import pytest

from wayfare.emulator.records import RunRecord
from wayfare.emulator.records.files import read_manifest, write_manifest

FULL = """\
import resource, signal, sys
from wayfare.cli import main
from wayfare.emulator.records import compaction

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
compact = compaction.compact


def full(folder):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        return compact(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


compaction.compact = full
sys.argv = ["wayfare", "run", {scenario!r}, "--quiet"]
main()
"""


@pytest.fixture
def uncompacted(wayfare, network):
    """What was said by a run whose disk was full when its tables were to be compacted."""
    return wayfare.python("-c", FULL.format(scenario=str(network)))


def lose(folder):
    manifest = read_manifest(folder) | {"status": "running", "heartbeat": "2026-01-01T00:00:00+00:00"}
    del manifest["tables"]
    write_manifest(folder, manifest)


def test_a_full_disk_at_the_end_is_said_and_the_run_is_whole(wayfare, network, uncompacted):
    assert uncompacted.code == 0, uncompacted.err
    assert "the tables are not compacted (File too large)" in uncompacted.err
    assert uncompacted.err.count("\n") == 1
    folder = uncompacted.folder
    assert (folder / "events.arrows").exists()
    record, usual = RunRecord(folder), RunRecord(wayfare("run", network).folder)
    assert record.manifest["status"] == "finished"
    columns = ["time_ns", "kind", "node", "peer", "flow"]
    assert record.table("events", columns).equals(usual.table("events", columns))
    said = wayfare("compact", folder)
    assert said.code == 0, said.err
    assert said.out.startswith(f"{folder}: ")
    assert not list(folder.glob("*.arrows"))
    assert RunRecord(folder).table("events").num_rows == usual.table("events").num_rows
    assert wayfare("compact", folder).out == f"{folder}: is compacted already\n"


def test_a_lost_run_is_compacted_and_what_was_left_out_is_said(wayfare, uncompacted):
    folder = uncompacted.folder
    rows = RunRecord(folder).table("events").num_rows
    lose(folder)
    with (folder / "events.arrows").open("ab") as file:
        file.write(b"half a batch")
    said = wayfare("compact", folder)
    assert said.code == 0
    assert "events.arrows: 12 bytes after the last whole rows are left out" in said.err
    assert RunRecord(folder).table("events").num_rows == rows
    assert wayfare("export", folder, "--table", "flows").code == 0


def test_what_runs_is_refused_and_the_others_are_compacted(wayfare, network, uncompacted):
    running = wayfare("run", network).folder
    alive = {"status": "running", "host": "elsewhere", "heartbeat": "2999-01-01T00:00:00+00:00"}
    write_manifest(running, read_manifest(running) | alive)
    said = wayfare("compact", running, wayfare.folder / "nowhere", uncompacted.folder)
    assert said.code == 2
    assert f"{running}: still runs" in said.err
    assert "nowhere: not a run folder" in said.err
    assert not list(uncompacted.folder.glob("*.arrows"))


def test_a_damaged_table_of_a_finished_run_is_named_by_whatever_reads_it(wayfare, network):
    folder = wayfare("run", network).folder
    path = folder / "events.parquet"
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    for command in (("export", folder, "--table", "flows"), ("explain", folder, "--flow", "0")):
        said = wayfare(*command)
        assert said.code == 2
        assert "events.parquet: damaged" in said.err
        assert "Traceback" not in said.err


def test_a_disk_that_fills_up_during_the_run_keeps_what_was_written(wayfare, network):
    program = (
        "import resource, signal, sys\nfrom wayfare.cli import main\n"
        "import wayfare.scenarios.running, wayfare.emulator.world\n"
        "from wayfare.emulator.records import stream\nstream.FLUSH_S = 0.01\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"sys.argv = ['wayfare', 'run', {str(network)!r}, '--set', "
        "'traffic.background=[{kind: constant, from: a, to: b, size: 1 kB, interval: 100 us}]', '--set', 'stop=60 s']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=wayfare.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written any more (File too large); what was written before is kept" in done.stderr
    (folder,) = (wayfare.folder / "runs").iterdir()
    record = RunRecord(folder)
    assert record.manifest["status"] == "failed"
    assert record.table("events").num_rows > 0
    assert not list(folder.glob(".*"))
