"""Formats: the numbers of few bits that weights travel as. What a format can carry, it carries exactly.

    32             float32
    16             float16, limited to +-65504
    "bf16"         bfloat16: the range of float32 in 8 significant bits
    8              int8 times a scale (float32) for each row of a matrix: a unit or channel
    "int8-tensor"  int8 times one scale for the whole tensor
    4              int4 times a scale (bfloat16) for each 32 weights in order

The integers are symmetric, from -127 to 127 and from -7 to 7; blocks of weights with a scale each are those of Dettmers
and Zettlemoyer 2023 (arXiv 2212.09720). A scale is the block's largest magnitude over 127 or 7, rounded up to 11 or 8
significant bits. So integer times scale is an exact float32, the largest weight is always 127 or 7 scales, and the
scale can be found again in the values. Vectors, which are few and sensitive, are float16 beside integers.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Bits = Literal[4, 8, 16, 32, "bf16", "int8-tensor"]
Values = NDArray[np.float32]
Codes = NDArray[Any]

_LEAST = 2.0**-100  # below this a block is zero, so that scales are ordinary numbers


class Format(ABC):
    """How values become codes, one for each, and scales, one for each block.

    Attributes:
        bits: of one code.
        name: of the codes' type, as safetensors has it.
        limit: largest magnitude that a value is rounded to.
    """

    bits: int
    name: str
    limit: float

    @abstractmethod
    def encode(self, values: Values) -> tuple[Codes, Values | None]:
        """Return the flat codes nearest to values, and the scales if there are any."""

    @abstractmethod
    def decode(self, codes: Codes, scales: Values | None, shape: tuple[int, ...]) -> Values:
        """Return the values that codes and scales stand for."""

    def scales(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the shape of the scales of a tensor, or None if there are none."""
        return None

    def scale_bytes(self, shape: tuple[int, ...]) -> int:
        """Return the size of the scales of a tensor [bytes]."""
        return 0

    def nearest(self, values: Values) -> Values:
        """Return the nearest values that the format can carry."""
        return self.decode(*self.encode(values.clip(-self.limit, self.limit)), values.shape)


class Float32(Format):
    """Every value as it is."""

    bits, name, limit = 32, "F32", math.inf

    def encode(self, values: Values) -> tuple[Codes, None]:
        """Return the values."""
        return values.ravel(), None

    def decode(self, codes: Codes, scales: Values | None, shape: tuple[int, ...]) -> Values:
        """Return the codes."""
        return codes.astype(np.float32, copy=False).reshape(shape)


class Float16(Float32):
    """IEEE half precision."""

    bits, name, limit = 16, "F16", 65504.0

    def encode(self, values: Values) -> tuple[Codes, None]:
        """Return the nearest float16 numbers; beyond the limit, infinity."""
        with np.errstate(over="ignore"):
            return values.astype(np.float16).ravel(), None


class BFloat16(Format):
    """The upper half of a float32, as uint16, for NumPy has no such type."""

    bits, name, limit = 16, "BF16", float.fromhex("0x1.fep127")

    def encode(self, values: Values) -> tuple[Codes, None]:
        """Return the nearest bfloat16 numbers, ties to even; beyond the limit, infinity."""
        flat = np.ascontiguousarray(values).ravel()
        pattern = flat.view(np.uint32)
        rounded = pattern + np.uint32(0x7FFF) + (pattern >> 16 & np.uint32(1))
        return np.where(np.isnan(flat), 0x7FC0, rounded >> 16).astype(np.uint16), None

    def decode(self, codes: Codes, scales: Values | None, shape: tuple[int, ...]) -> Values:
        """Return the numbers as float32."""
        return (codes.astype(np.uint32) << 16).view(np.float32).reshape(shape)


@dataclass(frozen=True)
class Integers(Format):
    """Whole numbers times a scale for each block.

    Attributes:
        bits: of one number.
        name: of the codes' type; int4 travels two to a byte.
        most: the largest number.
        significant: bits of a scale.
        block: what has a scale of its own: each row, the whole tensor, or so many weights in order.
        limit: largest magnitude that a value is rounded to.
    """

    bits: int
    name: str
    most: int
    significant: int
    block: Literal["row", "tensor"] | int
    limit: float = 2.0**127

    def scales(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the scales: one number, or one for each block."""
        if self.block == "tensor":
            return ()
        return (shape[0] if self.block == "row" else math.ceil(math.prod(shape) / self.block),)

    def scale_bytes(self, shape: tuple[int, ...]) -> int:
        """Return the size of the scales of a tensor [bytes]: float32, or bfloat16 for blocks."""
        return math.prod(self.scales(shape)) * (2 if isinstance(self.block, int) else 4)

    def encode(self, values: Values) -> tuple[Codes, Values]:
        """Return the nearest multiples of the blocks' scales; a block with something that is no number is all NaN."""
        blocks = self._blocks(values.astype(np.float64).clip(-self.limit, self.limit))
        largest = np.abs(blocks).max(axis=1, initial=0.0)
        mantissa, exponent = np.frexp(np.where(largest < _LEAST, 0.0, largest) / self.most)
        scales = np.ldexp(np.ceil(np.ldexp(mantissa, self.significant)), exponent - self.significant)
        codes = np.zeros_like(blocks)
        np.divide(blocks, scales[:, None], out=codes, where=scales[:, None] > 0)
        flat = np.rint(codes).astype(np.int8).ravel()[: values.size]
        return flat, scales.astype(np.float32).reshape(self.scales(values.shape))

    def decode(self, codes: Codes, scales: Values | None, shape: tuple[int, ...]) -> Values:
        """Return the numbers times their scales."""
        assert scales is not None
        with np.errstate(over="ignore"):  # who sends such scales is refused for what is not finite
            values = self._blocks(codes.astype(np.float32).reshape(shape)) * scales.reshape(-1, 1)
        return values.ravel()[: codes.size].reshape(shape).astype(np.float32)

    def _blocks(self, values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Return the values with a row for each block, filled up with zeros."""
        if not isinstance(self.block, int):
            return values.reshape(math.prod(self.scales(values.shape)), -1)
        missing = -values.size % self.block
        return np.concatenate([values.ravel(), np.zeros(missing, values.dtype)]).reshape(-1, self.block)


FORMATS: Mapping[Bits, Format] = {
    32: Float32(),
    16: Float16(),
    "bf16": BFloat16(),
    8: Integers(8, "I8", 127, 11, "row"),
    "int8-tensor": Integers(8, "I8", 127, 11, "tensor"),
    4: Integers(4, "U8", 7, 8, 32),
}


def format_of(bits: Bits, shape: tuple[int, ...]) -> Format:
    """Return the format that a tensor of a shape travels in, in a model of so many bits."""
    chosen = FORMATS[bits]
    return FORMATS[16] if isinstance(chosen, Integers) and len(shape) < 2 else chosen
