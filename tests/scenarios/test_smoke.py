"""The quick variants of scenarios."""

from pathlib import Path

import pytest

from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.loading import resolved
from wayfare.scenarios.schema import SCHEMA_FILE

CATALOGUE = sorted(SCHEMA_FILE.parent.glob("*.scenario.yaml"))
SCENARIO = """\
name: pair
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}}
  links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic:
  transfers: [{from: a, to: b, size: 10 MB, start: 0 s}]
expect: [flows.last_end <= 0.9 s]
smoke:
  traffic.transfers.0.size: 1 MB
  expect: [flows.last_end <= 0.1 s]
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "pair.scenario.yaml"
        file.write_text(text)
        return file

    return write


def test_a_quick_run_has_the_overrides_of_its_section_and_any_other_does_not(write):
    file = write(SCENARIO)
    whole, quick = load(file), load(file, smoke=True)
    assert [one.traffic.transfers[0].size_bytes for one in (whole, quick)] == [10_000_000, 1_000_000]
    assert [str(one.expect[0]) for one in (whole, quick)] == ["flows.last_end <= 0.9 s", "flows.last_end <= 0.1 s"]
    assert "smoke" not in resolved(quick)


def test_settings_come_after_the_overrides(write):
    scenario = load(write(SCENARIO), ["traffic.transfers.0.size=2 MB"], smoke=True)
    assert scenario.traffic.transfers[0].size_bytes == 2_000_000


def test_a_scenario_without_the_section_is_its_own_quick_variant(write):
    file = write(SCENARIO[: SCENARIO.index("smoke")])
    assert load(file, smoke=True) == load(file)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("smoke: 3", ":8: smoke: is 3; it must be a mapping"),
        ("smoke: {traffic.transfers.4.size: 1 MB}", ":8: traffic.transfers: is a list; 4 is not an index from 0 to 0"),
        ("smoke: {stopp: 1 s}", ":8: stopp: unknown key 'stopp'; did you mean 'stop'?"),
        ("smoke: {plugins: [x.py]}", ":8: smoke.plugins: is the same in a quick run: leave it out here"),
    ],
)
def test_a_wrong_override_is_named_with_its_line(write, section, message):
    with pytest.raises(ScenarioError) as error:
        load(write(SCENARIO[: SCENARIO.index("smoke")] + section), smoke=True)
    assert f"pair.scenario.yaml{message}" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("file", CATALOGUE, ids=lambda file: file.name.removesuffix(".scenario.yaml"))
def test_the_quick_variant_of_every_scenario_of_the_catalogue_runs_as_it_expects(file: Path, tmp_path: Path):
    outcome = run(load(file, smoke=True), tmp_path, cache=False)
    assert outcome.expectations
    assert outcome.passed, [str(expectation) for expectation in outcome.expectations]
