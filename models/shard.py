"""Shard: the samples that one node holds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from .dataset import UNCOUNTED, Task
from .found_out import found_out

_LABELS: dict[Task, tuple[torch.dtype, int]] = {
    "classification": (torch.int64, 1),
    "language": (torch.int64, 2),
    "regression": (torch.float32, 2),
}


@dataclass(frozen=True, eq=False)
class Shard:
    """Samples with their labels, kept raw, and scaled when a model asks.

    Attributes:
        features: (samples, *shape) uint8, raw: pixels, or the bytes of a text; or float32: a table.
        labels: classification: (samples,) int64, from 0 to 255; language: (samples, length) int64, the byte after each,
            or `UNCOUNTED`; regression: (samples, outputs) float32.
        scale: what a raw value is multiplied by to become an input.
        task: what the samples are for.
    """

    features: torch.Tensor
    labels: torch.Tensor
    scale: float
    task: Task = "classification"

    def __post_init__(self) -> None:
        if self.features.dtype not in (torch.uint8, torch.float32) or self.features.ndim < 2:
            raise ValueError("a shard's features are uint8 or float32 (samples, *shape)")
        object.__setattr__(self, "_samples", len(self.labels))
        if len(self.labels) != len(self.features):
            raise ValueError("a shard's labels are one for each sample")
        if self.task not in _LABELS:
            raise ValueError(f"unknown task {self.task!r}; a shard is for {', '.join(_LABELS)}")
        if (self.labels.dtype, self.labels.ndim) != _LABELS[self.task]:
            raise ValueError(f"a shard's labels for {self.task} are {_LABELS[self.task]}: type and dimensions")
        if self.task == "language":
            self._check_text()

    def _check_text(self) -> None:
        if self.labels.shape != self.features.shape or self.features.dtype != torch.uint8:
            raise ValueError("a shard for language has uint8 features and a label for each, (samples, length)")
        if bool(((self.labels > 255) | (self.labels < 0) & (self.labels != UNCOUNTED)).any()):
            raise ValueError(f"the labels of text are bytes or {UNCOUNTED}")

    def __len__(self) -> int:
        return self._samples  # type: ignore[attr-defined, no-any-return]

    @found_out
    def inputs(self) -> torch.Tensor:
        """What a model of numbers sees: (samples, *shape) float32."""
        return self.features.to(torch.float32) * self.scale

    @found_out
    def rows(self) -> NDArray[np.float32]:
        """The inputs as an array (samples, features), which shares their memory."""
        rows: NDArray[np.float32] = self.inputs.flatten(1).numpy()
        return rows

    @found_out
    def classes(self) -> NDArray[np.int64]:
        """The labels as an array, which shares their memory."""
        classes: NDArray[np.int64] = self.labels.numpy()
        return classes

    @found_out
    def counts(self) -> tuple[int, ...]:
        """How many samples have each label, from class 0 to the highest that there is."""
        return tuple(self.labels.bincount().tolist())

    @found_out
    def digest(self) -> str:
        """SHA-256 [hex] of the content: task, shapes, types, scale, features and labels."""
        kind = f"{self.task} {tuple(self.features.shape)} {self.features.dtype} {tuple(self.labels.shape)}"
        digest = hashlib.sha256(f"{kind} {self.scale.hex()}\0".encode())
        digest.update(self.features.contiguous().numpy().tobytes())
        digest.update(self.labels.contiguous().numpy().tobytes())
        return digest.hexdigest()

    @property
    def raw_bytes(self) -> int:
        """Size of the samples and labels as they travel [bytes]; `pack` adds a header."""
        raw = self.raw()
        return raw["features"].nbytes + raw["labels"].nbytes

    def raw(self) -> dict[str, torch.Tensor]:
        """Return the tensors to send: features, labels, and the scale.

        A class travels as a byte, a number to predict as float32. What follows a byte of a text is the text itself, so
        of a sequence only its end travels where that says all: four bytes, else two for every label.
        """
        scale = torch.tensor([self.scale], dtype=torch.float64)
        return {"features": self.features, "labels": self._raw_labels(), "scale": scale}

    def _raw_labels(self) -> torch.Tensor:
        if self.task == "classification":
            return self.labels.to(torch.uint8)
        if self.task == "regression":
            return self.labels
        uncounted = (self.labels == UNCOUNTED).sum(1)
        ends = torch.where(uncounted > 0, -uncounted, self.labels[:, -1]).to(torch.int32)
        return ends if torch.equal(_following(self.features, ends), self.labels) else self.labels.to(torch.int16)

    @classmethod
    def from_raw(cls, tensors: Mapping[str, torch.Tensor]) -> "Shard":
        """Return the shard whose `raw()` arrived.

        Raises:
            ValueError: the tensors are not those of a shard.
        """
        if tensors.keys() != {"features", "labels", "scale"} or tensors["scale"].numel() != 1:
            raise ValueError(f"not the raw tensors of a shard: {sorted(tensors)}")
        features, labels, scale = tensors["features"], tensors["labels"], float(tensors["scale"].item())
        if labels.dtype == torch.float32:
            return cls(features, labels, scale, "regression")
        if labels.dtype == torch.uint8:
            return cls(features, labels.to(torch.int64), scale)
        if labels.dtype == torch.int32 and features.ndim == 2 and labels.shape == features.shape[:1]:
            return cls(features, _following(features, labels), scale, "language")
        return cls(features, labels.to(torch.int64), scale, "language")

    @classmethod
    def concatenate(cls, shards: Sequence["Shard"]) -> "Shard":
        """Return all samples of the shards, in order.

        Raises:
            ValueError: there is no shard, or their tasks, scales, types or shapes differ.
        """
        kinds = {
            (shard.task, shard.scale, shard.features.dtype, shard.features.shape[1:], shard.labels.shape[1:])
            for shard in shards
        }
        if len(kinds) != 1:
            raise ValueError("only one or more shards of one kind of data can be concatenated")
        features = torch.cat([shard.features for shard in shards])
        return cls(features, torch.cat([shard.labels for shard in shards]), shards[0].scale, shards[0].task)


def _following(features: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
    """Return the byte after each of texts (samples, length) int64.

    Args:
        features: the texts (samples, length).
        ends: (samples,) what follows the last byte, or, below zero, how many bytes at the end have no label.
    """
    labels = torch.cat([features[:, 1:].long(), ends[:, None].long()], 1)
    place = torch.arange(labels.shape[1])
    return labels.masked_fill(place >= labels.shape[1] + ends.clamp(max=0)[:, None], UNCOUNTED)
