"""Every shipped scenario does what it says."""

import pytest

from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run
from wayfare.scenarios.schema import SCHEMA_FILE

CATALOGUE = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if "first-walk" in path.name else pytest.mark.slow) for path in CATALOGUE],
    ids=lambda path: path.name.removesuffix(".scenario.yaml"),
)
def test_the_expectations_of_a_shipped_scenario_hold(path, tmp_path):
    outcome = run(load(path), tmp_path, cache=False)
    assert outcome.expectations
    assert all(expectation.passed for expectation in outcome.expectations), outcome.expectations


def test_the_first_four_differ_in_their_method_alone():
    first = {path.name: load(path) for path in CATALOGUE if path.name.startswith("first-")}
    assert len(first) == 4
    for section in ("seed", "topology", "links", "cells", "nodes", "data", "model", "traffic", "record", "stop_s"):
        assert len({repr(getattr(scenario, section)) for scenario in first.values()}) == 1, section
    assert len({type(scenario.learning) for scenario in first.values()}) == 4
    for parameter in ("steps", "batch_size", "optimiser", "learning_rate", "momentum"):
        assert len({getattr(scenario.learning, parameter) for scenario in first.values()}) == 1, parameter
