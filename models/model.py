"""Model: a structure with weights. Models are values: training, scaling and merging return new ones."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .arrangement import Arrangement
from .flat_weights import FlatWeights
from .formats import FORMATS
from .formats import Bits as Bits
from .found_out import found_out
from .layouts import shape_bytes, tensor_bytes
from .structure import Structure


@dataclass(frozen=True, eq=False)
class Model:
    """A structure with one float32 tensor for each of its weights, and the precision in which it travels.

    Attributes:
        structure: what the weights are shaped for.
        weights: contiguous float32 tensors by name, in the structure's order. Never change one in place. `FlatWeights`
            are not looked at.
        bits: bits per weight when packed (see `formats.py`); below 32 every value is one that the format can carry.
        sparse: whether zeros are left out when packed, where that is smaller.
    """

    structure: Structure
    weights: Mapping[str, torch.Tensor]
    bits: Bits = 32
    sparse: bool = False

    def __post_init__(self) -> None:
        if self.bits not in FORMATS:
            raise ValueError(f"a model travels in {', '.join(map(repr, FORMATS))} bits per weight, not {self.bits!r}")
        if not isinstance(self.weights, FlatWeights) or self.weights.arrangement is not self.structure.arrangement:
            self._take(self.structure.shapes)

    def _take(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Check that the weights are tensors of these shapes, and put them in their order."""
        if self.weights.keys() != shapes.keys():
            raise ValueError(f"weights {sorted(self.weights)} do not fit a structure with {sorted(shapes)}")
        for name, shape in shapes.items():
            tensor = self.weights[name]
            if tensor.shape != shape or tensor.dtype != torch.float32 or not tensor.is_contiguous():
                raise ValueError(
                    f"{name} must be contiguous float32 {shape}, not {tensor.dtype} {tuple(tensor.shape)}"
                    f"{'' if tensor.is_contiguous() else ', not contiguous'}"
                )
        weights = {name: self.weights[name] for name in shapes}
        if any(tensor.requires_grad for tensor in weights.values()):
            weights = {name: tensor.detach() for name, tensor in weights.items()}
        object.__setattr__(self, "weights", MappingProxyType(weights))
        object.__setattr__(self, "_versions", [tensor._version for tensor in weights.values()])

    @property
    def is_unchanged(self) -> bool:
        """Whether no operation of torch has changed a weight in place since the model was made, by torch's own count.

        What writes into the memory past torch, as through `tensor.numpy()`, is not seen.
        """
        weights = self.weights
        if isinstance(weights, FlatWeights):
            return weights.is_unchanged
        return [tensor._version for tensor in weights.values()] == self._versions  # type: ignore[attr-defined, no-any-return]

    @property
    def packed(self) -> NDArray[np.float32]:
        """The weights side by side, as the structure's arrangement has them in a file; never change them."""
        return self._flat.packed

    @property
    def file(self) -> bytes:
        """The weights in full precision as a safetensors file."""
        return self._flat.file

    @property
    def _flat(self) -> FlatWeights:
        weights, arrangement = self.weights, self.structure.arrangement
        if isinstance(weights, FlatWeights) and weights.arrangement is arrangement:
            return weights
        return FlatWeights.of(arrangement, weights)

    @found_out
    def is_finite(self) -> bool:
        """Whether every weight is a finite number."""
        weights = self.weights
        if isinstance(weights, FlatWeights):
            return _is_finite(weights.packed)
        return all(_is_finite(each.numpy().reshape(-1)) for each in weights.values())

    @property
    def size_bytes(self) -> int:
        """Size of the weights as they travel [bytes]; `pack_model` adds a header of a few hundred bytes."""
        if not self.sparse:
            return _dense_bytes(self.structure.arrangement, self.bits)
        return sum(tensor_bytes(tensor.numpy(), self.bits, self.sparse) for tensor in self.weights.values())


@lru_cache(maxsize=256)
def _dense_bytes(arrangement: Arrangement, bits: Bits) -> int:
    return sum(shape_bytes(place.shape, bits) for place in arrangement.places.values())


def _is_finite(numbers: NDArray[np.float32]) -> bool:
    """Tell whether all numbers (n,) are finite: surely if the sum of their squares is, which takes less to find out."""
    return math.isfinite(np.vdot(numbers, numbers)) or bool(np.isfinite(numbers).all())


def tensor_of(values: NDArray[np.floating[Any]]) -> torch.Tensor:
    """Return values as a contiguous float32 tensor in torch's own memory, aligned as the bits of results rely on."""
    return torch.from_numpy(values).to(torch.float32).clone(memory_format=torch.contiguous_format)


def same_weights(a: Model, b: Model) -> bool:
    """Say whether two models have one structure and bit-identical weights (NaN equals the same NaN, 0 is not -0)."""
    return weights_digest({"": a}) == weights_digest({"": b})


def hash_model(digest: "hashlib._Hash", model: Model) -> None:
    """Feed a model's structure and the bytes of its weights to a hash, in canonical order."""
    digest.update(json.dumps(model.structure.specification(), sort_keys=True).encode() + b"\0")
    for tensor in model.weights.values():
        digest.update(tensor.numpy().tobytes())


def weights_digest(models: Mapping[str, Model]) -> str:
    """Return the SHA-256 [hex] of named models: names, structures and weights, in order of name."""
    digest = hashlib.sha256()
    for name in sorted(models):
        digest.update(json.dumps(name).encode() + b"\0")
        hash_model(digest, models[name])
    return digest.hexdigest()
