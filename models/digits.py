"""Digits: 1797 handwritten digits of 8 x 8 pixels, shipped inside scikit-learn."""

import gzip
import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from .carried import carried_file
from .dataset import Dataset, DatasetError
from .streams import Stream

_SOURCE = "UCI ML Repository, Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998), test part"
_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


@dataclass(frozen=True)
class Digits:
    """1797 handwritten digits: 8 x 8 pixels with values 0 to 16, ten classes, read from the installed scikit-learn."""

    def load(self, _: Stream | None = None) -> Dataset:
        """Return what `sklearn.datasets.load_digits` does, without the second that importing sklearn takes.

        Raises:
            DatasetError: scikit-learn is not installed, or carries other digits than these.
        """
        file = carried_file("sklearn", "datasets/data/digits.csv.gz", "the digits", "scikit-learn")
        text = gzip.decompress(file.read_bytes())
        if hashlib.sha256(text).hexdigest() != _SHA256:
            raise DatasetError(f"{file} is not the digits file Wayfare knows; reinstall scikit-learn")
        table = np.loadtxt(BytesIO(text), delimiter=",", dtype=np.uint8)
        features, labels = np.ascontiguousarray(table[:, :-1]).reshape(-1, 8, 8), table[:, -1].astype(np.int64)
        return Dataset(features, labels, classes=10, scale=1 / 16, name="digits", source=_SOURCE)
