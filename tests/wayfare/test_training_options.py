"""Training beyond one process, from the command line: the same run, and a clear end where a worker is lost."""

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.training_options import resources

SCENARIO = """\
name: cnn
seed: 3
topology: {generator: three-tier, clouds: 1, edges: 1, devices: 6}
cells: {site_antenna_gain: 8 dB}
nodes: {device: {compute: 1 GFLOP/s}}
data: {dataset: digits, partition: iid}
model: {family: cnn, size: tiny}
learning: {method: fedavg, steps: 10, batch_size: 32}
stop: 400 ms
"""


@pytest.fixture
def cnn(wayfare):
    return wayfare.write("cnn.scenario.yaml", SCENARIO)


@pytest.fixture
def begun(wayfare, cnn):
    """A run with two workers that train, and the numbers of their processes; it would take minutes."""
    long = ["--set", "learning.steps=2000", "--set", "nodes.device.compute=10 TFLOP/s"]
    command = [*wayfare.listening, "run", cnn, "--workers", "2", "--no-cache", "--quiet", *long]
    with subprocess.Popen(command, cwd=wayfare.folder, env=wayfare.environment, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while len(workers := children(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(workers) == 2
        yield process, workers
        process.kill()


def children(parent):
    """The numbers of the workers that a process has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ancestor = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if ancestor == parent and b"wayfare.models.worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def gone(processes):
    until = time.monotonic() + 20
    while any(Path(f"/proc/{number}").exists() for number in processes) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(Path(f"/proc/{number}").exists() for number in processes)


@pytest.mark.slow
def test_workers_and_the_device_by_name_change_nothing_of_a_run(wayfare, cnn):
    digests = set()
    for options in (("--workers", "0"), ("--workers", "2"), ("--device", "cpu")):
        said = wayfare("run", cnn, "--no-cache", "--quiet", *options)
        assert said.code == 0, said.err
        digests.add(tuple(said.summary["digest"].values()))
    assert len(digests) == 1


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'wayfare[ray]'")
def test_a_cluster_changes_nothing_of_a_run(wayfare, cnn):
    here, there = (wayfare("run", cnn, "--no-cache", "--quiet", *options) for options in ((), ("--ray", "local")))
    assert there.code == 0, there.err
    assert here.summary["digest"] == there.summary["digest"]


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_ends_with_one_message_and_is_resumed(wayfare, cnn):
    whole = wayfare("run", cnn, "--quiet", "--workers", "0", "--no-cache")
    killing = """\
import os, signal
from wayfare.cli import main
from wayfare.models.local_workers import LocalWorkers
train, calls = LocalWorkers.train, 0
def dying(self, groups):
    global calls
    calls += 1
    if calls == 2:
        self.wait()
        os.kill(self._processes[0]._process.pid, signal.SIGKILL)
    return train(self, groups)
LocalWorkers.train = dying
main()
"""
    said = wayfare.python("-c", killing, "run", cnn, "--quiet", "--workers", "1", "--out", "cut")
    (folder,) = (wayfare.folder / "cut").iterdir()
    assert (said.code, said.err.count("\n"), "was killed by SIGKILL" in said.err) == (2, 1, True)
    assert f"wayfare resume {folder.relative_to(wayfare.folder)}" in said.err
    assert wayfare("resume", folder, "--quiet", "--workers", "1").summary["digest"] == whole.summary["digest"]


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_worker_outlives_a_run_that_is_interrupted(begun, ending, code):
    process, workers = begun
    os.kill(process.pid, ending)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)  # it says where each of its threads is
        time.sleep(1)
        process.kill()
        pytest.fail(f"{signal.Signals(ending).name} did not end the run\n{process.stderr.read().decode()}")
    assert gone(workers)
    assert process.returncode == code


def test_a_device_that_there_is_not_is_refused_whether_or_not_anything_learns():
    with pytest.raises(ScenarioError, match="--device: 'nonsense' is no device"):
        resources(None, "nonsense", None)
    assert resources(None, "cpu", None).device == "cpu"
