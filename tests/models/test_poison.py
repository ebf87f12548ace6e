import pytest
import torch

from wayfare.models import Shard
from wayfare.models.course import Course
from wayfare.models.drift import LabelRotation
from wayfare.models.poison import Poison
from wayfare.models.split import Split
from wayfare.models.streams import named_streams


def shard(*labels):
    return Shard(torch.zeros(len(labels), 2, dtype=torch.uint8), torch.tensor(labels), 1.0)


def course_of(drift, nodes):
    held = {"a": shard(0, 1, 2, 2), "b": shard(0, 1, 2, 2)}
    split = Split(shard(0, 1, 2), held, {"a": shard(0), "b": shard(0)}, 3)
    return Course(split, drift, ["a", "b"], named_streams(1, "data"), Poison(nodes))


def test_labels_are_mirrored_at_the_poisoned_node_alone_and_never_in_the_test_set():
    split = course_of(LabelRotation(every_s=1.0), ("b",)).at(0.0)
    assert split.train["a"].labels.tolist() == [0, 1, 2, 2]
    assert split.train["b"].labels.tolist() == [2, 1, 0, 0]
    assert split.validation["b"].labels.tolist() == [2]
    assert split.test.labels.tolist() == [0, 1, 2]


def test_it_goes_on_with_the_labels_of_the_time():
    """After a second every label is the next one, and the mirror image is that of the new one."""
    split = course_of(LabelRotation(every_s=1.0), ("b",)).at(1.0)
    assert split.train["a"].labels.tolist() == [1, 2, 0, 0]
    assert split.train["b"].labels.tolist() == [1, 0, 2, 2]


@pytest.mark.parametrize(
    ("nodes", "task", "reason"),
    [(("a", "z"), "classification", "no data is at 'z'; it is at a, b"), (("a",), "language", "not in language")],
)
def test_nodes_without_data_and_data_without_classes_are_refused(nodes, task, reason):
    with pytest.raises(ValueError, match=reason):
        Poison(nodes).check(["a", "b"], task)
