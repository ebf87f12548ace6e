import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import FedAsync
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import same_weights
from wayfare.models.trainer import train

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01), ("server", "c", 3e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device", "c": "device"}
PLAN = TrainingPlan(3, 20, "sgd", 0.1, 0.0)


def test_at_alpha_one_without_staleness_the_last_model_is_the_servers(live, wired, make_shard):
    """Each answer replaces all; so the chain of the last arrivals can be followed by hand."""
    run = live(wired(*STAR, tiers=TIERS), FedAsync(steps=3, alpha=1.0, staleness="constant"), ("a", "b"), stop_s=0.6)
    model = run.world._learning.initial
    given, jobs = {"a": model, "b": model}, {"a": 0, "b": 0}
    for event in run.by_kind[EventKind.FLOW_END]:
        if event["node"] == 0:
            name = "?ab"[event["peer"]]
            jobs[name] += 1
            job = TrainingJob(given[name], make_shard(name), PLAN, job_seed(7, name, "train", jobs[name]))
            model = given[name] = train([job])[0].model
    assert min(jobs.values()) > 1
    assert same_weights(run.world._learning.answers[0, -1], model)


@pytest.mark.parametrize(("staleness", "alpha"), [("constant", 0.5), ("polynomial", 0.25), ("hinge", 0.5)])
def test_an_old_answer_moves_the_server_less(live, wired, scripted, staleness, alpha):
    """Towards zero by alpha times 1, (1 + 3)^-1/2, or 1 up to the patience of 4."""
    from wayfare.models.algebra import zeros

    seen = []

    def program(node):
        model = node.initial_model()
        method = FedAsync(alpha=0.5, staleness=staleness)
        seen.extend([model, method.take(node, model, node.packet(zeros(model)), 3)])
        yield node.wait(0.1)

    live(wired(*STAR), scripted({"server": program}), ("a",), stop_s=0.2)
    for name, tensor in seen[0].weights.items():
        assert seen[1].weights[name].numpy() == pytest.approx(tensor.numpy() * (1 - alpha), rel=1e-6)


def test_a_slow_client_holds_nobody_up(live, wired):
    slow = NodeClass(compute_flop_per_s=2e4, efficiency=1.0, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0)
    run = live(wired(*STAR, tiers=TIERS), FedAsync(steps=3), ("a", "b", "c"), stop_s=2.0, hardware={"c": slow})
    trained = [event["node"] for event in run.by_kind[EventKind.TRAIN_END]]
    assert trained.count(2) > 3 * trained.count(3) > 0


def test_a_fraction_of_the_clients_works_at_one_time(live, wired):
    run = live(wired(*STAR, tiers=TIERS), FedAsync(steps=3, fraction=0.3), ("a", "b", "c"), stop_s=2.0)
    sent = [(event["node"] == 0, event["time_ns"]) for event in run.by_kind[EventKind.FLOW_START]]
    assert [down for down, _ in sent] == [True, False] * (len(sent) // 2) + [True] * (len(sent) % 2)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END]} == {1, 2, 3}


@pytest.mark.parametrize("dead", [0, 1])
def test_a_server_or_a_client_that_was_down_comes_back_into_the_work(live, wired, dead):
    faults = [FailingNode(dead, iter([Outage(0.05, 1.0)]))]
    method = FedAsync(steps=3, timeout_s=0.4)
    run = live(wired(*STAR, tiers=TIERS), method, ("a", "b"), stop_s=3.0, faults=faults)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END] if event["time_ns"] > 2e9} == {1, 2}
