import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard import RunStore, create_app
from wayfare.dashboard.launch.launcher import Launcher, LaunchRefused, complaints, is_study, refuse_code
from wayfare.dashboard.launch.routes import shipped_scenarios
from wayfare.emulator.records import RunRecord

LINE = """
name: tiny
topology: {generator: line, nodes: 3}
traffic: {transfers: [{from: edge1, to: edge3, size: 1 MB}]}
"""


@pytest.fixture
def launcher(tmp_path: Path) -> Any:
    launcher = Launcher(tmp_path)
    yield launcher
    for launch in launcher.launches():
        launch.process.kill()
        launch.process.wait()


def wait_for(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("name: x\nplugins: [mine.py]", "plugins"),
        ("name: x\nplugins: mine", "plugins"),
        ('{"name": "x", "plugins": ["a"]}', "plugins"),
        ("name: x\ndata: {path: /tmp/evil.PY}", "Python file"),
        ("name: x\ndata: {? [/tmp/evil.py] : 1}", "unhashable"),
        ("name: x\nextends: other.yaml", "whole path"),
        ("name: x\nextends: /nowhere/other.yaml", "cannot be read"),
        ("- a\n- b", "mapping of keys"),
        ("name: [", "line 1"),
        ("name: !!python/object/apply:os.system [x]", "line 1"),
        ("x" * 600_000, "500000"),
        ("", "mapping of keys"),
    ],
)
def test_what_names_code_or_is_no_scenario_is_refused(source: str, reason: str) -> None:
    with pytest.raises(LaunchRefused, match=reason):
        refuse_code(source)


def test_code_named_by_what_is_extended_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("plugins: [mine.py]\n")
    with pytest.raises(LaunchRefused, match="plugins"):
        refuse_code(f"name: x\nextends: {tmp_path}/base.yaml\n")
    (tmp_path / "round.yaml").write_text(f"extends: {tmp_path}/round.yaml\n")
    with pytest.raises(LaunchRefused, match="extend each other"):
        refuse_code(f"name: x\nextends: {tmp_path}/round.yaml\n")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_no_shipped_scenario_names_code(name: str) -> None:
    source = shipped_scenarios()[name].read_text(encoding="utf-8")
    if "extends:" not in source:
        refuse_code(source)


@pytest.mark.parametrize(
    ("source", "several"),
    [
        ("name: x", False),
        ("name: x\nreplications: 1", False),
        ("name: x\nreplications: 3", True),
        ("name: x\nmatrix: [mfd, fedavg]", True),
        ("name: x\nsweep: {grid: {seed: [1, 2]}}", True),
        ("name: x\nextends: BASE", True),
        ("name: x\nextends: BASE\nsweep: null", False),
    ],
)
def test_a_scenario_of_several_runs_is_a_sweep(source: str, several: bool, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: base\nsweep: {grid: {seed: [1, 2]}}\n")
    assert is_study(source.replace("BASE", str(tmp_path / "base.yaml"))) is several


def test_messages_carry_the_line_of_the_scenario() -> None:
    said = complaints(b"/x/s.yaml:12: learning.steps: is no number\nwayfare: other\n\n", Path("/x/s.yaml"))
    assert [(one.line, one.message) for one in said] == [(12, "learning.steps: is no number"), (None, "wayfare: other")]


def test_only_what_was_started_here_is_stopped(launcher: Launcher) -> None:
    with pytest.raises(LaunchRefused, match="not started from this page"):
        launcher.stop("20260101T000000Z-somebody-else")


def test_the_schema_and_the_scenarios_are_served(tmp_path: Path) -> None:
    client = create_app(tmp_path, allow_runs=True).server.test_client()
    with client.get("/launch/schema") as reply:
        assert "$defs" in reply.get_json()
    assert "name: first-walk" in client.get("/launch/scenario?name=first-walk").get_data(as_text=True)
    for query in ("name=../../setup", "name=", "run=nobody", "run=../x", ""):
        assert client.get(f"/launch/scenario?{query}").status_code == 404
    assert client.post("/launch/check", json={"scenario": 5}).status_code == 400
    assert "plugins" in client.post("/launch/run", json={"scenario": "plugins: [x]"}).get_json()["said"][0]["message"]


@pytest.mark.slow
def test_a_scenario_is_checked_run_and_found(launcher: Launcher) -> None:
    [wrong] = launcher.check(LINE.replace("1 MB", "1 MBit"))
    assert wrong.line == 4
    assert "size" in wrong.message
    assert launcher.check(LINE) == []
    launch = launcher.start(LINE)
    assert launch.state == "starting"
    run = wait_for(lambda: launcher.launches()[0].run)
    wait_for(lambda: launcher.launches()[0].state == "ended")
    assert RunRecord(launcher.folder / run).manifest["status"] == "finished"
    assert launcher.launches()[0].complaints == ()


@pytest.mark.slow
def test_runs_of_one_scenario_that_start_together_are_told_apart(launcher: Launcher, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(LINE + "seed: 1\n")
    command = [sys.executable, "-m", "wayfare", "run", str(tmp_path / "mine.yaml"), "--out", str(launcher.folder)]
    with subprocess.Popen([*command, "--quiet"], stdout=subprocess.PIPE, text=True) as elsewhere:
        launcher.start(LINE + "seed: 2\n")
        folder, _ = elsewhere.communicate(timeout=90)
    wait_for(lambda: launcher.launches()[0].state == "ended")
    run = launcher.launches()[0].run
    assert run is not None
    assert RunRecord(launcher.folder / run).manifest["seed"] == 2
    assert RunRecord(Path(folder.strip())).manifest["seed"] == 1


@pytest.mark.slow
def test_replications_are_all_run_in_a_sweep_folder(launcher: Launcher) -> None:
    launcher.start(LINE + "replications: 2\n")
    wait_for(lambda: launcher.launches()[0].state == "ended")
    launch = launcher.launches()[0]
    assert (launch.run, launch.complaints) == ("tiny.sweep", ())
    assert len(RunStore(launcher.folder).overviews()) == 2


@pytest.mark.slow
def test_a_wrong_scenario_says_why_and_leaves_no_folder(launcher: Launcher) -> None:
    launcher.start(LINE.replace("generator: line", "generator: lime"))
    [launch] = wait_for(lambda: [one for one in launcher.launches() if one.state == "ended"])
    assert launch.run is None
    assert "lime" in launch.complaints[0].message
    assert launch.complaints[0].line == 3
    assert list(launcher.folder.iterdir()) == []


@pytest.mark.slow
def test_a_run_is_stopped_and_says_so(launcher: Launcher) -> None:
    traffic = "1 MB}], background: [{kind: poisson, from: edge1, to: edge3, size: 10 kB, interval: 1 ms}]"
    launcher.start(LINE.replace("1 MB}]", traffic) + "stop: 200 s\n")
    run = wait_for(lambda: launcher.launches()[0].run or launcher.launches()[0].complaints)
    assert isinstance(run, str), run
    launcher.stop(run)
    wait_for(lambda: launcher.launches()[0].state == "ended")
    assert RunRecord(launcher.folder / run).manifest["status"] == "stopped"
