"""The interface that programs are written against, seen from a program."""

import math

import pytest
import torch

from wayfare.emulator.failures import SendFailed
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.packets import VISITED_KEPT, LayerUpdate
from wayfare.emulator.records import DropReason, EventKind
from wayfare.models.drift import LabelRotation
from wayfare.models.evaluation import predict
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import same_weights
from wayfare.models.teacher import Teacher
from wayfare.models.trainer import train

LINE = (("a", "b", 1e6, 0.1), ("b", "c", 1e6, 0.1))
SEED = 7


def test_a_program_sees_its_own_place(live, wired, scripted):
    seen = {}

    def look(node):
        seen.update(name=node.name, tier=node.tier, neighbours=node.neighbours, samples=node.samples, now=node.now)
        seen["repr"] = repr(node)
        yield node.wait(1.5)
        seen["later"] = node.now

    live(wired(*LINE), scripted({"b": look}), {"b": 9}, stop_s=2.0)
    assert seen.pop("repr") == "<Node b (edge) at 0.000000 s, 9 samples>"
    assert seen == {"name": "b", "tier": "edge", "neighbours": ("a", "c"), "samples": 9, "now": 0.0, "later": 1.5}


def test_the_network_carries_exactly_the_bytes_of_the_packet(live, wired, scripted):
    seen = {}

    def give(node):
        packet = node.packet(node.initial_model(), task=4)
        yield node.send("c", packet)
        seen["sent"], seen["returned"] = packet, node.now

    def take(node):
        seen["got"] = yield node.receive()
        seen["arrived"] = node.now

    run = live(wired(*LINE), scripted({"a": give, "c": take}), {"a": 5}, stop_s=5.0)
    size_bytes = len(seen["got"].encode())
    (start,) = run.by_kind[EventKind.FLOW_START]
    assert size_bytes == len(seen["sent"].encode()) == start["size_bytes"]
    assert seen["arrived"] == seen["returned"] == pytest.approx(2 * (size_bytes * 8 / 1e6 + 0.1), rel=1e-12)
    assert run.summary["bytes"]["total"] == 2 * size_bytes
    assert same_weights(seen["got"].to_model(), seen["sent"].to_model())
    got = seen["got"]
    assert (got.source, got.destination, got.task, got.hop_count) == (0, 2, 4, 2)


def test_a_program_hears_of_a_drop_where_it_waits_for_the_packet(live, wired, scripted):
    seen = []

    def give(node):
        packet = node.packet(node.initial_model(), hop_limit=1)
        try:
            yield node.send("c", packet)
        except SendFailed as failure:
            seen.append((failure.packet.packet, failure.reason, str(failure)))

    live(wired(*LINE), scripted({"a": give}), {"a": 5}, stop_s=5.0)
    assert seen == [(0, DropReason.HOP_LIMIT, "packet 0 was dropped: hop limit")]


def test_a_program_may_wait_for_a_delivery_that_is_over(live, wired, scripted):
    seen = []

    def give(node):
        sending = node.send("c", node.packet(node.initial_model()))
        yield node.wait(4.0)
        assert sending.processed
        yield sending
        seen.append(node.now)

    live(wired(*LINE), scripted({"a": give}), {"a": 5}, stop_s=5.0)
    assert seen == [4.0]


def test_a_drop_that_nobody_waits_for_does_not_end_the_run(live, wired, scripted):
    def give(node):
        node.send("c", node.packet(node.initial_model(), hop_limit=1))
        yield node.wait(4.0)

    run = live(wired(*LINE), scripted({"a": give}), {"a": 5}, stop_s=5.0)
    assert run.summary["packets"] == {"sent": 1, "delivered": 0, "dropped": 1}


def test_the_hop_limit_is_one_life_long(live, wired, scripted):
    """Two links of a life of two are used up by the way there; the way back drops it."""
    seen = {}

    def give(node):
        yield node.send("c", node.packet(node.initial_model(), hop_limit=2))

    def bounce(node):
        packet = yield node.receive()
        try:
            yield node.send("a", packet)
        except SendFailed as failure:
            seen["reason"] = failure.reason

    live(wired(*LINE), scripted({"a": give, "c": bounce}), {"a": 5}, stop_s=5.0)
    assert seen == {"reason": DropReason.HOP_LIMIT}


