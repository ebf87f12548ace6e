"""What happens when Wayfare itself fails, or is stopped: exit codes, and nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

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
    command = [*wayfare.listening, "run", str(tiny), "--set", "stop=1000 s", "--no-cache"]
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


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_that_it_was_stopped_and_keeps_its_rows(wayfare, tiny, sent, code):
    process, folder = _start(wayfare, tiny)
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in err
    assert f"what was recorded is in runs/{folder.name}".encode() in err
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


def test_a_run_folder_that_cannot_be_written_any_more_says_so(wayfare, network):
    """A full disk, played by a limit on the size of files."""
    program = wayfare.write(
        "full.py",
        "import resource, signal, sys\n"
        "from wayfare.cli import main\n"
        "import wayfare.scenarios.running, wayfare.emulator.world\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        f"sys.argv = ['wayfare', 'run', {str(network)!r}, '--set', "
        "'traffic.background=[{kind: constant, from: a, to: b, size: 1 kB, interval: 1 ms}]', '--set', 'stop=2 s']\n"
        "main()\n",
    )
    done = subprocess.run([sys.executable, program], cwd=wayfare.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot be written any more" in done.stderr
    assert "what was written before is kept" in done.stderr
    assert "Traceback" not in done.stderr
    (folder,) = find_runs(wayfare.folder / "runs")
    assert RunRecord(folder).manifest["status"] == "failed"


@pytest.mark.parametrize("command", [("export", "--table", "flows", "-o", "none/x.csv"), ("schema", "-o", "none/x")])
def test_an_output_that_cannot_be_written_is_named_with_the_command(wayfare, network, command):
    arguments = list(command)
    if command[0] == "export":
        arguments.insert(1, wayfare("run", network).folder)
    said = wayfare(*arguments)
    assert said.code == 2
    assert said.err == f"wayfare {command[0]}: {command[-1]}: cannot be written (No such file or directory)\n"
