"""What learns, on what and how: every family on the data that it is for, from scenario files."""

import numpy as np
import pytest
import yaml

from wayfare.emulator.records import EventKind, RunRecord
from wayfare.models import evaluate
from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.build import build
from wayfare.scenarios.loading import scenario_hash

IID = {"partition": "iid"}
BY_GROUP = {"partition": {"kind": "groups", "order": "given"}}
DIGITS = {"dataset": "digits", **IID}
MARKOV = {"dataset": {"kind": "markov-text", "windows": 60, "length": 12, "letters": 4}, **BY_GROUP}
TEXT = {"dataset": {"kind": "text", "path": "authors", "length": 16}, **BY_GROUP}
TABLE = {"dataset": {"kind": "table", "path": "heights.csv", "task": "regression"}, **IID}
CLIENTS = {"curvatures": [1.0, 1.0, 1.0, 1.0], "slopes": [10.0, -10.0, 4.0, 0.0]}
QUADRATICS = {"dataset": {"kind": "quadratics", **CLIENTS}, **BY_GROUP}
ONE_WEIGHT = {"family": "linear", "bias": False}
BYTES = {"family": "transformer", "size": "tiny", "layers": 1, "width": 16}

# Family, data, the compute of a device, and how it trains.
LESSONS = {
    "linear on digits": ("linear", DIGITS, "2 MFLOP/s", {"learning_rate": 0.2}),
    "cnn on digits": ({"family": "cnn", "size": "tiny"}, DIGITS, "40 MFLOP/s", {"optimiser": "adam"}),
    "transformer on Markov text": (BYTES, MARKOV, "200 MFLOP/s", {"learning_rate": 0.5}),
    "transformer on text files": (BYTES, TEXT, "200 MFLOP/s", {"learning_rate": 0.5}),
    "lora on Markov text": ({"family": "lora", "rank": 2}, MARKOV, "800 MFLOP/s", {"optimiser": "adam"}),
    "mlp on a table": ({"family": "mlp", "hidden": [8]}, TABLE, "500 kFLOP/s", {"learning_rate": 0.05}),
}


def write(folder, model, data, learning, **more):
    """Write a scenario of four devices, the first linked with all others, and the files that its data may name."""
    rows = [f"{a / 10},{b / 10},{0.2 * a - 0.1 * b}" for a in range(-6, 7) for b in range(-6, 7)]
    (folder / "heights.csv").write_text("\n".join(["a,b,label", *rows]) + "\n")
    (folder / "authors").mkdir(exist_ok=True)
    for author, words in {"ann": "to and fro ", "ben": "up we go ", "cyd": "round it ", "dan": "on high "}.items():
        (folder / "authors" / f"{author}.txt").write_text(words * 60)
    scenario = {
        "name": "lesson",
        "stop": "2 s",
        "topology": {"generator": "star", "nodes": 4, "tier": "device"},
        "record": {"bin": "1 s"},
        "data": data,
        "model": model,
        "learning": learning,
        **more,
    }
    file = folder / "lesson.scenario.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return file


def lesson_of(scenario):
    return build(scenario).experiment(None).lesson.curriculum


def device(compute):
    return {"device": {"compute": compute, "jitter": 0.0}}


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("method", ["alone", "fedavg", "mfd"])
def test_every_family_learns_from_the_data_that_it_is_for(tmp_path, lesson, method):
    model, data, compute, terms = LESSONS[lesson]
    learning = {"method": method, "steps": 4, "batch_size": 8, "learning_rate": 0.01, **terms}
    if method == "mfd":
        learning["packets"] = 2
    scenario = load(write(tmp_path, model, data, learning, nodes=device(compute)))
    curriculum = lesson_of(scenario)
    before = evaluate(curriculum.initial, curriculum.course.at(0.0).test)
    summary = run(scenario, tmp_path, cache=False).summary
    assert summary["training"]["jobs"] >= 3
    assert summary["loss"]["final"] < 0.99 * before.loss
    assert summary["loss"]["best"] <= summary["loss"]["final"]


