"""Packing tensors into the bytes that travel: the safetensors format, no pickle.

The bytes depend on the names, shapes and values alone, so equal tensors make equal packets.

    PackingError    what arrived is not what it should be; a ValueError
"""

from collections.abc import Mapping

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from .model import Bits, Model
from .structure import Structure


class PackingError(ValueError):
    """Bytes that do not unpack, or a model that does not pack, as they should."""


def pack(tensors: Mapping[str, torch.Tensor | NDArray[np.generic]]) -> bytes:
    """Return named tensors as the bytes of a safetensors file.

    Raises:
        PackingError: a tensor's type is one that safetensors does not carry.
    """
    try:
        return safetensors.numpy.save({name: _plain(tensor) for name, tensor in tensors.items()})
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise PackingError(f"these tensors do not pack: {error}") from error


def unpack(data: bytes, limit_bytes: int | None = None) -> dict[str, torch.Tensor]:
    """Return the tensors that were packed, in memory of their own.

    Raises:
        PackingError: the bytes are truncated, have something appended, exceed `limit_bytes`, or are no safetensors.
    """
    if limit_bytes is not None and len(data) > limit_bytes:
        raise PackingError(f"{len(data)} bytes arrived where at most {limit_bytes} are allowed")
    try:
        # safetensors gives views into one buffer; a copy of each is aligned, as numerics here rely on.
        return {name: tensor.clone() for name, tensor in safetensors.torch.load(bytes(data)).items()}
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise PackingError(f"{len(data)} bytes do not unpack as safetensors: {error}") from error


def pack_model(model: Model, bits: Bits | None = None) -> bytes:
    """Return a model's weights as bytes, in `bits` per weight; without it, in the model's own.

    Raises:
        PackingError: a weight would change on the way because float16 cannot carry it.
    """
    carried = torch.float16 if (bits or model.bits) == 16 else torch.float32
    tensors = {name: tensor.to(carried) for name, tensor in model.weights.items()}
    for name, tensor in tensors.items():
        if carried == torch.float16 and not torch.equal(tensor.float().nan_to_num(), model.weights[name].nan_to_num()):
            raise PackingError(f"{name} holds values that 16 bits cannot carry: pack scale_bits(model, 16)")
    return pack(tensors)


def unpack_model(data: bytes, structure: Structure) -> Model:
    """Return the model of this structure that was packed; its bits per weight are those it came in.

    Raises:
        PackingError: the bytes do not unpack, or are not the weights of this structure.
    """
    tensors = unpack(data)
    types = {tensor.dtype for tensor in tensors.values()}
    if types not in ({torch.float16}, {torch.float32}):
        raise PackingError(f"weights travel as float16 or float32, not {sorted(map(str, types))}")
    bits: Bits = 16 if types == {torch.float16} else 32
    try:
        return Model(structure, {name: tensor.to(torch.float32) for name, tensor in tensors.items()}, bits)
    except ValueError as error:
        raise PackingError(f"what arrived is not a model of {structure}: {error}") from error


def _plain(tensor: torch.Tensor | NDArray[np.generic]) -> NDArray[np.generic]:
    """Return a contiguous array: packing arrays takes a quarter of the time of packing tensors, to the same bytes."""
    array = tensor if isinstance(tensor, np.ndarray) else tensor.detach().numpy()
    return np.ascontiguousarray(array).reshape(array.shape)
