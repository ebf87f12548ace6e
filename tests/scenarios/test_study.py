"""The study: what a file with a sweep, a matrix and replications asks for."""

import pytest

from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load, resolved
from wayfare.scenarios.study import replication_seeds, study_of

BASE = """\
name: walk
seed: 7
topology: {generator: three-tier, clouds: 1, edges: 2, devices: 6}
data: {dataset: digits, partition: {kind: dirichlet, alpha: 0.5}}
model: mlp
learning: {steps: 10}
stop: 1 s
"""
BILLION = f"{{grid: {{{', '.join(f'k{at}: [1, 2, 3, 4]' for at in range(15))}}}}}\n"


def study(tmp_path, text: str, **options):
    path = tmp_path / "walk.scenario.yaml"
    path.write_text(BASE + text)
    return study_of(path, **options)


def problems(tmp_path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        study(tmp_path, text)
    return [str(problem).partition("walk.scenario.yaml:")[2] for problem in caught.value.problems]


def test_every_point_runs_with_every_method_and_every_seed(tmp_path):
    found = study(tmp_path, "replications: 2\nmatrix: [mfd, alone]\nsweep: {grid: {learning.steps: [5, 20]}}\n")
    places = [(run.point, run.method, run.replication) for run in found.runs]
    assert places == [(point, method, number) for point in (0, 1) for method in ("mfd", "alone") for number in (1, 2)]
    assert [run.scenario.learning.steps for run in found.runs] == [5] * 4 + [20] * 4
    assert found.points == ({"learning.steps": 5}, {"learning.steps": 20})
    assert (found.methods, found.fields) == (("mfd", "alone"), ("learning.steps",))
    assert len({run.scenario_hash for run in found.runs}) == 8


def test_seeds_follow_from_the_scenarios_by_number_and_more_replications_move_none():
    assert list(replication_seeds(7, 5))[:3] == list(replication_seeds(7, 3))
    assert next(iter(replication_seeds(7, 1))) == 7
    assert len({*replication_seeds(7, 50), *replication_seeds(8, 50)}) == 100


def test_derived_seeds_have_31_bits_and_no_two_are_equal():
    seeds = list(replication_seeds(3, 10_000))
    assert len(set(seeds)) == 10_000
    assert max(seeds) < 2**31


def test_all_points_and_methods_of_a_replication_have_one_seed(tmp_path):
    found = study(tmp_path, "replications: 3\nmatrix: [mfd, alone]\n")
    assert {run.replication: run.scenario.seed for run in found.runs} == dict(enumerate(found.seeds, 1))
    assert found.seeds[0] == 7


def test_a_run_of_a_study_is_a_scenario_without_a_study(tmp_path):
    found = study(tmp_path, "replications: 2\nmatrix: [mfd, alone]\n")
    data = resolved(found.runs[1].scenario)
    assert not {"replications", "matrix", "sweep", "extends"} & set(data)
    assert data["seed"] == found.seeds[1]


def test_a_name_that_is_a_methods_chooses_it_and_others_are_variants_of_the_scenarios_own(tmp_path):
    text = "matrix: {mfd: , twice: {learning: {method: mfd, packets: 2}}, slow: {learning.method: alone, stop: 3 s}}\n"
    runs = {run.method: run.scenario for run in study(tmp_path, text).runs}
    assert (runs["mfd"].learning.packets, runs["twice"].learning.packets) == (6, 2)
    assert (type(runs["slow"].learning).__name__, runs["slow"].stop_s) == ("Alone", 3.0)


def test_runs_that_a_swept_key_does_not_concern_are_one(tmp_path):
    found = study(tmp_path, "matrix: [mfd, alone]\nsweep: {grid: {learning.packets: [2, 4]}}\n")
    assert len(found.runs) == 4
    assert len({run.scenario_hash for run in found.runs}) == 3


def test_expectations_change_no_hash_and_replications_can_be_set(tmp_path):
    before = study(tmp_path, "matrix: [alone]\n")
    after = study(tmp_path, "matrix: [alone]\nexpect: [packets.dropped == 0]\n", replications=2)
    assert before.runs[0].scenario_hash == after.runs[0].scenario_hash
    assert len(after.runs) == 2
    assert len(study(tmp_path, "matrix: [alone]\n", overrides=["replications=4"]).runs) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("matrix: [mfd, fedvag]\n", "8: matrix.1: unknown method 'fedvag'; did you mean 'fedavg'?"),
        ("matrix: [mfd, mfd]\n", "8: matrix.1: 'mfd' is there already"),
        ("matrix: []\n", "8: matrix: is empty"),
        ("matrix: mfd\n", "8: matrix: is 'mfd'; it must be a list of methods"),
        ("matrix:\n  mfd: 5\n", "9: matrix.mfd: is 5; it must be overrides"),
        ("matrix:\n  a.b: {}\n", "9: matrix.a.b: is no name"),
        ("matrix:\n  mfd: {seed: 5}\n", "9: matrix.mfd.seed: 'seed' is the same for all methods"),
        (
            "matrix:\n  mfd: {learning: {packts: 3}}\n",
            "9: learning.packts: unknown key 'packts'; did you mean 'packets'",
        ),
        ("matrix: [mfd]\nreplications: 0\n", "9: replications: 0 is out of range"),
        ("matrix: [mfd]\nreplications: many\n", "9: replications: is 'many'; it must be a whole number"),
        ("matrix: [mfd]\nsweep:\n  grid: {seed: [1, 2]}\n", "10: sweep.grid.seed: cannot be swept: 'replications'"),
        ("matrix: [mfd]\nsweep:\n  grid: {stop: []}\n", "10: sweep.grid.stop: has 0 items; it must have at least 1"),
        ("matrix: [mfd]\nsweep:\n  grid: {stop: 5 s}\n", "10: sweep.grid.stop: is '5 s'; it must be a list"),
        ("matrix: [mfd]\nsweep:\n  grid: {}\n", "10: sweep.grid: is empty"),
        ("matrix: [mfd]\nsweep:\n  points: []\n", "10: sweep.points: is empty"),
        ("matrix: [mfd]\nsweep: {}\n", "9: sweep: is empty"),
        (
            "matrix: [mfd]\nreplications: 2\nsweep: " + BILLION,
            "10: sweep: asks for 2,147,483,648 runs (1,073,741,824 points, 1 method, 2 seeds); 100,000 are the most",
        ),
        ("matrix: [mfd]\nexpect: [bytes.at(-1 s) <= 1 MB]\n", "9: expect.0: bytes.at: '-1 s' is before the run begins"),
        ("matrix: [mfd]\nsweep:\n  gird: {}\n", "10: sweep.gird: unknown key 'gird'; did you mean 'grid'?"),
        (
            "matrix: [mfd]\nsweep:\n  grid: {stop: [5 s]}\n  points: [{stop: 4 s}]\n",
            "11: sweep.points.0.stop: is in 'grid' of the sweep too",
        ),
        (
            "matrix: [mfd]\nsweep:\n  random: {samples: 2, fields: {stop: {kind: uniform, from: 1 s, to: 5 m}}}\n",
            "10: sweep.random.fields.stop: from '1 s' is a time and to '5 m' is a distance",
        ),
        ("matrix: [mfd]\nsweep:\n  grid: {topology.nodes.0.x: [1]}\n", "10: topology"),
    ],
)
def test_what_is_wrong_with_a_study_is_said_at_its_line(tmp_path, text, message):
    (found,) = problems(tmp_path, text)
    assert found.startswith(message)


def test_a_mistake_that_only_some_runs_have_says_which(tmp_path):
    text = "matrix: [mfd, alone]\nsweep:\n  grid:\n    stop: [1 s, 2 sec]\n"
    (found,) = problems(tmp_path, text)
    assert found.startswith("11: stop: unknown unit 'sec'")
    assert found.endswith("(in the run with mfd, stop=2 sec and 1 more)")


def test_all_problems_come_at_once(tmp_path):
    assert len(problems(tmp_path, "replications: 0\nmatrix: [mfd, x]\nsweep: {grid: {seed: [1]}}\n")) == 3


def test_loading_a_file_with_a_study_gives_the_scenario_without_it(tmp_path):
    path = tmp_path / "walk.scenario.yaml"
    path.write_text(BASE.replace("{steps: 10}", "{method: alone, steps: 10}") + "replications: 3\nmatrix: [mfd]\n")
    assert type(load(path).learning).__name__ == "Alone"
    path.write_text(BASE + "matrix: [mfd]\n")
    with pytest.raises(ScenarioError, match="learning"):
        load(path)
