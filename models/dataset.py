"""Dataset: all samples of a task, as they come from their source."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from .found_out import found_out
from .streams import Stream

Task = Literal["classification", "language", "regression"]
Indices = NDArray[np.int64]

UNCOUNTED = -100
"""The label of a position that no loss counts, as in `torch.nn.functional.cross_entropy`."""


class DatasetError(ValueError):
    """A dataset that cannot be read or made; the message names the file and says what is wrong in it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples with their labels.

    Attributes:
        features: (samples, *shape) uint8, raw bytes, or float32.
        labels: classification: (samples,) int64, from 0 to classes - 1; language: (samples, length) int64, the byte
            after each, or `UNCOUNTED`; regression: (samples, outputs) float32.
        classes: width of a model's output: the number of classes, at most 256, so that a label travels as one byte; 256
            for language; the number of outputs for regression.
        scale: what a raw value is multiplied by to become a model's input.
        name: the scenario's name for the dataset.
        source: where the samples come from.
        task: what there is to learn.
        groups: (samples,) int64, the natural group of each sample: its speaker, domain or file.
        group_names: names of the groups, by number.
        held_out: indices of the samples that the source itself keeps for the test.
        optimum: what the best model comes to on fresh samples: accuracy for classification, mean loss otherwise.
        replicas: whether equal samples are meant, so that a split need not keep them together.
    """

    features: NDArray[np.uint8] | NDArray[np.float32]
    labels: NDArray[np.int64] | NDArray[np.float32]
    classes: int
    scale: float
    name: str
    source: str
    task: Task = "classification"
    groups: Indices | None = None
    group_names: tuple[str, ...] = ()
    held_out: Indices | None = None
    optimum: float | None = None
    replicas: bool = False

    def __post_init__(self) -> None:
        """Refuse what does not fit together.

        Raises:
            ValueError: an array has another type or shape than the task's, or a value out of its range.
        """
        self._check_features()
        {
            "classification": self._check_classes,
            "language": self._check_bytes,
            "regression": self._check_outputs,
        }[self.task]()
        if self.groups is not None and (self.groups.dtype != np.int64 or self.groups.shape != (len(self),)):
            raise ValueError("a dataset's groups are int64, one for each sample")

    def __len__(self) -> int:
        return len(self.features)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return self.features.shape[1:]

    @found_out
    def originals(self) -> Indices:
        """(samples,) int64: the index of the first sample with the same features, its own where none is before it."""
        if self.replicas:
            return np.arange(len(self))
        first: dict[bytes, int] = {}
        return np.array([first.setdefault(row.tobytes(), index) for index, row in enumerate(self.features)], np.int64)

    @property
    def strata(self) -> Indices:
        """(samples,) int64: what partitions and test sets go by: classes, or else groups, or else all one."""
        if self.task == "classification":
            return self.labels.astype(np.int64, copy=False)
        return np.zeros(len(self), np.int64) if self.groups is None else self.groups

    def _check_features(self) -> None:
        features = self.features
        if features.dtype not in (np.uint8, np.float32) or features.ndim < 2 or not len(self.labels) == len(self) > 0:
            raise ValueError("a dataset has uint8 or float32 features (samples, *shape) and one label for each sample")
        if features.dtype == np.float32 and not np.isfinite(features).all():
            raise ValueError("features must be finite")

    def _check_classes(self) -> None:
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise ValueError("labels of classes are int64, one for each sample")
        if not 1 <= self.classes <= 256 or np.any((self.labels < 0) | (self.labels >= self.classes)):
            raise ValueError(f"labels must lie in 0..{self.classes - 1}, with at most 256 classes")

    def _check_bytes(self) -> None:
        if self.features.dtype != np.uint8 or self.labels.dtype != np.int64 or self.labels.shape != self.features.shape:
            raise ValueError("text has uint8 features and int64 labels, both (samples, length)")
        if self.classes != 256 or np.any(((self.labels < 0) & (self.labels != UNCOUNTED)) | (self.labels > 255)):
            raise ValueError(f"labels of text lie in 0..255 or are {UNCOUNTED}, with 256 classes")

    def _check_outputs(self) -> None:
        if self.labels.dtype != np.float32 or self.labels.ndim != 2 or self.labels.shape[1] != self.classes:
            raise ValueError("labels of a regression are float32 (samples, outputs), with as many classes as outputs")
        if not np.isfinite(self.labels).all():
            raise ValueError("labels must be finite")


class DatasetSource(Protocol):
    """A dataset that a scenario can choose."""

    def load(self, stream: Stream, /) -> Dataset:
        """Return the dataset, read from where it lies, or made with the stream's chance.

        Raises:
            DatasetError: it cannot be read or made.
        """
        ...
