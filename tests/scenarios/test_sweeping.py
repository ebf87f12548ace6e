"""Running all of a study into a folder, and going on with what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wayfare.emulator.records import RecordError
from wayfare.scenarios.compared_runs import groups_of
from wayfare.scenarios.comparison import ComparisonError, Measure, compare, default_measures
from wayfare.scenarios.crowd import Job, Result, cause
from wayfare.scenarios.loading import load
from wayfare.scenarios.replaying import resume
from wayfare.scenarios.running import run
from wayfare.scenarios.study import Study, study_of
from wayfare.scenarios.sweep_folder import Sweep
from wayfare.scenarios.sweeping import SweepStopped, sweep

PAIR = """\
name: pair
replications: 2
topology: {nodes: {a: {tier: edge}, b: {tier: edge}}, links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]}
traffic:
  forwarding: cut-through
  transfers: [{from: a, to: b, size: 10 MB}]
  background: [{kind: poisson, from: b, to: a, size: 10 kB, interval: 50 ms}]
stop: 2 s
sweep: {grid: {traffic.transfers.0.size: [1 MB, 10 MB]}}
"""


class HereCrowd:
    """Carries out jobs in this process, one at a time; those whose labels have a word in them fail, or interrupt."""

    free = 1

    def __init__(self, failing: str = "nothing", interrupting: str = "nothing") -> None:
        self.failing, self.interrupting = failing, interrupting
        self.jobs: list[Job] = []
        self.stops = 0

    def start(self, job: Job) -> None:
        self.jobs.append(job)

    def done(self) -> Iterator[Result]:
        job = self.jobs[-1]
        if self.failing in job.label:
            yield Result(job, "failed", None, "the cause")
            return
        watch = interrupt if self.interrupting in job.label else None
        if job.unfinished is not None:
            yield Result(job, "finished", resume(job.unfinished, on_progress=watch).folder)
        else:
            yield Result(job, "finished", run(load(job.scenario), job.parent, on_progress=watch).folder)

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        pass


def interrupt(progress: object) -> None:
    raise KeyboardInterrupt


def pair(folder: Path, text: str = PAIR) -> Study:
    folder.mkdir(exist_ok=True)
    (folder / "pair.scenario.yaml").write_text(text)
    return study_of(folder / "pair.scenario.yaml")


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Sweep:
    folder = tmp_path_factory.mktemp("swept")
    return sweep(pair(folder), folder, crowd=HereCrowd())


def test_the_folder_holds_each_run_by_point_and_seed(swept):
    assert swept.folder.name == "pair.sweep"
    assert swept.points == ({"traffic.transfers.0.size": "1 MB"}, {"traffic.transfers.0.size": "10 MB"})
    assert (swept.methods, len(swept.seeds), swept.unfinished) == ((None,), 2, ())
    assert [(run.point, run.seed) for run in swept.runs] == [(point, seed) for point in (0, 1) for seed in swept.seeds]
    (one,) = swept.select(point=1, seed=swept.seeds[0])
    assert one.summary["flows"]["last_end_s"] > 0.8
    assert one.record.manifest["scenario_hash"] == one.scenario_hash
    assert one.label == f"size=10 MB, seed {swept.seeds[0]}"


def test_a_run_of_a_sweep_has_the_digests_of_the_scenario_by_itself(swept, tmp_path):
    (one,) = swept.select(point=0, seed=swept.seeds[1])
    file = swept.folder / "scenarios" / f"{one.scenario_hash[:16]}.scenario.yaml"
    assert run(load(file), tmp_path).summary["digest"] == one.summary["digest"]


@pytest.mark.slow
def test_what_has_finished_is_not_run_again_and_what_is_new_is(tmp_path):
    study = pair(tmp_path)
    sweep(study, tmp_path, crowd=HereCrowd())
    again, more = HereCrowd(), HereCrowd()
    assert sweep(study, tmp_path, crowd=again).unfinished == ()
    assert again.jobs == []
    wider = pair(tmp_path, PAIR.replace("10 MB]}}", "10 MB, 2 MB]}}"))
    done = sweep(wider, tmp_path, crowd=more)
    assert [job.label.split(",")[0] for job in more.jobs] == ["size=2 MB"] * 2
    assert (len(done.runs), done.unfinished) == (6, ())


def test_a_run_that_fails_stops_no_other_and_is_run_again_next_time(tmp_path):
    study, seen = pair(tmp_path), []
    done = sweep(study, tmp_path, crowd=HereCrowd(failing="10 MB"), on_progress=seen.append)
    assert done.manifest["status"] == "failed"
    assert [(run.point, run.error) for run in done.unfinished] == [(1, "the cause")] * 2
    assert (seen[-1].finished, seen[-1].failed, seen[-1].total) == (2, 2, 4)
    with pytest.raises(RecordError, match="the cause"):
        done.unfinished[0].summary  # noqa: B018
    again = HereCrowd()
    assert sweep(study, tmp_path, crowd=again).unfinished == ()
    assert len(again.jobs) == 2


def test_an_interrupted_sweep_ends_its_runs_and_keeps_what_has_finished(tmp_path):
    crowd = HereCrowd(interrupting="10 MB")
    with pytest.raises(SweepStopped, match="the same command goes on from there"):
        sweep(pair(tmp_path), tmp_path, crowd=crowd)
    found = Sweep(tmp_path / "pair.sweep")
    assert crowd.stops == 1
    assert found.manifest["status"] == "stopped"
    assert sorted(run.status for run in found.runs) == ["finished", "stopped", "waiting", "waiting"]


@pytest.mark.slow
def test_a_run_that_was_cut_off_is_gone_on_with(tmp_path):
    study = pair(tmp_path)
    with pytest.raises(SweepStopped):
        sweep(study, tmp_path, crowd=HereCrowd(interrupting="10 MB"))
    (lost,) = [run.folder for run in Sweep(tmp_path / "pair.sweep").runs if run.status == "stopped"]
    again = HereCrowd()
    assert sweep(study, tmp_path, crowd=again).unfinished == ()
    assert [job.unfinished for job in again.jobs if job.unfinished] == [lost]


@pytest.mark.slow
def test_a_run_folder_that_is_damaged_is_left_alone_and_the_run_made_anew(tmp_path):
    study = pair(tmp_path)
    broken = sweep(study, tmp_path, crowd=HereCrowd()).runs[0].folder
    (broken / "run.json").write_text("{")
    again = HereCrowd()
    assert sweep(study, tmp_path, crowd=again).runs[0].folder != broken
    assert len(again.jobs) == 1


@pytest.mark.slow
def test_a_folder_that_is_another_sweeps_or_no_sweeps_is_refused(tmp_path):
    study = pair(tmp_path)
    sweep(study, tmp_path, crowd=HereCrowd())
    with pytest.raises(RecordError, match="holds the sweep of"):
        sweep(pair(tmp_path / "other"), tmp_path, crowd=HereCrowd())
    (tmp_path / "full" / "pair.sweep").mkdir(parents=True)
    (tmp_path / "full" / "pair.sweep" / "mine.txt").touch()
    with pytest.raises(RecordError, match="is there already and no sweep folder"):
        sweep(study, tmp_path / "full", crowd=HereCrowd())
    with pytest.raises(RecordError, match="not a sweep folder"):
        Sweep(tmp_path)


def test_who_holds_a_sweep_keeps_others_out(tmp_path):
    from wayfare.scenarios.sweep_writer import SweepWriter

    study = pair(tmp_path)
    first = SweepWriter(tmp_path / "pair.sweep", study)
    with pytest.raises(RecordError, match="another process runs this sweep"):
        SweepWriter(tmp_path / "pair.sweep", study)
    first.end("finished")
    SweepWriter(tmp_path / "pair.sweep", study).end("finished")


def test_a_cause_is_the_last_line_or_the_signal():
    assert cause(3, "Traceback\n  File\nwayfare: it broke.\n\n") == "wayfare: it broke."
    assert cause(-9, "") == "ended by SIGKILL; was the memory full?"
    assert cause(1, "") == "ended with code 1"


def test_groups_of_a_sweep_are_compared_by_seed(swept):
    groups, notes = groups_of([swept.folder])
    assert notes == []
    assert [group.label for group in groups] == ["size=1 MB", "size=10 MB"]
    found = compare(groups, [Measure.of("flows.last_end"), Measure.of("bytes.total / 1 MB")])
    cell = found.cells["size=10 MB", "flows.last_end"]
    values = [groups[number].by_seed(Measure.of("flows.last_end").term) for number in (0, 1)]
    assert cell.interval.mean == pytest.approx(sum(values[1].values()) / 2)
    assert cell.difference.paired
    assert cell.difference.mean == pytest.approx(sum(values[1][seed] - values[0][seed] for seed in swept.seeds) / 2)
    assert found.baselines == {"size=10 MB": "size=1 MB"}
    assert found.measures[0].unit == "s"


def test_single_runs_are_grouped_by_what_they_differ_in_besides_their_seeds(swept):
    folders = [run.record.folder for run in swept.runs]
    groups, _ = groups_of(folders)
    assert [len(group.runs) for group in groups] == [2, 2]
    assert [group.label for group in groups] == ["pair, size=1 MB", "pair, size=10 MB"]
    of_sweep = compare(groups_of([swept.folder])[0], default_measures(groups, None))
    of_runs = compare(groups, default_measures(groups, None))
    means = [[cell.interval.mean for cell in each.cells.values()] for each in (of_sweep, of_runs)]
    assert means[0] == means[1]


def test_what_cannot_be_compared_is_said_in_words(swept):
    groups, _ = groups_of([swept.folder])
    with pytest.raises(ComparisonError, match="unknown baseline 'size=2 MB'"):
        compare(groups, default_measures(groups, None), baseline="size=2 MB")
    with pytest.raises(ComparisonError, match=r"unknown figure 'accuracy\.fnal'; did you mean 'accuracy\.final'"):
        Measure.of("accuracy.fnal")
    assert compare(groups, [Measure.of("accuracy.final")]).cells["size=1 MB", "accuracy.final"].interval is None