def test_on_quadratics_alone_ends_at_the_own_minima_and_fedavg_at_that_of_its_clients(tmp_path):
    """With a = 1 an x costs (x + 1/2)^2: alone x_i = -b_i / 2; FedAvg has -mean b / 2 = 1 of all but the server."""
    learning = {"steps": 8, "batch_size": 8, "learning_rate": 0.1}
    ends = {}
    for method in ("alone", "fedavg"):
        file = write(tmp_path, ONE_WEIGHT, QUADRATICS, {"method": method, **learning}, nodes=device("3 kFLOP/s"))
        scenario = load(file, ["expect=['loss.final <= 13.5', 'accuracy.final <= 1']"])
        outcome = run(scenario, tmp_path, cache=False)
        assert outcome.passed
        ends[method] = outcome.summary["loss"]["final"]
    assert ends["alone"] == pytest.approx(np.mean([20.25, 30.25, 2.25, 0.25]), rel=1e-3)
    assert ends["fedavg"] == pytest.approx(1.5**2, rel=1e-3)


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("linear", MARKOV, "model: family linear has no model for 'language'"),
        ("transformer", DIGITS, "model: family transformer has no model for 'classification'"),
        ({"family": "lora", "targets": ["nothing"]}, MARKOV, "model: "),
        ({"family": "lora", "base": "./nowhere.json"}, MARKOV, "model: the base"),
        ("mlp", {"dataset": {"kind": "table", "path": "no.csv"}, **IID}, "data.dataset: "),
        ("mlp", {"dataset": "digits", **BY_GROUP}, "data: the dataset has no natural groups"),
        ("mlp", {"dataset": "digits", "partition": "iid", "drift": {"kind": "rotation", "every": "1 s", "parts": 2}},
         "data: 2 parts cannot rotate over 4 nodes"),
        ("mlp", {**MARKOV, "drift": {"kind": "label-rotation", "every": "1 s"}}, "data: labels rotate in class"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_at_its_key(tmp_path, model, data, message):
    scenario = load(write(tmp_path, model, data, "alone"))
    with pytest.raises(ScenarioError) as error:
        build(scenario).experiment(None)
    (problem,) = error.value.problems
    assert f"{problem.key}: {problem.message}".startswith(message)


def test_a_momentum_for_adam_is_named_at_learning(tmp_path):
    scenario = load(write(tmp_path, "mlp", DIGITS, {"method": "alone", "optimiser": "adam", "momentum": 0.5}))
    with pytest.raises(ScenarioError, match="learning: momentum"):
        build(scenario).experiment(None)


def test_files_of_data_are_found_from_the_scenario_and_count_by_content(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    hashes = {}
    for folder in (here, there):
        folder.mkdir()
        scenario = load(write(folder, BYTES, TEXT, "alone"))
        assert scenario.data.dataset.path == str(folder / "authors")
        hashes[folder] = scenario_hash(scenario)
    assert hashes[here] == hashes[there]
    (there / "authors" / "ann.txt").write_text("something else")
    assert scenario_hash(load(there / "lesson.scenario.yaml")) != hashes[here]


def test_a_base_in_a_folder_or_a_file_is_found_from_the_scenario_and_others_are_names(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}")

    def loaded(base):
        return load(write(tmp_path, {"family": "lora", "base": base}, MARKOV, "alone"))

    assert loaded("mine").model.base == str(tmp_path / "mine")
    assert loaded("sub/my.json").model.base == str(tmp_path / "sub" / "my.json")
    assert [loaded(base).model.base for base in ("tiny", "minilm", "org/name")] == ["tiny", "minilm", "org/name"]
    before = scenario_hash(loaded("mine"))
    (tmp_path / "mine" / "config.json").write_text("{ }")
    assert scenario_hash(loaded("mine")) != before


def test_what_is_left_out_of_everything_is_in_the_summary(tmp_path):
    """Four of five samples are one and the same: it is held out once, and the others are nobody's."""
    rows = ["a,label", *("1,0" for _ in range(40)), *(f"{number},{number % 2}" for number in range(2, 42))]
    data = {"dataset": {"kind": "table", "path": "same.csv"}, "partition": {"kind": "iid", "minimum": 2}}
    file = write(tmp_path, "linear", data, "alone", nodes=device("100 kFLOP/s"))
    (tmp_path / "same.csv").write_text("\n".join(rows) + "\n")
    scenario = load(file)
    split = lesson_of(scenario).course.at(0.0)
    held = sum(map(len, (*split.train.values(), *split.validation.values(), split.test)))
    summary = run(scenario, tmp_path, cache=False).summary
    assert summary["training"]["left_out"] == 80 - held


def test_data_drifts_as_the_scenario_says_and_the_record_says_when(tmp_path):
    data = {"dataset": "digits", "partition": {"kind": "classes", "classes": 3},
            "drift": {"kind": "rotation", "every": "600 ms"}}  # fmt: skip
    scenario = load(write(tmp_path, "linear", data, "alone", nodes=device("2 MFLOP/s")))
    record = RunRecord(run(scenario, tmp_path, cache=False).folder)
    drifts = [row for row in record.table("events").to_pylist() if row["kind"] == EventKind.DRIFT]
    assert [(row["time_ns"], row["node"], row["value"]) for row in drifts] == [
        (600_000_000, -1, 1.0),
        (1_200_000_000, -1, 2.0),
        (1_800_000_000, -1, 3.0),
    ]


def test_a_label_rotation_spoils_what_was_learned_before_it(tmp_path):
    """The look at 1 s is still at the old labels, the last one at the new ones, of which little was learned."""
    data = {"dataset": "digits", **IID, "drift": {"kind": "label-rotation", "every": "1 s"}}
    learning = {"method": "fedavg", "learning_rate": 0.2, "timeout": "900 ms"}
    scenario = load(write(tmp_path, "linear", data, learning, nodes=device("50 MFLOP/s")), ["stop=1.001 s"])
    record = RunRecord(run(scenario, tmp_path, cache=False).folder)
    rows = [row for row in record.table("metrics").to_pylist() if (row["name"], row["node"]) == ("accuracy", -1)]
    before, after = [row["value"] for row in rows][-2:]
    assert before > 0.8 > 0.2 > after
