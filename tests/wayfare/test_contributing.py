"""The recipes of CONTRIBUTING.md, followed to the letter."""

import re
from pathlib import Path

from wayfare.scenarios import load, run

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_examples_make_a_plug_in_that_a_scenario_learns_with(tmp_path):
    (tmp_path / "my_plugin.py").write_text("\n\n".join(blocks("py")))
    (scenario,) = blocks("text")
    (tmp_path / "mine.scenario.yaml").write_text(scenario)
    outcome = run(load(tmp_path / "mine.scenario.yaml"), tmp_path / "runs", cache=False)
    assert outcome.passed, [str(expectation) for expectation in outcome.expectations]
    assert len(outcome.expectations) == 1
    assert outcome.summary["packets"]["delivered"] > 10
