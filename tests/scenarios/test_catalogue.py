"""Every shipped scenario does what it says; those with a golden do what they did."""

import pytest

from wayfare.scenarios.golden import Golden, golden_file
from wayfare.scenarios.loading import load
from wayfare.scenarios.schema import SCHEMA_FILE
from wayfare.scenarios.trial import Trial

CATALOGUE = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if "first-walk" in path.name else pytest.mark.slow) for path in CATALOGUE],
    ids=lambda path: path.name.removesuffix(".scenario.yaml"),
)
def test_a_shipped_scenario_keeps_its_promises_and_its_golden(path, tmp_path):
    """Where what decides the last bit is as it was, digests are compared; elsewhere figures within tolerances.

    What is meant to be other is made golden by `wayfare test --update scenarios/first-*.scenario.yaml`.
    """
    tried = Trial(path).run(tmp_path, cache=False)
    assert tried.trial.expectations
    outcomes = [tried.outcome(expectation) for expectation in tried.trial.expectations]
    assert all(outcome.passed for outcome in outcomes), outcomes
    if golden_file(path).is_file():
        assert list(Golden.read(golden_file(path)).differences(tried)) == []


def test_the_first_four_come_with_goldens_that_state_figures_and_keep_events():
    for path in (path for path in CATALOGUE if path.name.startswith("first-")):
        golden = Golden.read(golden_file(path))
        (run,) = golden.runs.values()
        assert run.digests["events"]
        assert len(run.figures) > 8
        assert run.scenario["name"] == path.name.partition(".")[0]
        assert golden.file.with_suffix(".parquet").stat().st_size < 200_000


def test_the_first_four_differ_in_their_method_alone():
    first = {path.name: load(path) for path in CATALOGUE if path.name.startswith("first-")}
    assert len(first) == 4
    for section in ("seed", "topology", "links", "cells", "nodes", "data", "model", "traffic", "record", "stop_s"):
        assert len({repr(getattr(scenario, section)) for scenario in first.values()}) == 1, section
    assert len({type(scenario.learning) for scenario in first.values()}) == 4
    for parameter in ("steps", "batch_size", "optimiser", "learning_rate", "momentum"):
        assert len({getattr(scenario.learning, parameter) for scenario in first.values()}) == 1, parameter
