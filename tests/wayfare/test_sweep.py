"""`wayfare sweep`, from the outside."""

import signal
import subprocess
import time

import pytest

from wayfare.emulator.records import RunRecord
from wayfare.scenarios.sweep_folder import Sweep

SIZES = "extends: pair.scenario.yaml\nname: sizes\nsweep: {grid: {traffic.transfers.0.size: [1 MB, 2 MB]}}\n"
SHARED = (
    "extends: tiny.scenario.yaml\nname: shared\nstop: 200 ms\nreplications: 2\n"
    "matrix: {mfd: {}, fedavg: {learning.fraction: 0.5}}\n"
)


@pytest.mark.slow
def test_a_sweep_runs_everything_says_so_and_the_second_time_has_it_all(wayfare, network):
    file = wayfare.write("sizes.scenario.yaml", SIZES)
    said = wayfare("sweep", file, "--workers", "2")
    assert (said.code, said.out) == (0, "runs/sizes.sweep\n"), said.err
    assert said.err.splitlines()[0] == "sizes: 2 runs"
    assert sum(": finished" in line for line in said.err.splitlines()) == 2
    done = Sweep(wayfare.folder / "runs" / "sizes.sweep")
    assert [run.summary["flows"]["last_end_s"] for run in done.runs] == pytest.approx([0.085, 0.165])
    again = wayfare("sweep", file)
    assert again.err.splitlines() == ["sizes: 2 runs, 2 of them there already"]
    assert [run.folder for run in Sweep(done.folder).runs] == [run.folder for run in done.runs]
    alone = wayfare("run", done.folder / "scenarios" / f"{done.runs[1].scenario_hash[:16]}.scenario.yaml", "--quiet")
    assert alone.summary["digest"] == done.runs[1].summary["digest"]


@pytest.mark.slow
def test_learning_runs_of_a_sweep_have_the_digests_of_single_runs(wayfare, tiny):
    said = wayfare("sweep", wayfare.write("shared.scenario.yaml", SHARED), "--quiet", "--no-cache")
    assert (said.code, said.err) == (0, "")
    done = Sweep(said.folder)
    assert [(run.method, run.replication) for run in done.runs] == [
        *(("mfd", 1), ("mfd", 2)),
        *(("fedavg", 1), ("fedavg", 2)),
    ]
    alone = wayfare("run", tiny, "--quiet", "--no-cache", "--set", "name=shared", "--set", "stop=200 ms")
    assert alone.summary["digest"] == done.runs[0].summary["digest"]


@pytest.mark.slow
def test_a_failed_run_is_named_at_the_end_with_its_cause_and_stops_no_other(wayfare, network):
    wayfare.write(
        "broken.py",
        "from dataclasses import dataclass\nfrom wayfare.emulator.background import Poisson\n"
        "@dataclass(frozen=True)\nclass Broken(Poisson):\n"
        "    def bursts(self, *a, **k):\n        raise OverflowError('too much')\n"
        "BACKGROUND = {'broken': Broken}\n",
    )
    source = "from: a, to: b, size: 1 kB, interval: 100 ms"
    text = (
        "extends: pair.scenario.yaml\nname: some\nplugins: [broken.py]\nstop: 2 s\nsweep:\n  grid:\n"
        f"    traffic.background: [[{{kind: poisson, {source}}}], [{{kind: broken, {source}}}]]\n"
    )
    said = wayfare("sweep", wayfare.write("some.scenario.yaml", text), "--workers", "1")
    assert said.code == 1
    assert "1 of 2 runs failed:" in said.err
    *_, failed, legend = said.err.splitlines()
    assert "run 1 (background #2, seed 1): " in failed
    assert "too much" in failed
    assert legend.startswith("  background #2: [{kind: broken, from: a, ")
    done = Sweep(said.folder)
    assert [run.status for run in done.runs] == ["finished", "failed"]
    assert list(done.folder.glob("scenarios/*.stderr.txt"))


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_whoever_ends_a_sweep_ends_its_runs_too(wayfare, tiny, number, code):
    text = "extends: tiny.scenario.yaml\nname: hours\nstop: 5000 s\nreplications: 2\n"
    file = wayfare.write("hours.scenario.yaml", text)
    process = subprocess.Popen(
        [*wayfare.command, "sweep", str(file), "--workers", "2"],
        cwd=wayfare.folder,
        env=wayfare.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = wayfare.folder / "runs" / "hours.sweep"
    deadline = time.monotonic() + 90
    while len(list(folder.glob("*/run.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(number)
    _, complained = process.communicate(timeout=60)
    assert process.returncode == code
    runs = [RunRecord(path.parent) for path in folder.glob("*/run.json")]
    assert len(runs) == 2
    while any(run.is_alive for run in runs) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [run.manifest["status"] for run in runs] == ["stopped", "stopped"]
    if number != signal.SIGKILL:
        assert "the same command goes on from there" in complained
        assert [run.status for run in Sweep(folder).runs] == ["stopped", "stopped"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "0"], "Invalid value for '--workers'"),
        (["--workers", "1", "--ray", "local"], "give one of them"),
        (["--ray", "nowhere"], "--ray"),
        (["--set", "replications=none"], "--set replications=none: replications: is 'none'"),
        (["--out", "pair.scenario.yaml"], "is a file"),
    ],
)
def test_what_is_wrong_with_a_sweep_gives_one_message_and_no_folder(wayfare, network, arguments, message):
    said = wayfare("sweep", network, *arguments)
    assert said.code == 2
    assert message in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not (wayfare.folder / "runs").exists()