def test_training_lasts_what_it_costs_and_gives_what_the_trainer_gives(live, wired, scripted, make_shard):
    seen = {}

    def learn(node):
        seen["model"] = yield node.train(node.initial_model(), steps=3)
        seen["now"] = node.now

    live(wired(*LINE), scripted({"a": learn}, steps=20, batch_size=4), {"a": 10}, stop_s=5.0)
    plan = TrainingPlan(3, 4, "sgd", 0.1, 0.0)
    initial = seen["model"].structure.initial(SEED)
    job = TrainingJob(initial, make_shard("a", 10), plan, job_seed(SEED, "a", "train", 1))
    assert same_weights(seen["model"], train([job])[0].model)
    assert seen["now"] == pytest.approx(job.work_flop / 1e6, rel=1e-12)


def test_evaluating_uses_the_validation_split_and_costs_a_forward_pass(live, wired, scripted, make_shard):
    from wayfare.models.evaluation import evaluate

    seen = {}

    def look(node):
        seen["model"] = node.initial_model()
        seen["evaluation"] = yield node.evaluate(node.initial_model())
        seen["now"] = node.now

    run = live(wired(*LINE), scripted({"a": look}), {"a": 10}, stop_s=5.0)
    model = seen["model"]
    assert seen["evaluation"] == evaluate(model, make_shard("a validation", 5))
    assert seen["now"] == pytest.approx(5 * model.structure.forward_flop_per_sample / 1e6, rel=1e-12)
    assert [event["value"] for event in run.by_kind[EventKind.EVALUATE]] == [seen["evaluation"].accuracy]


@pytest.mark.parametrize("ask", ["train", "evaluate", "data_packet"])
def test_a_node_without_data_says_so(live, wired, scripted, ask):
    def program(node):
        arguments = [] if ask == "data_packet" else [node.initial_model()]
        yield getattr(node, ask)(*arguments)

    with pytest.raises(ValueError, match=r"b has no .*samples"):
        live(wired(*LINE), scripted({"b": program}), {"a": 5}, stop_s=1.0)


def test_a_destination_that_does_not_exist_is_refused_by_name(live, wired, scripted):
    def program(node):
        yield node.send("nowhere", node.packet(node.initial_model()))

    with pytest.raises(ValueError, match="nowhere"):
        live(wired(*LINE), scripted({"a": program}), {"a": 5}, stop_s=1.0)


def test_a_stamp_says_who_trained_what_how_much_and_how_well(live, wired, scripted, make_shard):
    seen = {}

    def learn(node):
        packet = node.packet(node.initial_model())
        seen["first"] = node.stamp(packet, node.initial_model(), 0.25)
        yield node.wait(1.0)
        seen["second"] = node.stamp(seen["first"], node.initial_model())

    live(wired(*LINE), scripted({"b": learn}), {"b": 10}, stop_s=2.0)
    labels = make_shard("b", 10).labels.tolist()
    counts = tuple(labels.count(label) for label in range(3))
    first, second = seen["first"], seen["second"]
    assert first.seen == counts
    assert second.seen == tuple(2 * count for count in counts)
    assert first.sought == tuple(label for label in range(3) if counts[label] < 10 / 3)
    assert first.updates == (LayerUpdate(1, 10),) * 2
    assert second.updates == (LayerUpdate(1, 20),) * 2
    assert tuple(first.performance) == (0, 1, 0.25, 0.0)
    assert second.performance.time_s == 1.0
    assert math.isnan(second.performance.value)


def test_a_packet_remembers_its_latest_visits_only(live, wired, scripted):
    seen = {}

    def visit(node):
        packet = node.packet(node.initial_model(), visited=tuple(range(VISITED_KEPT)))
        seen["visited"] = node.sign_visit(packet).visited
        yield node.wait(0.1)

    live(wired(*LINE), scripted({"c": visit}), {"a": 5}, stop_s=1.0)
    assert seen["visited"] == (*range(1, VISITED_KEPT), 2)


def _diary(seen):
    """Return a program that trains twice and notes its draws, the times and the models."""

    def program(node):
        model = node.initial_model()
        notes = seen.setdefault(node.name, [])
        for _ in range(2):
            model = yield node.train(model, steps=2)
            notes.append((node.now, float(node.rng.random()), model))

    return program


