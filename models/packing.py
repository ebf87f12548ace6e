"""Packing tensors into the bytes that travel: the safetensors format, no pickle.

The bytes depend on the names, shapes and values alone, so equal tensors make equal packets. A model is a tensor of
codes for each weight tensor, by its name; `:scale` after the name are its scales, `:mask` or `:places` say where the
codes of a sparse one belong (`formats.py`, `layouts.py`). The types of the codes tell the bits.

    PackingError    what arrived is not what it should be; a ValueError
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from .flat_weights import FlatWeights
from .formats import FORMATS, Bits, Codes, Values, format_of
from .layouts import MASK, PLACES, SCALES, lay_out, take_up
from .model import Model, tensor_of
from .structure import Structure

_BITS: Mapping[torch.dtype, Bits] = {torch.float32: 32, torch.float16: 16, torch.bfloat16: "bf16", torch.uint8: 4}
_NUMPY = {"F32": np.float32, "F16": np.float16, "I8": np.int8, "U8": np.uint8}
_INTEGER_BITS = (4, 8, "int8-tensor")
_MOST_WEIGHTS_PER_BYTE = 1000


class PackingError(ValueError):
    """Bytes that do not unpack, or a model that does not pack, as they should."""


def pack(tensors: Mapping[str, torch.Tensor | NDArray[np.generic]]) -> bytes:
    """Return named tensors as the bytes of a safetensors file.

    Raises:
        PackingError: a tensor's type is one that safetensors does not carry.
    """
    try:
        if any(isinstance(tensor, torch.Tensor) and tensor.dtype == torch.bfloat16 for tensor in tensors.values()):
            return safetensors.torch.save({name: _tensor(tensor) for name, tensor in tensors.items()})
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
        PackingError: a weight would change on the way because the format cannot carry it.
    """
    bits = bits or model.bits
    if bits == 32 and not model.sparse:
        return model.file
    packed: dict[str, torch.Tensor | Codes] = {}
    for name, tensor in model.weights.items():
        arrays = lay_out(tensor.numpy(), bits, model.sparse)
        if bits != 32 and not _same(take_up(arrays, bits, tuple(tensor.shape)), tensor.numpy()):
            raise PackingError(f"{name} holds values that {bits!r} bits cannot carry: pack scale_bits(model, {bits!r})")
        packed |= {name + part: _typed(part, array, bits, tensor.ndim) for part, array in arrays.items()}
    return pack(packed)


def unpack_model(data: bytes, structure: Structure) -> Model:
    """Return the model of this structure that was packed; its bits per weight are those it came in.

    Raises:
        PackingError: the bytes do not unpack, or are not the weights of this structure as `pack_model` packs them.
    """
    if is_dense(data, structure):
        return Model(structure, FlatWeights(structure.arrangement, data))
    tensors = unpack(data)
    # A sparse tensor promises more weights than it has bytes: no sparsity that there is leaves so few.
    if structure.parameters > _MOST_WEIGHTS_PER_BYTE * len(data):
        raise PackingError(f"{len(data)} bytes cannot be the {structure.parameters} weights of {structure}")
    try:
        bits = _bits_of(tensors, structure)
        sparse = any(name.endswith((MASK, PLACES)) for name in tensors)
        arrays = {name: _array(tensor) for name, tensor in tensors.items()}
        weights = {name: tensor_of(_take_up(arrays, name, shape, bits)) for name, shape in structure.shapes.items()}
        if arrays:
            raise ValueError(f"it holds {', '.join(sorted(arrays))} too")
        model = Model(structure, weights, bits, sparse)
    except (ValueError, KeyError) as error:
        raise PackingError(f"what arrived is not a model of {structure}: {error}") from error
    if (sparse or bits in _INTEGER_BITS) and pack_model(model) != data:
        raise PackingError(f"what arrived is a model of {structure} in another form than it is packed in")
    return model


def is_dense(data: bytes, structure: Structure) -> bool:
    """Say whether bytes are a model of a structure, packed with all its weights as float32."""
    arrangement = structure.arrangement
    return len(data) == arrangement.file_bytes and data.startswith(arrangement.head)


def _same(one: Values, other: Values) -> bool:
    """Say whether values are equal, NaN to NaN; that NaN is seldom makes it worth asking twice."""
    return np.array_equal(one, other) or np.array_equal(one, other, equal_nan=True)


def _bits_of(tensors: Mapping[str, torch.Tensor], structure: Structure) -> Bits:
    """Return the bits that a model arrived in, by the type of its first matrix; any wrong one fails later."""
    shapes = structure.shapes
    first = next((name for name, shape in shapes.items() if len(shape) > 1), next(iter(shapes)))
    kind, scaled = tensors[first].dtype, tensors.get(first + SCALES)
    if kind == torch.int8 and scaled is not None:
        return 8 if scaled.ndim else "int8-tensor"
    if kind not in _BITS:
        raise ValueError(f"weights travel as {', '.join(map(str, _BITS))} or int8 with scales, not {kind}")
    return _BITS[kind]


def _take_up(arrays: dict[str, Codes], name: str, shape: tuple[int, ...], bits: Bits) -> Values:
    """Take a tensor's arrays out of all, and return the tensor."""
    parts = {part: arrays.pop(name + part) for part in ("", SCALES, MASK, PLACES) if name + part in arrays}
    stored = {part: _stored(part, bits, len(shape)) for part in parts if part in ("", SCALES)}
    for part, kind in stored.items():
        if parts[part].dtype != kind:
            raise ValueError(f"{name}{part} is {parts[part].dtype}, not {kind}")
    if SCALES in parts and bits == 4:
        parts[SCALES] = FORMATS["bf16"].decode(parts[SCALES], None, parts[SCALES].shape)
    return take_up(parts, bits, shape)


def _stored(part: str, bits: Bits, dimensions: int) -> np.dtype[Any]:
    """Return the type of a part's array; bfloat16 is uint16."""
    if part == SCALES:
        return np.dtype(np.uint16 if bits == 4 else np.float32)
    name = format_of(bits, (1,) * dimensions).name
    return np.dtype("uint16" if name == "BF16" else _NUMPY[name])


def _typed(part: str, array: Codes, bits: Bits, dimensions: int) -> torch.Tensor | Codes:
    """Return an array as the type that it is packed in: bfloat16 where it is meant."""
    if part == SCALES and bits == 4:
        array = FORMATS["bf16"].encode(array)[0]
    elif part or format_of(bits, (1,) * dimensions).name != "BF16":
        return array
    return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)


def _array(tensor: torch.Tensor) -> Codes:
    return tensor.view(torch.int16).numpy().view(np.uint16) if tensor.dtype == torch.bfloat16 else tensor.numpy()


def _plain(tensor: torch.Tensor | NDArray[np.generic]) -> NDArray[np.generic]:
    """Return a contiguous array: packing arrays takes a quarter of the time of packing tensors, to the same bytes."""
    array = tensor if isinstance(tensor, np.ndarray) else tensor.detach().numpy()
    return np.ascontiguousarray(array).reshape(array.shape)


def _tensor(tensor: torch.Tensor | NDArray[np.generic]) -> torch.Tensor:
    """Return a contiguous tensor: NumPy has no bfloat16."""
    return torch.from_numpy(np.ascontiguousarray(tensor)) if isinstance(tensor, np.ndarray) else tensor.contiguous()
