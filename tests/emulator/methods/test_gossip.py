import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import Gossip
from wayfare.emulator.records import EventKind
from wayfare.models.algebra import combine, norm
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.trainer import train

LINE = (("a", "b", 1e6, 0.01), ("b", "c", 2e6, 0.01))
DEVICES = dict.fromkeys("abc", "device")


def test_every_node_sends_once_a_period_whatever_the_others_do(live, wired):
    run = live(wired(*LINE, tiers=DEVICES), Gossip(steps=1, period_s=0.5), "abc", stop_s=4.0)
    sent = [event["node"] for event in run.by_kind[EventKind.FLOW_START]]
    assert [sent.count(node) for node in range(3)] == [8, 8, 8]


def test_a_model_that_comes_merges_by_age_and_is_trained(live, wired, scripted, make_shard):
    """Ages 12 and 36: three quarters of the visitor, and then a job."""
    seen, method = {}, Gossip(steps=3)

    def program(node):
        model = node.initial_model()
        node.store["packet"] = node.stamp(node.packet(model), model)
        met = node.packet(combine([model], [2.0]))
        for _ in range(3):
            met = node.stamp(met, met.to_model())
        yield from method.learn(node, met)
        seen["model"], seen["age"] = node.store["model"], node.store["packet"].learned_samples

    run = live(wired(*LINE, tiers=DEVICES), scripted({"a": program}, steps=3), ("a",), stop_s=1.0)
    merged = combine([run.world._learning.initial], [1.75])
    job = TrainingJob(merged, make_shard("a"), TrainingPlan(3, 20, "sgd", 0.1, 0.0), job_seed(7, "a", "train", 1))
    assert seen["age"] == 36 + 12
    assert norm(combine([seen["model"], train([job])[0].model], [1, -1])) < 1e-5


def test_models_pass_through_nodes_without_data(live, wired):
    run = live(wired(*LINE, tiers=DEVICES), Gossip(steps=1, period_s=0.2), ("a", "c"), stop_s=4.0)
    assert set(run.world._learning.answers) == {(0, -1), (2, -1)}
    assert 1 in {event["node"] for event in run.by_kind[EventKind.MERGE]}
    seen = run.world._learning.nodes[0].store["packet"].updates
    assert seen[0].samples > 12


@pytest.mark.parametrize("until_s", [1.0, 9.0])
def test_the_others_go_on_while_a_node_is_down(live, wired, until_s):
    faults = [FailingNode(2, iter([Outage(0.3, until_s)]))]
    run = live(wired(*LINE, tiers=DEVICES), Gossip(steps=1, period_s=0.2), "abc", stop_s=3.0, faults=faults)
    late = {event["node"] for event in run.by_kind[EventKind.TRAIN_END] if event["time_ns"] > 2e9}
    assert late == ({0, 1, 2} if until_s < 3 else {0, 1})
