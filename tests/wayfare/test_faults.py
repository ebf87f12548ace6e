"""What happens when Wayfare itself fails, or is stopped: exit codes, and nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time

from wayfare.emulator.records import RunRecord, find_runs

BROKEN = """\
import sys
from wayfare.emulator import network, transport  # the transport keeps the right factor
from wayfare.cli import main

network.bits = lambda size_bytes: 7.99 * size_bytes  # a flow a little smaller than its packet
sys.argv = ["wayfare", "run", {scenario!r}]
main()
"""


def test_a_broken_law_is_our_fault_and_the_run_folder_says_so(wayfare, network):
    program = wayfare.write("broken.py", BROKEN.format(scenario=str(network)))
    done = subprocess.run([sys.executable, program], cwd=wayfare.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "arrived at" in done.stderr
    assert "a fault in Wayfare, not in your scenario" in done.stderr
    (folder,) = find_runs(wayfare.folder / "runs")
    assert str(folder.relative_to(wayfare.folder)) in done.stderr
    record = RunRecord(folder)
    assert record.manifest["status"] == "failed"
    assert "arrived at" in record.manifest["error"]
    assert record.table("events").num_rows == 3  # all but the end that could not be


def _start(wayfare, tiny):
    """Start a long run and wait until it has recorded something."""
    command = [sys.executable, "-m", "wayfare", "run", str(tiny), "--set", "stop=1000 s", "--no-cache"]
    process = subprocess.Popen(command, cwd=wayfare.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            runs = find_runs(wayfare.folder / "runs")
            if runs and RunRecord(runs[0]).table("events").num_rows:
                return process, runs[0]
            time.sleep(0.05)
        raise AssertionError("the run recorded nothing in a minute")
    except BaseException:
        process.kill()
        process.communicate()
        raise


def test_an_interrupted_run_says_that_it_was_stopped_and_keeps_its_rows(wayfare, tiny):
    process, folder = _start(wayfare, tiny)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
    record = RunRecord(folder)
    assert record.manifest["status"] == "stopped"
    assert record.table("events").num_rows > 0


def test_a_killed_run_can_still_be_read_and_exported(wayfare, tiny):
    process, folder = _start(wayfare, tiny)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert json.loads((folder / "run.json").read_text())["status"] == "running"  # it had no chance to say otherwise
    said = wayfare("export", folder, "--table", "flows")
    assert said.code == 0
    assert len(said.out.splitlines()) > 1


def test_a_run_is_readable_while_it_runs(wayfare, tiny):
    process, folder = _start(wayfare, tiny)
    try:
        first = RunRecord(folder).table("events").num_rows
        deadline = time.monotonic() + 60
        while RunRecord(folder).table("events").num_rows <= first:
            assert time.monotonic() < deadline, "no new rows in a minute"
            time.sleep(0.05)
        assert RunRecord(folder).manifest["status"] == "running"
    finally:
        process.kill()
        process.communicate()
