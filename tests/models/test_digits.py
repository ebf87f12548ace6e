import numpy as np
import pytest

from wayfare.models import DATASETS, Dataset


@pytest.mark.slow
def test_the_digits_are_those_of_scikit_learn(digits):
    from sklearn.datasets import load_digits

    original = load_digits()
    assert np.array_equal(digits.features, original.data)
    assert np.array_equal(digits.labels, original.target)


def test_the_digits_are_1797_of_ten_classes_from_0_to_1_once_scaled(digits):
    assert digits.features.shape == (1797, 64)
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (digits.features * digits.scale).max() == 1


def test_every_dataset_loads_under_its_own_name():
    for name, dataset in DATASETS.items():
        assert dataset().load().name == name


def test_labels_beyond_the_classes_are_refused():
    with pytest.raises(ValueError, match=r"0\.\.1"):
        Dataset(np.zeros((2, 3), np.uint8), np.array([0, 2]), 2, 1.0, "two", "here")


def test_features_that_are_not_bytes_are_refused():
    with pytest.raises(ValueError, match="uint8"):
        Dataset(np.zeros((2, 3)), np.array([0, 1]), 2, 1.0, "two", "here")
