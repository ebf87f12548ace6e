"""Dataset: all samples of a task, as they come from their source."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples as raw bytes with their labels.

    Attributes:
        features: (samples, features) uint8, raw.
        labels: (samples,) int64, from 0 to classes - 1.
        classes: number of classes, at most 256, so that a label travels as one byte.
        scale: what a raw value is multiplied by to become a model's input.
        name: the scenario's name for the dataset.
        source: where the samples come from.
    """

    features: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: int
    scale: float
    name: str
    source: str

    def __post_init__(self) -> None:
        if self.features.dtype != np.uint8 or self.features.ndim != 2 or self.labels.shape != self.features.shape[:1]:
            raise ValueError("a dataset has uint8 features (samples, features) and one label for each sample")
        if not 1 <= self.classes <= 256 or np.any((self.labels < 0) | (self.labels >= self.classes)):
            raise ValueError(f"labels must lie in 0..{self.classes - 1}, with at most 256 classes")
