"""The interface for notebooks: `wayfare.run`, `wayfare.load` and what they return."""

import shutil
import subprocess
import sys

import pytest

import wayfare
from wayfare.emulator.records import RecordError
from wayfare.scenarios.compared_runs import groups_of
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.expecting import ExpectationError
from wayfare.show import scenario_file


@pytest.fixture(scope="module")
def place(tmp_path_factory, pair_text):
    place = tmp_path_factory.mktemp("notebook")
    (place / "pair.scenario.yaml").write_text(pair_text)
    return place


@pytest.fixture(scope="module")
def run(place):
    return wayfare.run(place / "pair.scenario.yaml", {"traffic.hop_limit": 9}, out=place / "runs")


def test_a_scenario_runs_with_settings_and_its_figures_are_at_hand(run):
    assert (run.name, run.status, run.passed) == ("pair", "finished", True)
    assert "hop_limit: 9" in run.scenario
    assert run.value("flows.last_end") == pytest.approx(0.805)
    assert run.value("8 * bytes.total / flows.last_end") == pytest.approx(8e7 / 0.805)
    assert run.value("flows.duration.max") == pytest.approx(0.805)
    assert run.table("flows")["route"].to_pylist() == ["a>b"]
    assert "flows.last_end" not in run.summary
    assert "0.8050 s" in run._repr_html_()


def test_a_changed_scenario_of_a_run_is_not_believed(run, tmp_path):
    changed = shutil.copytree(run.folder, tmp_path / "changed")
    (changed / "scenario.yaml").write_text(run.scenario.replace("hop_limit: 9", "hop_limit: 8"))
    with pytest.raises(RecordError, match=r"changed/scenario\.yaml: damaged"):
        scenario_file(changed)


def test_of_a_run_and_its_copy_one_is_compared_if_neither_is_damaged(run, tmp_path):
    copy = shutil.copytree(run.folder, tmp_path / "copy")
    (group,), notes = groups_of([copy, run.folder])
    assert [each.record.folder for each in group.runs.values()] == [run.folder]
    assert notes == [f"{copy}: is left out, {run.folder} has its scenario and seed"]
    (copy / "summary.json").write_text((copy / "summary.json").read_text().replace("1", "2"))
    with pytest.raises(RecordError, match=r"copy/summary\.json: damaged"):
        groups_of([copy, run.folder])


def test_a_run_that_is_there_is_opened(run):
    again = wayfare.load(run.folder)
    assert again.summary == run.summary
    assert repr(again) == f"<Run pair, finished, in {run.folder}>"


def test_figures_are_those_of_the_dashboard(run):
    import plotly.graph_objects as go

    assert "traffic" in run.figures
    assert "accuracy" not in run.figures
    figure = run.figure("traffic", scheme="dark")
    assert isinstance(figure, go.Figure)
    assert max(value for trace in figure.data for value in trace.y) == pytest.approx(100.0)  # Mbit/s


def test_a_frame_says_what_to_do_without_pandas(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pandas, or use table\(\)"):
        run.frame("flows")


def test_a_run_is_exported(run, place):
    run.export("graphml", place / "run.graphml")
    run.export("csv", place / "tables")
    assert (place / "run.graphml").stat().st_size > 0
    assert (place / "tables" / "flows.csv").is_file()


def test_what_is_wrong_is_said_in_words(run, place):
    for call, error, words in (
        (lambda: run.table("flow"), ValueError, "did you mean 'flows'"),
        (lambda: run.figure("trafic"), ValueError, "did you mean 'traffic'"),
        (lambda: run.figure("accuracy", by="nodes"), ValueError, "did you mean 'node'"),
        (lambda: run.figure("accuracy", buy="node"), ValueError, "did you mean 'by'"),
        (lambda: run.value("flows.last"), ExpectationError, "did you mean"),
        (lambda: run.export("xls", "x"), ValueError, "unknown format 'xls'"),
        (run.models, RecordError, "has no weights.safetensors"),
        (lambda: wayfare.load(place), RecordError, "not a run folder"),
        (lambda: wayfare.load(place / "runs"), RecordError, "holds 1 run folders and is none itself"),
        (lambda: wayfare.load(place / "pair.scenario.yaml"), RecordError, "wayfare.run runs a scenario file"),
        (lambda: wayfare.load_sweep(run.folder), RecordError, "not a sweep folder"),
        (lambda: wayfare.run(place / "pair.scenario.yaml", {"stop": 3}), ScenarioError, "has no unit"),
        (lambda: wayfare.run(place / "pair.scenario.yaml", {"replications": 2}), ScenarioError, "wayfare.run_sweep"),
        (lambda: wayfare.laod, AttributeError, "no attribute 'laod'"),
    ):
        with pytest.raises(error) as caught:
            call()
        assert words in str(caught.value)


@pytest.mark.slow
def test_a_sweep_is_a_table_with_a_row_for_each_run(place):
    settings = {"sweep": {"grid": {"traffic.hop_limit": [8, 9]}}, "replications": 2}
    runs = wayfare.run_sweep(place / "pair.scenario.yaml", settings, out=place / "sweeps", workers=1)
    table = runs.table(["flows.last_end", "flows.duration.max"])
    assert table.column_names == [
        "traffic.hop_limit",
        "method",
        "seed",
        "flows.last_end",
        "flows.duration.max",
        "folder",
    ]
    assert table["traffic.hop_limit"].to_pylist() == [8, 8, 9, 9]
    assert table["flows.last_end"].to_pylist() == [pytest.approx(0.805)] * 4
    assert len(runs) == len(list(runs)) == 4
    assert len(wayfare.load_sweep(runs.folder).select(point=1)) == 2


def test_runs_of_a_sweep_that_fail_are_named_and_none_that_finishes_is_an_error(place, monkeypatch):
    from wayfare.scenarios import sweeping
    from wayfare.scenarios.crowd import Result

    class Unlucky:
        """A crowd whose jobs fail, but those that it is told to let finish."""

        free = 1

        def __init__(self, lucky):
            self.lucky, self.jobs = lucky, []

        def start(self, job):
            self.jobs.append(job)

        def done(self):
            jobs, self.jobs = self.jobs, []
            for job in jobs:
                folder = wayfare.run(job.scenario, out=job.parent).folder if self.lucky in job.label else None
                yield Result(job, "finished" if folder else "failed", folder, None if folder else "out of luck")

        def stop(self):
            raise AssertionError("nothing interrupts it")

        def close(self):
            assert not self.jobs

    settings = {"sweep": {"grid": {"traffic.hop_limit": [8, 9]}}}
    monkeypatch.setattr(sweeping, "processes", lambda study, workers: Unlucky("hop_limit=9"))
    with pytest.warns(UserWarning, match=r"1 of 2 runs failed\n  run 0 \(hop_limit=8, seed 1\): out of luck"):
        assert len(wayfare.run_sweep(place / "pair.scenario.yaml", settings, out=place / "half")) == 1
    monkeypatch.setattr(sweeping, "processes", lambda study, workers: Unlucky("nobody"))
    with pytest.raises(wayfare.SweepFailed, match=r"2 of 2 runs failed\n  run 0 .*: out of luck\n  run 1 "):
        wayfare.run_sweep(place / "pair.scenario.yaml", settings, out=place / "none")


def test_importing_it_loads_nothing_but_itself():
    code = (
        "import sys; before = set(sys.modules); import wayfare; assert 'run' in dir(wayfare);"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - {'wayfare'})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
