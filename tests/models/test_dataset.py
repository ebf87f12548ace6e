import numpy as np
import pytest

from wayfare.models import Dataset

BYTES = np.zeros((2, 3), np.uint8)


def dataset(features=BYTES, labels=(0, 1), classes=2, **more):
    return Dataset(np.asarray(features), np.asarray(labels), classes, 1.0, "two", "here", **more)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [0, 2]}, r"0\.\.1"),
        ({"labels": [-1, 0]}, r"0\.\.1"),
        ({"classes": 257}, "at most 256"),
        ({"features": np.zeros((2, 3))}, "uint8 or float32"),
        ({"features": np.zeros(2, np.uint8)}, r"\(samples, \*shape\)"),
        ({"features": np.zeros((0, 3), np.uint8), "labels": np.zeros(0, np.int64)}, "one label"),
        ({"labels": [0]}, "one label for each"),
        ({"labels": [0.0, 1.0]}, "int64"),
        ({"features": np.full((2, 3), np.nan, np.float32)}, "features must be finite"),
        ({"groups": np.zeros(3, np.int64)}, "groups are int64"),
        ({"task": "language"}, "int64 labels, both"),
        ({"task": "language", "labels": np.zeros((2, 3), np.int64)}, "256 classes"),
        ({"task": "language", "labels": np.full((2, 3), -1), "classes": 256}, "or are -100"),
        ({"task": "regression"}, "float32"),
        ({"task": "regression", "labels": np.zeros((2, 3), np.float32)}, "as many classes as outputs"),
        ({"task": "regression", "labels": np.full((2, 2), np.inf, np.float32)}, "labels must be finite"),
    ],
)
def test_what_is_not_a_dataset_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        dataset(**arguments)


def test_a_sample_has_a_shape():
    assert dataset(np.zeros((2, 8, 8), np.uint8)).shape == (8, 8)


def test_equal_samples_have_one_original_unless_they_are_meant():
    features = np.array([[1, 2], [3, 4], [1, 2], [3, 4], [5, 6]], np.uint8)
    assert dataset(features, [0, 1, 1, 1, 0]).originals.tolist() == [0, 1, 0, 1, 4]
    assert dataset(features, [0, 1, 1, 1, 0], replicas=True).originals.tolist() == [0, 1, 2, 3, 4]


def test_partitions_go_by_classes_or_else_by_groups_or_else_by_nothing():
    groups, numbers = np.array([5, 7]), np.zeros((2, 1), np.float32)
    assert dataset(groups=groups).strata.tolist() == [0, 1]
    assert dataset(labels=numbers, classes=1, task="regression", groups=groups).strata.tolist() == [5, 7]
    assert dataset(labels=numbers, classes=1, task="regression").strata.tolist() == [0, 0]
