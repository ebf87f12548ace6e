"""What the observer sees."""

from dataclasses import replace

import pytest
import torch

from wayfare.emulator.learning import Learning
from wayfare.emulator.records import RunRecord
from wayfare.models.course import Course
from wayfare.models.drift import LabelRotation, Steady
from wayfare.models.evaluation import evaluate
from wayfare.models.model import weights_digest
from wayfare.models.shard import Shard
from wayfare.models.streams import named_streams


class Holder:
    """As much of a node as the observer looks at."""

    def __init__(self, index, name):
        self.index, self.name, self.store = index, name, {}


@pytest.fixture
def learning(writer, lesson_parts, scripted):
    lesson = lesson_parts(scripted({}), ("a", "b"))
    learning = Learning(lesson.curriculum, lesson.service, writer)
    learning.nodes = [Holder(0, "a"), Holder(1, "b"), Holder(2, "server")]
    return learning


def rows(writer):
    writer.metrics.flush()
    return [
        (row["time_ns"] / 1e9, row["name"], row["node"], row["packet"], row["value"])
        for row in RunRecord(writer.folder).table("metrics").to_pylist()
    ]


def models(learning, count):
    return [learning.initial.structure.initial(100 + number) for number in range(count)]


def accuracy(learning, model):
    return evaluate(model, learning.held_at(0.0).test).accuracy


def test_before_anybody_has_learned_holders_count_with_the_untrained_model(learning):
    untrained = accuracy(learning, learning.initial)
    assert learning.observe(0.0)["accuracy"] == {"final": None, "nodes": untrained, "best": None}


def test_the_answers_mean_is_final_and_the_holders_mean_is_nodes(learning):
    first, second, held = models(learning, 3)
    learning.answer(-1, 0, first)
    learning.answer(-1, 1, second)
    learning.nodes[0].store["model"] = held
    learning.nodes[2].store["model"] = first
    seen = learning.observe(1.0)["accuracy"]
    assert seen["final"] == pytest.approx((accuracy(learning, first) + accuracy(learning, second)) / 2)
    assert seen["nodes"] == pytest.approx((accuracy(learning, held) + accuracy(learning, learning.initial)) / 2)


def test_best_is_the_best_final_so_far(learning):
    ranked = sorted(models(learning, 12), key=lambda model: accuracy(learning, model))
    finals = []
    for now_s, model in enumerate((ranked[0], ranked[-1], ranked[0])):
        learning.answer(0, -1, model)
        finals.append(learning.observe(float(now_s))["accuracy"])
    assert finals[0]["final"] < finals[1]["final"]
    assert finals[2]["best"] == finals[1]["final"] > finals[2]["final"]


def test_a_look_at_a_diverged_model_leaves_the_best_of_all_others(learning):
    (sound,) = models(learning, 1)
    diverged = replace(sound, weights={name: torch.full_like(w, torch.nan) for name, w in sound.weights.items()})
    best = []
    for now_s, model in enumerate((diverged, sound, diverged)):
        learning.answer(0, -1, model)
        best.append(learning.observe(float(now_s))["loss"]["best"])
    expected = evaluate(sound, learning.held_at(0.0).test).loss
    assert best == [None, expected, expected]


def test_an_answer_that_is_taken_back_counts_no_more(learning):
    first, second = models(learning, 2)
    learning.answer(-1, 0, first)
    learning.answer(-1, 1, second)
    learning.answer(-1, 0, None)
    assert learning.observe(0.0)["accuracy"]["final"] == accuracy(learning, second)
    assert learning.weights_digest() == weights_digest({"packet1": second})


def test_a_model_is_recorded_when_it_changes_and_only_then(learning, writer):
    (model,) = models(learning, 1)
    learning.observe(0.0)
    learning.nodes[1].store["model"] = model
    learning.observe(1.0)
    learning.observe(2.0)
    assert [row[:4] for row in rows(writer) if row[1] == "accuracy"] == [
        (0.0, "accuracy", 0, -1),
        (0.0, "accuracy", 1, -1),
        (1.0, "accuracy", 1, -1),
    ]


def test_a_node_that_takes_over_a_model_known_from_elsewhere_is_recorded_too(learning, writer):
    (model,) = models(learning, 1)
    learning.nodes[0].store["model"] = model
    learning.observe(1.0)
    learning.nodes[1].store["model"] = model
    learning.observe(2.0)
    assert (2.0, "accuracy", 1, -1, accuracy(learning, model)) in rows(writer)


def test_packet_ids_are_given_once(learning):
    assert [learning.next_packet() for _ in range(3)] == [0, 1, 2]


def test_the_look_at_the_moment_of_a_change_is_at_the_data_before_it(writer, lesson_parts, scripted):
    lesson = lesson_parts(scripted({}), ("a", "b"), drift=LabelRotation(1.0))
    learning = Learning(lesson.curriculum, lesson.service, writer)
    learning.nodes = [Holder(0, "a")]
    seen = [learning.observe(now_s)["accuracy"]["nodes"] for now_s in (0.5, 1.0, 1.5)]
    first, second = learning.held_at(0.0).test, learning.held_at(1.0).test
    assert not second.labels.equal(first.labels)
    assert seen == [evaluate(learning.initial, test).accuracy for test in (first, first, second)]
    assert [row[0] for row in rows(writer) if row[1] == "accuracy" and row[2] == 0] == [0.5, 1.5]


def test_the_loss_is_measured_too_and_its_best_is_the_least(learning, writer):
    ranked = sorted(models(learning, 6), key=lambda model: evaluate(model, learning.held_at(0.0).test).loss)
    losses = []
    for now_s, model in enumerate((ranked[-1], ranked[0], ranked[-1])):
        learning.answer(0, -1, model)
        losses.append(learning.observe(float(now_s))["loss"])
    assert losses[0]["final"] > losses[1]["final"] == losses[1]["best"] == losses[2]["best"]
    assert (1.0, "loss.test", -1, -1, losses[1]["final"]) in rows(writer)


def test_kinds_of_samples_are_classes_or_else_the_groups_that_a_node_holds_or_else_none(writer, lesson_parts, scripted):
    curriculum = lesson_parts(scripted({}), ("a", "b")).curriculum
    split = curriculum.course.at(0.0)
    text = torch.zeros(7, 4, dtype=torch.uint8)
    shard = Shard(text, text.long(), 1.0, "language")
    grouped = Course(replace(split, domains={"a": frozenset({0, 3})}), Steady(), ["a", "b"], named_streams(1))

    def counted(course, kinds, shard, node):
        return Learning(replace(curriculum, course=course, kinds=kinds), None, writer).count(node, shard, 0.0)

    labels = split.train["a"].labels.tolist()
    assert counted(curriculum.course, 3, split.train["a"], "a") == tuple(labels.count(label) for label in range(3))
    assert counted(grouped, 5, shard, "a") == (3, 0, 0, 4, 0)
    assert counted(grouped, 0, shard, "a") == ()
