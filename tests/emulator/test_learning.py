"""What the observer sees."""

import pytest

from wayfare.emulator.learning import Learning
from wayfare.emulator.records import RunRecord
from wayfare.models.evaluation import evaluate
from wayfare.models.model import weights_digest


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
    return evaluate(model, learning._curriculum.split.test).accuracy


def test_before_anybody_has_learned_holders_count_with_the_untrained_model(learning):
    untrained = accuracy(learning, learning.initial)
    assert learning.observe(0.0) == {"final": None, "nodes": untrained, "best": None}


def test_the_answers_mean_is_final_and_the_holders_mean_is_nodes(learning):
    first, second, held = models(learning, 3)
    learning.answer(-1, 0, first)
    learning.answer(-1, 1, second)
    learning.nodes[0].store["model"] = held
    learning.nodes[2].store["model"] = first
    seen = learning.observe(1.0)
    assert seen["final"] == pytest.approx((accuracy(learning, first) + accuracy(learning, second)) / 2)
    assert seen["nodes"] == pytest.approx((accuracy(learning, held) + accuracy(learning, learning.initial)) / 2)


def test_best_is_the_best_final_so_far(learning):
    ranked = sorted(models(learning, 12), key=lambda model: accuracy(learning, model))
    finals = []
    for now_s, model in enumerate((ranked[0], ranked[-1], ranked[0])):
        learning.answer(0, -1, model)
        finals.append(learning.observe(float(now_s)))
    assert finals[0]["final"] < finals[1]["final"]
    assert finals[2]["best"] == finals[1]["final"] > finals[2]["final"]


def test_an_answer_that_is_taken_back_counts_no_more(learning):
    first, second = models(learning, 2)
    learning.answer(-1, 0, first)
    learning.answer(-1, 1, second)
    learning.answer(-1, 0, None)
    assert learning.observe(0.0)["final"] == accuracy(learning, second)
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
