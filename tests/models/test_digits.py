import gzip
import sys

import numpy as np
import pytest

from wayfare.models import DatasetError, Digits


@pytest.mark.slow
def test_the_digits_are_those_of_scikit_learn(digits):
    from sklearn.datasets import load_digits

    original = load_digits()
    assert np.array_equal(digits.features.reshape(1797, 64), original.data)
    assert np.array_equal(digits.labels, original.target)


def test_the_digits_are_1797_images_of_ten_classes_from_0_to_1_once_scaled(digits):
    assert digits.features.shape == (1797, 8, 8)
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (digits.features * digits.scale).max() == 1


def test_no_two_digits_are_the_same(digits):
    assert np.array_equal(digits.originals, np.arange(1797))


def test_a_missing_or_foreign_package_is_named_with_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(DatasetError, match="pip install scikit-learn"):
        Digits().load()
    monkeypatch.undo()
    file = tmp_path / "sklearn/datasets/data/digits.csv.gz"
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    file.parent.mkdir(parents=True)
    (tmp_path / "sklearn/__init__.py").touch()
    with pytest.raises(DatasetError, match="is not there"):
        Digits().load()
    file.write_bytes(gzip.compress(b"1,2,3\n"))
    with pytest.raises(DatasetError, match="reinstall scikit-learn"):
        Digits().load()
