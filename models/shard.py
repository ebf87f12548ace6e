"""Shard: the samples that one node holds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch


@dataclass(frozen=True, eq=False)
class Shard:
    """Samples with their labels, kept raw, and scaled when a model asks.

    Attributes:
        features: (samples, features) uint8, raw.
        labels: (samples,) int64, from 0 to 255.
        scale: what a raw value is multiplied by to become an input.
    """

    features: torch.Tensor
    labels: torch.Tensor
    scale: float

    def __post_init__(self) -> None:
        if self.features.dtype != torch.uint8 or self.features.ndim != 2:
            raise ValueError("a shard's features are uint8 (samples, features)")
        if self.labels.dtype != torch.int64 or self.labels.shape != self.features.shape[:1]:
            raise ValueError("a shard's labels are int64, one for each sample")

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def inputs(self) -> torch.Tensor:
        """What a model sees: (samples, features) float32."""
        return self.features.to(torch.float32) * self.scale

    @cached_property
    def digest(self) -> str:
        """SHA-256 [hex] of the content: shape, scale, features and labels."""
        digest = hashlib.sha256(f"{tuple(self.features.shape)} {self.scale.hex()}\0".encode())
        digest.update(self.features.contiguous().numpy().tobytes())
        digest.update(self.labels.contiguous().numpy().tobytes())
        return digest.hexdigest()

    @property
    def raw_bytes(self) -> int:
        """Size of the samples as they travel: a byte for each feature and one for the label [bytes]."""
        return self.features.numel() + len(self.labels)

    def raw(self) -> dict[str, torch.Tensor]:
        """Return the tensors to send: features and labels as uint8, and the scale."""
        scale = torch.tensor([self.scale], dtype=torch.float64)
        return {"features": self.features, "labels": self.labels.to(torch.uint8), "scale": scale}

    @classmethod
    def from_raw(cls, tensors: Mapping[str, torch.Tensor]) -> "Shard":
        """Return the shard whose `raw()` arrived.

        Raises:
            ValueError: the tensors are not those of a shard.
        """
        if tensors.keys() != {"features", "labels", "scale"} or tensors["scale"].numel() != 1:
            raise ValueError(f"not the raw tensors of a shard: {sorted(tensors)}")
        return cls(tensors["features"], tensors["labels"].to(torch.int64), float(tensors["scale"].item()))

    @classmethod
    def concatenate(cls, shards: Sequence["Shard"]) -> "Shard":
        """Return all samples of the shards, in order.

        Raises:
            ValueError: there is no shard, or their scales or numbers of features differ.
        """
        if len({(shard.scale, shard.features.shape[1]) for shard in shards}) != 1:
            raise ValueError("only one or more shards of one kind of data can be concatenated")
        features = torch.cat([shard.features for shard in shards])
        return cls(features, torch.cat([shard.labels for shard in shards]), shards[0].scale)
