"""Digits: 1797 handwritten digits of 8 x 8 pixels, shipped inside scikit-learn."""

import gzip
import hashlib
import importlib.util
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from .dataset import Dataset

_SOURCE = "UCI ML Repository, Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998), test part"
_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


@dataclass(frozen=True)
class Digits:
    """1797 handwritten digits: 64 pixels with values 0 to 16, ten classes, read from the installed scikit-learn."""

    def load(self) -> Dataset:
        """Return what `sklearn.datasets.load_digits` does, without the second that importing sklearn takes.

        Raises:
            RuntimeError: scikit-learn is not installed, or carries other digits than these.
        """
        text = gzip.decompress(_path().read_bytes())
        if hashlib.sha256(text).hexdigest() != _SHA256:
            raise RuntimeError(f"{_path()} is not the digits file Wayfare knows; reinstall scikit-learn")
        table = np.loadtxt(BytesIO(text), delimiter=",", dtype=np.uint8)
        features, labels = np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.int64)
        return Dataset(features, labels, classes=10, scale=1 / 16, name="digits", source=_SOURCE)


def _path() -> Path:
    """Return where the installed scikit-learn keeps its digits, without importing it."""
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("the digits come with scikit-learn, which is not installed: pip install scikit-learn")
    return Path(found.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
