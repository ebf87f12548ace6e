"""Mergers, growth, admission and poison, as a scenario file reaches them."""

import pytest
import yaml

from wayfare.emulator.explaining import tell_node
from wayfare.emulator.records import RunRecord
from wayfare.scenarios.build import build
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

FILE = """\
name: merging
stop: 300 ms
topology: {generator: star, nodes: 6, tier: device}
record: {bin: 300 ms}
nodes: {device: {compute: 30 MFLOP/s, jitter: 0}}
data: {dataset: digits, partition: iid, test_fraction: 0.5}
model: linear
learning:
  method: fedavg
  steps: 4
"""
LORA = {
    "data": {"dataset": {"kind": "markov-text", "windows": 40, "length": 8, "letters": 4}, "partition": "iid"},
    "model": {"family": "lora", "rank": 2},
    "nodes": {"device": {"compute": "800 MFLOP/s", "jitter": 0.0}},
    "stop": "1 s",
    "record": {"bin": "1 s"},
}
MERGERS = ("mean", "staleness", "ties", "fisher", "median", "{kind: trimmed-mean, trimmed: 0.2}", "krum", "multi-krum")


def scenario(folder, *settings, **sections):
    file = folder / "m.scenario.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(FILE) | sections) if sections else FILE)
    return load(file, settings)


def digest(folder, *settings, **sections):
    summary = run(scenario(folder, *settings, **sections), folder, cache=False).summary
    assert summary["training"]["jobs"]
    return summary["digest"]["weights"]


def test_every_merger_of_full_models_makes_another_model_of_the_same_answers(tmp_path):
    """Coverage is the mean where every client has all of the model."""
    made = {merger: digest(tmp_path, f"learning.merger={merger}") for merger in MERGERS}
    assert len(set(made.values())) == len(MERGERS)
    assert digest(tmp_path, "learning.merger=coverage") == made["mean"] == digest(tmp_path)


@pytest.mark.parametrize("method", ["fedprox", "fedadam", "diloco", "d-psgd", "gossip"])
def test_other_methods_merge_as_the_scenario_says(tmp_path, method):
    settings = f"learning.method={method}", "topology={generator: complete, nodes: 5, tier: device}"
    more = ("learning.period=50 ms",) if method == "gossip" else ()
    assert digest(tmp_path, *settings, *more) != digest(tmp_path, *settings, *more, "learning.merger=median")


@pytest.mark.slow
def test_adapters_merge_by_product_by_stacking_and_the_wrong_way(tmp_path):
    """FedIT's own way is the wrong one, which is the mean of FedAvg too; FLoRA's is stacking."""
    ways = {
        (method, merger): digest(tmp_path, **LORA, learning={"method": method, "merger": merger, "steps": 2})
        for method, merger in (
            ("fedavg", "mean"),
            ("fedit", "factors-apart"),
            ("fedit", "product"),
            ("flora", "stacking"),
            ("flora", "product"),
        )
    }
    assert ways["fedavg", "mean"] == ways["fedit", "factors-apart"]
    assert len(set(ways.values())) == 4


@pytest.mark.parametrize(
    ("settings", "key", "message"),
    [
        (["learning.merger=stacking"], "learning.merger", "would grow with every round: take the merger product, or"),
        (["learning.merger=product"], "learning.merger", "for low-rank adapters, the family lora, not linear"),
        (["learning.merger=factors-apart"], "learning.merger", "for low-rank adapters"),
        (["learning.merger=krum", "learning.fraction=0.5"], "learning.merger", "needs 5 or more, not 2"),
        (["learning.merger={kind: trimmed-mean, trimmed: 0.4}", "topology.nodes=5"], "learning.merger", "are none"),
        (["learning={method: d-psgd, merger: krum}"], "learning.merger", "with 1 neighbours, device2 cannot merge so"),
        (["learning={method: d-psgd, merger: fisher}"], "learning.merger", "nobody measures the importance"),
        (["learning={method: gossip, merger: trimmed-mean}"], "learning.merger", "2 models without 1"),
        (["learning={method: gossip, merger: stacking}"], "learning.merger", "would grow with every merge"),
        (["learning={method: mfd, meeting: merge, merger: trimmed-mean}"], "learning.merger", "2 models without 1"),
        (["learning={method: mfd, meeting: merge, merger: product}"], "learning.merger", "not linear"),
        (["learning={method: mfd, models: [linear, transformer]}"], "learning.models.1", "no model for 'classificat"),
        (["learning={method: fedmd, models: [transformer]}", "data.public_fraction=0.1"], "learning.models.0", "no mo"),
        (["learning={method: mfd, growth: [{width: 2, at: 1 s}]}"], "learning.growth", "cannot be scaled"),
        (["data.poison={nodes: [device9]}"], "data.poison", "no data is at 'device9'"),
    ],
)
def test_what_cannot_be_merged_or_grow_is_refused_at_launch(tmp_path, settings, key, message):
    given = scenario(tmp_path, *settings)
    with pytest.raises(ScenarioError, match=message) as error:
        build(given).experiment(None)
    (problem,) = error.value.problems
    assert problem.key == key


def test_the_line_of_the_merger_is_named(tmp_path):
    file = tmp_path / "m.scenario.yaml"
    file.write_text(FILE + "  merger:\n    kind: krum\n    hostile: 4\n")
    with pytest.raises(ScenarioError, match=r"m\.scenario\.yaml:11: learning\.merger: krum with 4 hostile models"):
        build(load(file)).experiment(None)


def test_poison_is_in_the_data_of_its_nodes_and_a_robust_merger_bears_it(tmp_path):
    poisoned = {"dataset": "digits", "partition": "iid", "test_fraction": 0.5, "poison": {"nodes": ["device2"]}}
    curriculum = build(scenario(tmp_path, data=poisoned)).experiment(None).lesson.curriculum
    honest = build(scenario(tmp_path)).experiment(None).lesson.curriculum
    wrong, right = (each.course.at(0.0).train for each in (curriculum, honest))
    assert (wrong["device2"].labels == 9 - right["device2"].labels).all()
    assert (wrong["device3"].labels == right["device3"].labels).all()
    assert (curriculum.course.at(0.0).test.labels == honest.course.at(0.0).test.labels).all()


def test_growth_and_what_admission_refuses_are_told_of_the_node_and_in_the_summary(tmp_path):
    """In training 8 hidden units take 9,760 bytes, and 16 of them 19,360: these do not fit into 15 kB."""
    learning = {
        "method": "mfd",
        "packets": 1,
        "steps": 4,
        "growth": [{"samples": 1, "width": 2}],
        "admission": {"otherwise": "refuse"},
    }
    nodes = {"device": {"compute": "30 MFLOP/s", "memory": "15 kB"}}
    model = {"family": "mlp", "hidden": [8]}
    outcome = run(scenario(tmp_path, learning=learning, nodes=nodes, model=model), tmp_path, cache=False)
    assert outcome.summary["scalings"]["growth"] == 1
    assert outcome.summary["rejected"]["memory"] > 0
    record = RunRecord(outcome.folder)
    stories = [tell_node(record, name) for name in record.node_names]
    (grown,) = [each for story in stories for each in story.scalings]
    assert (grown.why, grown.packet, grown.chosen) == ("growth", 0, {"width": 2.0})
    assert (grown.memory_before_bytes, grown.memory_after_bytes) == (9_760, 19_360)
    assert sum(story.rejected.get("memory", 0) for story in stories) == outcome.summary["rejected"]["memory"]
