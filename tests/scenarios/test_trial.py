"""Trials: what a scenario file promises, of all its methods and replications."""

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.trial import Trial

METHODS = """\
name: methods
seed: 7
topology: {generator: three-tier, clouds: 1, edges: 1, devices: 3, cell_radius: 40 m}
data: {dataset: blobs, partition: iid}
nodes: {device: {compute: 1 MFLOP/s}, cloud: {compute: 1 MFLOP/s}}
model: linear
learning: {steps: 2}
stop: 100 ms
matrix: [alone, central]
replications: 2
expect:
  - alone.bytes.total < 0.5 * central.bytes.total
  - ci_high(alone.bytes.total) <= 1 MB
  - bytes.total <= 1 MB
  - mean(accuracy.final) <= 0.01
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "x.scenario.yaml").write_text(text)
        return tmp_path / "x.scenario.yaml"

    return write


def test_methods_are_compared_at_the_same_seed_and_over_replications(written, tmp_path):
    trial = Trial(written(METHODS))
    tried = trial.run(tmp_path / "runs", cache=False)
    bytes_, interval, jobs, mean = map(tried.outcome, trial.expectations)
    assert (bytes_.passed, interval.passed, jobs.passed, mean.passed) == (True, True, True, False)
    assert [case.name for case in jobs.cases] == [trial.label(planned) for planned in trial.study.runs]
    assert [case.name for case in mean.cases] == ["alone", "central"]
    assert len(bytes_.cases) == 2
    (folder,) = tried.folders(jobs)
    assert folder == tried.runs[[case.name for case in jobs.cases].index(jobs.worst.name)].folder
    assert len(tried.folders(mean)) == 4  # it is about all of them


def test_runs_that_are_the_same_are_run_once(written, tmp_path, pair_text):
    trial = Trial(written(pair_text.replace("expect:", "sweep: {grid: {traffic.hop_limit: [9, 9]}}\nexpect:")))
    tried = trial.run(tmp_path / "runs")
    assert len(tried.runs) == 2
    assert len(list((tmp_path / "runs").iterdir())) == 1
    assert tried.outcome(trial.expectations[0]).passed


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fedavg.bytes.total < 1 MB", "9: expect: unknown method 'fedavg'; allowed: nothing; 'matrix' runs one"),
        ("bytes.of(c) < 1 MB", "9: expect.0: unknown node 'c'; "),
        ("flows.lastend < 1 s", "9: expect.0: unknown figure 'flows.lastend'; did you mean 'flows.last_end'?"),
        ("accuracy.time_to(0.9) < 1 s", "9: expect.0: nothing learns here, so there is no accuracy.time_to(0.9)"),
    ],
)
def test_a_wrong_expectation_is_found_before_anything_runs(written, pair_text, line, words):
    file = written(pair_text.replace("flows.last_end <= 0.9 s", line))
    with pytest.raises(ScenarioError) as caught:
        Trial(file)
    assert f"{file}:{words}" in str(caught.value)
