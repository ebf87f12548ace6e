"""Which layers a node trains by its own data, as a scenario file asks for it."""

import pytest

from wayfare.emulator.records import EventKind, RunRecord
from wayfare.models.mlp import MLPStructure
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

FILE = """\
name: choosing
stop: 2 s
topology: {generator: ring, nodes: 4, tier: device}
record: {bin: 1 s}
nodes: {device: {compute: 30 MFLOP/s, efficiency: 1, jitter: 0}}
data: {dataset: digits, partition: {kind: classes, classes: 3}}
model: {family: mlp, hidden: [8, 8]}
learning: {method: mfd, packets: 1, hop_limit: 6, steps: 4, batch_size: 10, learning_rate: 0.2, train: surgical}
"""


def scenario(folder, *settings):
    (folder / "c.scenario.yaml").write_text(FILE)
    return load(folder / "c.scenario.yaml", settings)


def carried_out(folder, *settings):
    outcome = run(scenario(folder, *settings), folder, cache=False)
    return outcome.summary, RunRecord(outcome.folder)


def chosen(record):
    return [row["value"] for row in record.table("metrics").to_pylist() if row["name"] == "layers.trained"]


def test_half_of_the_pull_is_some_layers_and_all_of_it_is_training_everything(tmp_path):
    summary, record = carried_out(tmp_path)
    assert summary["training"]["jobs"] == len(chosen(record)) == 7
    assert {1.0, 2.0} <= set(chosen(record)) <= {1.0, 2.0, 3.0}
    most, record = carried_out(tmp_path, "learning.train_share=1")
    everything, without = carried_out(tmp_path, "learning.train=all")
    assert set(chosen(record)) == {3.0}
    assert chosen(without) == []
    half, whole, reference = (each["digest"]["weights"] for each in (summary, most, everything))
    assert half != whole == reference


def test_looking_costs_a_pass_forward_and_back_over_one_minibatch(tmp_path):
    """It comes before the first job, of ten samples, on a processor of 30 MFLOP/s."""
    _, record = carried_out(tmp_path, "learning.hop_limit=1")
    first, _ = [event for event in record.table("events").to_pylist() if event["kind"] == EventKind.TRAIN_START]
    flop = 10 * MLPStructure((64, 8, 8, 10)).training_flop_per_sample
    assert first["time_ns"] == round(flop / 30e6 * 1e9)


def test_a_share_that_nothing_asks_for_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match=r"'train_share' is how much .* take 'train: surgical'"):
        scenario(tmp_path, "learning.train=head", "learning.train_share=0.4")
    with pytest.raises(ScenarioError, match="train_share: 0 is out of range; it must be more than 0"):
        scenario(tmp_path, "learning.train_share=0")
