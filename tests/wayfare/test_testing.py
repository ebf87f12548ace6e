"""`wayfare test`: expectations and golden runs, from the outside."""

import re
from pathlib import Path

import pytest

from wayfare import run
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.expecting import FIGURES
from wayfare.testing import command


@pytest.mark.slow
def test_a_golden_is_made_found_again_and_missed_and_what_promises_nothing_is_left_alone(wayfare, network):
    wayfare.write("silent.scenario.yaml", network.read_text().partition("expect:")[0].replace("pair", "silent"))
    first = wayfare("test")
    assert first.code == 0, first.err
    assert "passed  pair.scenario.yaml:9: flows.last_end = 0.805 s, expected <= 0.9 s" in first.out
    assert [path.name.split("-")[1] for path in (wayfare.folder / "runs").iterdir()] == ["pair"]
    made = wayfare("test", network, "--update")
    assert f"golden  {network.with_name('pair.golden.json')}: made of 1 run with 4 events" in made.out
    assert "pair.golden.json: the same digests" in wayfare("test", network).out
    network.write_text(network.read_text().replace("size: 10 MB", "size: 9 MB"))
    said = wayfare("test", network)
    assert said.code == 1
    (folder,) = re.findall(r"^the run is in (runs/\S+-pair-\S+)$", said.out, re.MULTILINE)
    assert (wayfare.folder / folder / "summary.json").is_file()
    assert "the golden was made of: traffic.transfers.0.size was 10 MB, is 9 MB" in said.out
    assert "the first event that differs is number 1: it was at 0.000000000 s flow_start a > b" in said.out
    assert "bytes.total = 9 MB, expected == 10 MB" in said.out
    network.write_text(network.read_text().replace("last_end <= 0.9", "last_end <= 0.1"))
    refused = wayfare("test", network, "--update")
    assert refused.code == 1
    assert "no golden was made, as an expectation fails" in refused.out
    assert "the run is in runs/" in refused.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"update": True, "seed": 3}, "--update: a golden run is one of the file as it is; leave out --set and --seed"),
        ({"paths": "empty"}, "empty: no file in this folder ends in '.scenario.yaml'"),
        ({"out": "file"}, "is a file; give the folder in which run folders are to be made"),
    ],
)
def test_what_cannot_be_tested_is_a_mistake(tmp_path, options, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    given = {"paths": [tmp_path / options.pop("paths", "")], "out": tmp_path / options.pop("out", "runs")}
    with pytest.raises(ScenarioError) as caught:
        command(**given, figures=False, **{"update": False, "overrides": None, "seed": None, **options})
    assert words in str(caught.value)


def test_every_name_is_listed(capsys):
    command(figures=True)
    listed = capsys.readouterr().out
    assert all(figure.form in listed for figure in FIGURES.values())
    assert "ci_high(...)" in listed
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    assert [figure.form for figure in FIGURES.values()] == re.findall(
        r"^\| `(\w+\.[^`]+|handovers)` \|", page, re.MULTILINE
    )


def test_every_figure_of_a_summary_has_a_name_and_outcomes_are_in_it(tiny, tmp_path):
    tiny.write_text(tiny.read_text() + "  - accuracy.by_node.p10 >= 0.01\n  - mean(accuracy.final) >= 0.1\n")
    summary = run(tiny, {"stop": "200 ms", "expect.0": "accuracy.final >= 0"}, out=tmp_path, cache=False).summary
    unnamed = {"expectations", "memory", "digest", "drops", "refused"}
    leaves = [path for key, value in summary.items() if key not in unnamed for path in paths(key, value)]
    assert {path[:-2] if path.endswith(("_s", "_j")) and path not in FIGURES else path for path in leaves} <= set(
        FIGURES
    )
    outcomes = summary["expectations"]
    assert [outcome["text"] for outcome in outcomes] == ["accuracy.final >= 0", "accuracy.by_node.p10 >= 0.01"]
    assert all(outcome["passed"] and outcome["value"] >= outcome["limit"] for outcome in outcomes)


def paths(prefix, value):
    """Return the paths of the figures inside a summary."""
    if isinstance(value, dict):
        return [path for key, inner in value.items() for path in paths(f"{prefix}.{key}", inner)]
    return [prefix]
