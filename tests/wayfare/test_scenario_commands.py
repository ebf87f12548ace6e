"""`wayfare new`, `validate`, `show` and `diff`, and completion for the shells."""

import io
import json
import re

import jsonschema
import pytest
import typer

from wayfare import check_progress, validate
from wayfare.check_progress import CheckProgress
from wayfare.cli import app
from wayfare.scenarios import document
from wayfare.scenarios.annotating import annotated
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.flattening import differences
from wayfare.scenarios.loading import load, scenario_hash
from wayfare.scenarios.study import study_of
from wayfare.scenarios.templates import SCHEMA_PLACE, templates, write_new
from wayfare.show import scenario_file


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


def test_a_sweep_folder_is_no_scenario_but_names_a_run_that_is(tmp_path):
    run = {"point": 0, "method": None, "replication": 1, "seed": 1, "scenario_hash": "x", "status": "finished"}
    manifest = {"format": 1, "name": "x", "fields": [], "points": [{}], "methods": [None], "seeds": [1]}
    content = manifest | {"runs": [run | {"folder": "first", "error": None}]}
    (tmp_path / "sweep.json").write_text(json.dumps(content))
    with pytest.raises(ScenarioError, match=r"is a sweep folder; .* such as .*first"):
        scenario_file(tmp_path)


def test_the_shell_completes_kinds_and_templates():
    def completed(command, parameter, begun):
        found = typer.main.get_command(app).commands[command]
        (wanted,) = [each for each in found.params if each.name == parameter]
        return [item.value for item in wanted.shell_complete(found.make_context(command, []), begun)]

    assert completed("list", "kind", "met") == ["methods"]
    assert completed("new", "template", "sw") == ["sweep"]


def test_of_a_large_sweep_a_sample_is_made_in_which_every_value_is_seen(network, monkeypatch, capsys):
    sweep = {"grid": {"traffic.hop_limit": [7, 8, 9], "links.core.rate": ["1 Gbit/s", "2 Gbit/s"]}}
    study = study_of(network, [f"sweep={json.dumps(sweep)}", "replications=2"])
    monkeypatch.setattr(validate, "MOST_BUILT", 5)
    made = validate._to_make(study, every=False)
    assert [run.point for run in made] == [0, 1, 2, 4, 3]
    assert {run.replication for run in made} == {1}
    assert len(validate._to_make(study, every=True)) == 6
    many = study_of(network, ["sweep={grid: {traffic.hop_limit: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}"])
    assert [run.point for run in validate._to_make(many, every=False)] == [0, 2, 4, 6, 8]
    for every, words in (
        (False, "; all are read, and of 5 of the 6 points the network and data are made (--all"),
        (True, ""),
    ):
        with pytest.raises(typer.Exit) as ended:
            validate.command([network], [f"sweep={json.dumps(sweep)}"], every=every)
        assert ended.value.exit_code == 0
        assert f"nothing wrong; 6 runs (6 points){words}" in capsys.readouterr().out
    with pytest.raises(typer.BadParameter, match="give one"):
        validate.command([network], quick=True, every=True)


def test_checking_many_runs_says_how_far_it_is_every_few_seconds(monkeypatch):
    stream = io.StringIO()
    progress = CheckProgress("x.scenario.yaml", stream)
    progress.loaded(1, 9_000)
    monkeypatch.setattr(check_progress, "EVERY_S", 0.0)
    progress.loaded(2_000, 9_000)
    progress.built(3, 9_000)
    assert stream.getvalue() == "x.scenario.yaml: read 2,000 of 9,000\nx.scenario.yaml: made 3 of 9,000\n"