def test_another_node_elsewhere_changes_nothing_of_a_nodes_draws_jobs_and_results(live, wired, scripted):
    shaky = NodeClass(compute_flop_per_s=1e6, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0.5)
    diaries = []
    for links, holders in (
        (LINE, ("a", "c")),
        ((("x", "y", 1e6, 0.1), ("y", "a", 1e6, 0.1), *LINE), ("x", "y", "a", "c")),
    ):
        seen = {}
        programs = {name: _diary(seen) for name in holders}
        live(wired(*links), scripted(programs), holders, stop_s=9.0, hardware=dict.fromkeys(holders, shaky))
        diaries.append(seen)
    few, many = diaries
    for name in ("a", "c"):
        for (now_s, draw, model), (other_now_s, other_draw, other_model) in zip(few[name], many[name], strict=True):
            assert (now_s, draw) == (other_now_s, other_draw)
            assert same_weights(model, other_model)
    assert few["a"][0][:2] != few["c"][0][:2]


def test_the_test_set_is_out_of_every_programs_reach(live, wired, scripted, make_shard):
    """Whatever the observer tests on, the world goes the same way; and no public attribute leads to it."""
    outcomes = []

    def program(node):
        for _ in range(3):
            model = yield node.train(node.initial_model(), steps=2)
            evaluation = yield node.evaluate(model)
            node.answer(model)
            node.send("b", node.packet(model, task=int(evaluation.accuracy * 5)))
            public = [getattr(node, name) for name in dir(node) if not name.startswith("_")]
            assert all(getattr(value, "digest", None) != make_shard("test", 30).digest for value in public)

    for test in ("test", "another", "third", "fourth"):
        run = live(wired(*LINE), scripted({"a": program, "c": program}), ("a", "c"), stop_s=3.0, test=test)
        outcomes.append((run.summary["digest"], run.summary["accuracy"]["final"]))
    assert [digest for digest, _ in outcomes] == [outcomes[0][0]] * 4
    assert len({final for _, final in outcomes}) > 1


def test_what_training_is_told_beside_reaches_the_trainer(live, wired, scripted, make_shard):
    seen = {}

    def learn(node):
        model = node.initial_model()
        anchor = model.structure.initial(5)
        correction = {name: torch.ones_like(tensor) for name, tensor in model.weights.items()}
        teacher = Teacher(predict(anchor, node.data), weight=0.3)
        terms = {"anchor": anchor, "proximal": 0.5, "correction": correction, "teacher": teacher, "frozen": ("layer1",)}
        seen["got"] = yield node.train(model, steps=3, **terms)
        plan = TrainingPlan(3, 4, proximal=0.5, frozen=("layer1",))
        job = TrainingJob(model, node.data, plan, job_seed(SEED, "a", "train", 1), anchor, correction, teacher)
        seen["job"] = job
        seen["now"] = node.now

    live(wired(*LINE), scripted({"a": learn}, batch_size=4), {"a": 10}, stop_s=5.0)
    assert same_weights(seen["got"], train([seen["job"]])[0].model)
    assert seen["now"] == pytest.approx(seen["job"].work_flop / 1e6, rel=1e-12)


def test_a_layer_that_was_frozen_is_not_stamped_as_updated(live, wired, scripted):
    seen = {}

    def learn(node):
        model = yield node.train(node.initial_model(), frozen=("layer1",))
        first = node.stamp(node.packet(model), model)
        model = yield node.train(model)
        seen["updates"] = first.updates, node.stamp(first, model).updates

    live(wired(*LINE), scripted({"b": learn}), {"b": 10}, stop_s=5.0)
    assert seen["updates"] == (
        (LayerUpdate(-1, 0), LayerUpdate(1, 10)),
        (LayerUpdate(1, 10), LayerUpdate(1, 20)),
    )


def test_a_job_keeps_the_samples_of_its_start_and_so_does_its_stamp(live, wired, scripted, make_shard):
    """Labels move by one class while the job lasts."""
    seen = {}

    def learn(node):
        model = yield node.train(node.initial_model())
        seen["ended"], seen["model"] = node.now, model
        seen["stamp"], seen["held"] = node.stamp(node.packet(model), model).seen, node.data.labels.tolist()

    run = live(wired(*LINE), scripted({"a": learn}, batch_size=4), {"a": 10}, stop_s=5.0, drift=LabelRotation(0.01))
    shard = make_shard("a", 10)
    initial = seen["model"].structure.initial(SEED)
    job = TrainingJob(initial, shard, TrainingPlan(20, 4), job_seed(SEED, "a", "train", 1))
    changes = int(seen["ended"] / 0.01)
    assert changes > 0
    assert same_weights(seen["model"], train([job])[0].model)
    assert seen["stamp"] == tuple(shard.labels.tolist().count(label) for label in range(3))
    assert seen["held"] == [(label + changes) % 3 for label in shard.labels.tolist()]
    assert [event["value"] for event in run.by_kind[EventKind.DRIFT]][:2] == [1.0, 2.0]
