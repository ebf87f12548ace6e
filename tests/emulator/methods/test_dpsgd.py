import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import DPsgd
from wayfare.emulator.records import EventKind
from wayfare.models.algebra import combine, norm
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.merging import merge
from wayfare.models.trainer import train

TRIANGLE = (("a", "b", 1e6, 0.01), ("b", "c", 2e6, 0.01), ("a", "c", 3e6, 0.01))
LINE = (("a", "b", 1e6, 0.01), ("b", "c", 2e6, 0.01))
DEVICES = dict.fromkeys("abc", "device")
PLAN = TrainingPlan(3, 20, "sgd", 0.1, 0.0)


def local(model, make_shard, name, number):
    return train([TrainingJob(model, make_shard(name), PLAN, job_seed(7, name, "train", number))])[0].model


def near(model, other):
    return norm(combine([model, other], [1, -1])) < 1e-5


@pytest.mark.parametrize("weights", ["metropolis", "uniform"])
def test_on_a_complete_graph_it_is_fedavg_over_all(live, wired, make_shard, weights):
    run = live(wired(*TRIANGLE, tiers=DEVICES), DPsgd(steps=3, weights=weights), "abc", stop_s=0.6)
    merges = [event["node"] for event in run.by_kind[EventKind.MERGE]]
    model, after = run.world._learning.initial, []
    for number in range(1, merges.count(0) + 1):
        model = merge([local(model, make_shard, name, number) for name in "abc"], [1, 1, 1])
        after.append(model)
    assert len(after) > 1
    for node in range(3):
        assert near(run.world._learning.answers[node, -1], after[merges.count(node) - 1])


def test_metropolis_weights_on_a_line_keep_the_mean_of_all(live, wired, make_shard):
    """W = [[2/3, 1/3, 0], [1/3, 1/3, 1/3], [0, 1/3, 2/3]] for degrees 1, 2, 1."""
    run = live(wired(*LINE, tiers=DEVICES), DPsgd(steps=3), "abc", stop_s=0.6)
    merges = [event["node"] for event in run.by_kind[EventKind.MERGE]]
    models, history = [run.world._learning.initial] * 3, []
    for number in range(1, max(map(merges.count, range(3))) + 1):
        a, b, c = (local(model, make_shard, name, number) for model, name in zip(models, "abc", strict=True))
        models = [combine([a, b], [2 / 3, 1 / 3]), combine([a, b, c], [1 / 3] * 3), combine([b, c], [1 / 3, 2 / 3])]
        history.append(models)
    assert len(history) > 1
    for node in range(3):
        assert near(run.world._learning.answers[node, -1], history[merges.count(node) - 1][node])


def test_a_node_without_data_takes_part_in_the_average(live, wired):
    run = live(wired(*LINE, tiers=DEVICES), DPsgd(steps=3), ("a", "c"), stop_s=0.6)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END]} == {0, 2}
    assert {event["node"] for event in run.by_kind[EventKind.MERGE]} == {0, 1, 2}
    assert set(run.world._learning.answers) == {(0, -1), (2, -1)}


def test_a_neighbour_that_cannot_be_reached_is_left_out_and_catches_up_when_it_is_back(live, wired):
    faults = [FailingNode(2, iter([Outage(0.05, 1.0)]))]
    run = live(wired(*TRIANGLE, tiers=DEVICES), DPsgd(steps=3, timeout_s=0.2), "abc", stop_s=2.0, faults=faults)
    alone = {event["value"] for event in run.by_kind[EventKind.MERGE] if 4e8 < event["time_ns"] < 1e9}
    again = [event["value"] for event in run.by_kind[EventKind.MERGE] if event["time_ns"] > 1.6e9]
    tasks = [node.store["task"] for node in run.world._learning.nodes]
    assert alone == {2.0}
    assert set(again) == {3.0}
    assert max(tasks) - min(tasks) <= 1
