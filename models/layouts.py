"""Layouts: how the codes of one tensor lie in a packet, all of them or, of a sparse model, those that are not zero.

    dense    every code, in the tensor's shape (int4: two to a byte, the first in the lower half)
    mask     the codes that are not zero, in order, and one bit for each place
    places   the codes that are not zero, in order, and their places, in 2 bytes each, or 4 in a large tensor

Whatever is smallest is taken, in this order where equal.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .formats import Bits, Codes, Format, Integers, Values, format_of

Layout = Literal["dense", "mask", "places"]

MASK, PLACES, SCALES = ":mask", ":places", ":scale"


def lay_out(values: Values, bits: Bits, sparse: bool) -> dict[str, Codes]:
    """Return the arrays that a tensor travels as, by what follows its name.

    Values that the format cannot carry are rounded. bfloat16 is in them as uint16.
    """
    form = format_of(bits, values.shape)
    codes, scales = form.encode(values)
    kept = _not_zero(codes) if sparse else np.ones(0, np.bool_)
    layout = smallest(form, codes.size, int(kept.sum())) if sparse else "dense"
    arrays: dict[str, Codes] = {} if scales is None else {SCALES: scales}
    if layout == "mask":
        arrays[MASK] = np.packbits(kept, bitorder="little")
    elif layout == "places":
        arrays[PLACES] = np.flatnonzero(kept).astype(_place_type(codes.size))
    if layout != "dense":
        codes = codes[kept]
    arrays[""] = _two_to_a_byte(codes) if form.bits == 4 else codes
    if layout == "dense" and form.bits != 4:
        arrays[""] = codes.reshape(values.shape)
    return arrays


def take_up(arrays: Mapping[str, Codes], bits: Bits, shape: tuple[int, ...]) -> Values:
    """Return the tensor that was laid out.

    Raises:
        ValueError: the arrays do not fit each other or the shape.
    """
    form, size = format_of(bits, shape), math.prod(shape)
    if len(arrays) > 3 or (MASK in arrays and PLACES in arrays):
        raise ValueError(f"too many arrays for one tensor: {sorted(arrays)}")
    kept = _kept(arrays, size)
    count = size if kept is None else len(kept)
    codes = arrays[""]
    if codes.shape != ((math.ceil(count / 2),) if form.bits == 4 else shape if kept is None else (count,)):
        raise ValueError(f"{codes.shape} codes where {count} belong to a tensor {shape}")
    codes = _one_by_one(codes, count) if form.bits == 4 else codes.ravel()
    if isinstance(form, Integers) and codes.size and int(codes.min()) < -form.most:
        raise ValueError(f"a code below -{form.most}")
    if kept is not None:
        dense = np.zeros(size, codes.dtype)
        dense[kept] = codes
        codes = dense
    scales = arrays.get(SCALES)
    if (None if scales is None else scales.shape) != form.scales(shape):
        raise ValueError(f"the scales of a tensor {shape} do not fit it")
    return form.decode(codes, scales, shape)


def smallest(form: Format, size: int, kept: int) -> Layout:
    """Return the smallest layout of so many codes, of which some are not zero."""
    sizes = _sizes(form, size, kept)
    return min(sizes, key=lambda layout: sizes[layout])


def tensor_bytes(values: Values, bits: Bits, sparse: bool) -> int:
    """Return the size of a tensor as it travels [bytes]."""
    kept = int(_not_zero(np.ascontiguousarray(values).ravel()).sum()) if sparse else values.size
    return shape_bytes(values.shape, bits, kept if sparse else None)


def shape_bytes(shape: tuple[int, ...], bits: Bits, kept: int | None = None) -> int:
    """Return the size of a tensor of a shape as it travels [bytes], dense or with so many weights that are not zero."""
    form, size = format_of(bits, shape), math.prod(shape)
    codes = math.ceil(size * form.bits / 8) if kept is None else min(_sizes(form, size, kept).values())
    return codes + form.scale_bytes(shape)


def _sizes(form: Format, size: int, kept: int) -> dict[Layout, int]:
    codes = math.ceil(kept * form.bits / 8)
    return {
        "dense": math.ceil(size * form.bits / 8),
        "mask": codes + math.ceil(size / 8),
        "places": codes + kept * np.dtype(_place_type(size)).itemsize,
    }


def _place_type(size: int) -> type[np.unsignedinteger[Any]]:
    return np.uint16 if size <= 2**16 else np.uint32


def _not_zero(codes: Codes) -> NDArray[np.bool_]:
    """Say which codes have a bit set: -0 has."""
    whole: NDArray[np.bool_] = codes.view(f"u{codes.dtype.itemsize}") != 0
    return whole


def _kept(arrays: Mapping[str, Codes], size: int) -> NDArray[np.int64] | None:
    """Return the places of the codes in rising order, or None if they are dense."""
    if MASK in arrays:
        mask = arrays[MASK]
        bits = np.unpackbits(mask, bitorder="little") if mask.dtype == np.uint8 and mask.ndim == 1 else mask
        if len(mask) != math.ceil(size / 8) or bits[size:].any():
            raise ValueError(f"a mask of {mask.shape} for {size} weights")
        return np.flatnonzero(bits)
    if PLACES not in arrays:
        return None
    places = arrays[PLACES]
    if places.dtype != _place_type(size) or places.ndim != 1 or (places.size and int(places.max()) >= size):
        raise ValueError(f"places that {size} weights do not have")
    rising = places.astype(np.int64)
    if (np.diff(rising) <= 0).any():
        raise ValueError("places that do not rise")
    return rising


def _two_to_a_byte(codes: Codes) -> Codes:
    nibbles = (codes.astype(np.int16) & 15).astype(np.uint8)
    even = np.concatenate([nibbles, np.zeros(len(nibbles) % 2, np.uint8)])
    packed: Codes = even[::2] | even[1::2] << 4
    return packed


def _one_by_one(packed: Codes, count: int) -> Codes:
    nibbles = np.stack([packed & 15, packed >> 4], axis=1).ravel().astype(np.int8)
    if nibbles[count:].any():
        raise ValueError("something after the last code")
    return np.where(nibbles > 7, nibbles - 16, nibbles)[:count].astype(np.int8)
