"""`wayfare new`, `validate`, `show` and `diff`, and completion for the shells."""

import json
import re

import jsonschema
import pytest

from wayfare.scenarios import document
from wayfare.scenarios.annotating import annotated
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.flattening import differences
from wayfare.scenarios.loading import load, scenario_hash
from wayfare.scenarios.study import study_of
from wayfare.scenarios.templates import SCHEMA_PLACE, templates, write_new


@pytest.mark.parametrize("name", templates())
def test_a_template_is_a_scenario_that_fits_the_schema_it_names(tmp_path, name):
    file = tmp_path / "mine.scenario.yaml"
    assert write_new(file, name) == [file, tmp_path / SCHEMA_PLACE]
    assert file.read_text().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_PLACE}"
    study = study_of(file)
    assert study.name == "mine"
    assert all(run.scenario.document for run in study.runs)
    schema = json.loads((tmp_path / SCHEMA_PLACE).read_text())
    jsonschema.Draft202012Validator(schema).validate(document.read(file).data)
    assert templates()[name].about.endswith((".", "?"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["network", "learning", "moving", "failures"])
def test_what_a_template_expects_holds(wayfare, name):
    file = wayfare.folder / "mine.scenario.yaml"
    write_new(file, name)
    said = wayfare("test", file)
    assert said.code == 0, said.out + said.err


@pytest.mark.parametrize(
    ("file", "template", "message"),
    [
        ("there.scenario.yaml", "network", "is there already"),
        ("new.yaml", "network", "must end in .scenario.yaml, for example"),
        ("two words.scenario.yaml", "network", "gives no name"),
        ("new.scenario.yaml", "netwrok", "did you mean 'network'?"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(tmp_path, file, template, message):
    (tmp_path / "there.scenario.yaml").write_text("mine")
    with pytest.raises(ScenarioError, match=re.escape(message)):
        write_new(tmp_path / file, template)
    assert [path.name for path in tmp_path.iterdir()] == ["there.scenario.yaml"]
    assert (tmp_path / "there.scenario.yaml").read_text() == "mine"


def test_what_is_shown_loads_as_the_same_scenario_and_says_where_everything_is_from(tmp_path):
    base, file = tmp_path / "base.scenario.yaml", tmp_path / "x.scenario.yaml"
    base.write_text("name: x\ntopology: {generator: ring, nodes: 5}\nstop: 2 s\nrouting: {metric: delay}\n")
    file.write_text("extends: base.scenario.yaml\ncells:\n  carrier: 26 GHz\n")
    scenario = load(file, ["record.bin=1 s"])
    text = annotated(scenario, {"cells.bandwidth": "a source"}.get)
    again = tmp_path / "again.scenario.yaml"
    again.write_text(text)
    assert scenario_hash(load(again)) == scenario_hash(scenario)
    notes = {line.split("  # ")[0].strip(): line.split("  # ")[1] for line in text.splitlines() if "  # " in line}
    assert notes["carrier: 26 GHz"] == f"{file}:3"
    assert notes["nodes: 5"] == f"{base}:2"
    assert notes["bandwidth: 100 MHz"] == "default: a source"
    assert notes["bin: 1 s"] == "--set record.bin=1 s"
    assert notes["generator: ring"] == f"{base}:2"


def test_two_scenarios_differ_in_the_keys_whose_values_do():
    found = differences({"a": {"b": 1, "c": [1, 2]}, "d": "x"}, {"a": {"b": 2, "c": [1, 2]}, "e": None})
    assert [(each.key, each.first, each.second) for each in found] == [
        ("a.b", "1", "2"),
        ("d", "x", None),
        ("e", None, "null"),
    ]


@pytest.mark.slow
def test_the_commands_say_what_they_should_and_exit_as_documented(wayfare, network):
    other = wayfare.write("other.scenario.yaml", "extends: pair.scenario.yaml\nstop: 2 s\nreplications: 3\n")
    bad = wayfare.write("bad.scenario.yaml", "extends: pair.scenario.yaml\nstop: 2\nseed: x\ntopology: {links: 5}\n")
    said = wayfare("validate", network, other, bad, "--quick")
    assert said.code == 2
    assert said.out.splitlines() == [f"{network}: nothing wrong", f"{other}: nothing wrong; 3 runs (3 seeds)"]
    assert [line.rpartition(":")[0].partition("bad.scenario.yaml:")[2][:1] for line in said.err.splitlines()] == list(
        "234"
    )
    said = wayfare("diff", network, other)
    assert said.code == 1
    assert [line.split()[0] for line in said.out.splitlines() if line[:1] in "sr"] == ["stop", "replications"]
    assert (wayfare("diff", network, network).code, wayfare("show", bad).code) == (0, 2)
    shown = wayfare("show", other, "--run", "2")
    assert "# run 2 of 0 to 2: seed " in shown.out
    assert "# of replication 3" in shown.out


def test_the_shell_completes_commands(wayfare):
    env = {"_WAYFARE_COMPLETE": "complete_bash", "COMP_WORDS": "wayfare sw", "COMP_CWORD": "1"}
    program = "import sys; sys.argv = ['wayfare']; from wayfare.cli import main; main()"
    assert wayfare.python("-c", program, env=env).out.split() == ["sweep"]
