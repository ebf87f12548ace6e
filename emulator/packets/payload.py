"""The payload of a packet, and what it promises, checked before anything is made of it.

safetensors itself (0.8) keeps tensors within the payload and apart from each other. It also reads half a million empty
tensors, which take 6 s and 1 GB, and hands out one of 10^12 x 0 elements; the limits here refuse both.
"""

import hashlib
import json
import math
import re
import struct
from typing import TYPE_CHECKING

from wayfare.models.found_out import found_out

from . import limits
from .errors import PacketError, RefuseReason

if TYPE_CHECKING:
    from wayfare.models.model import Model

WIDTHS = (
    dict.fromkeys(("F64", "I64"), 8)
    | dict.fromkeys(("F32", "I32", "U32"), 4)
    | dict.fromkeys(("F16", "BF16", "I16", "U16"), 2)
    | dict.fromkeys(("I8", "U8"), 1)
)
"""Bytes of an element, by the types that a packet may carry."""

_LENGTH = struct.Struct("<Q")
_TEXT = rb'"(?:[^"\\]|\\.)*+"'
_TENSOR = re.compile(
    rb"(" + _TEXT + rb'):\{"dtype":"(\w{1,8})","shape":\[((?:\d{1,15}(?:,\d{1,15})*+)?)\],'
    rb'"data_offsets":\[(\d{1,15}),(\d{1,15})\]\}'
)


class Payload:
    """The bytes of a payload, with what was found out about them, which is true of them for good.

    A payload that goes to many nodes is one object in the emulator, so each of them need not find it out again. The
    model inside is one object for all of them too: who changed its tensors in place would change it for all. A copy for
    each node costs about as much as to unpack it anew, and makes every node's model another one to the observer, who
    would measure each. So it is a law instead (`laws.models_are_values`): a model knows torch's own count of the
    changes of its tensors, which is looked at wherever a node or the observer takes one up (2 us for an MLP, where a
    copy takes 50), and a run in which it has moved ends. What writes past torch, through NumPy, is not seen.

    A model may be a view of the bytes. So these know nothing of what was found out: it would be a cycle through an
    array, which Python's collector does not see.

    Attributes:
        data: The bytes.
        models: The model inside, by the specification that somebody read it with, where that proved right.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.models: dict[bytes, Model] = {}

    @found_out
    def digest(self) -> bytes:
        """Return the SHA-256, for which processors have instructions: it takes half of the time of BLAKE2b."""
        return hashlib.sha256(self.data).digest()


def check_tensors(payload: bytes) -> None:
    """Check that the tensors a payload announces are there: known types, no gap, no overlap, no end beyond the payload.

    Their list must stand as the safetensors library writes it, without metadata.

    Raises:
        PacketError: It is not so, or they are more or larger than a packet may hold.
    """
    if len(payload) < _LENGTH.size:
        raise PacketError(RefuseReason.MALFORMED, f"a payload of {len(payload)} bytes is no safetensors")
    (table_bytes,) = _LENGTH.unpack_from(payload)
    if table_bytes > limits.TABLE_BYTES_MAX:
        message = f"a list of tensors of {table_bytes} bytes, where {limits.TABLE_BYTES_MAX} are allowed"
        raise PacketError(RefuseReason.OVERSIZED, message)
    data_bytes = len(payload) - _LENGTH.size - table_bytes
    if data_bytes < 0:
        message = f"a payload of {len(payload)} bytes announces {table_bytes} for the list of its tensors"
        raise PacketError(RefuseReason.MALFORMED, message)
    end = 0
    for begin, end_there, size in sorted(_extents(payload[_LENGTH.size :][:table_bytes], data_bytes)):
        if begin != end or end_there - begin != size:
            message = f"a tensor of {size} bytes lies from {begin} to {end_there}, and the one before ends at {end}"
            raise PacketError(RefuseReason.MALFORMED, message)
        end = end_there
    if end != data_bytes:
        raise PacketError(RefuseReason.MALFORMED, f"the tensors end at byte {end} of {data_bytes}")


def _extents(table: bytes, data_bytes: int) -> list[tuple[int, int, int]]:
    """Return first byte, end and size of each tensor [bytes]."""
    text, extents, names = table.rstrip(b" "), [], set()
    at = 1
    while entry := _TENSOR.match(text, at):
        name, kind, shape, begin, end = entry.groups()
        names.add(name)
        extents.append((int(begin), int(end), _size(kind.decode(), shape, data_bytes)))
        at = entry.end()
        if text[at : at + 1] != b",":
            break
        at += 1
        if len(extents) > limits.TENSORS_MAX:
            raise PacketError(RefuseReason.OVERSIZED, f"more than {limits.TENSORS_MAX} tensors")
    if text[:1] != b"{" or text[at:] != b"}" or len(names) != len(extents) or not _readable(names):
        raise PacketError(RefuseReason.MALFORMED, f"the list of tensors cannot be understood at its byte {at}")
    return extents


def _size(kind: str, shape: bytes, data_bytes: int) -> int:
    """Return the size of a tensor [bytes], none of whose dimensions can be more than what has arrived."""
    sides = [int(side) for side in shape.split(b",")] if shape else []
    if kind not in WIDTHS:
        raise PacketError(RefuseReason.MALFORMED, f"a tensor of type {kind}; a packet may carry {', '.join(WIDTHS)}")
    if len(sides) > limits.DIMENSIONS_MAX:
        message = f"a tensor of {len(sides)} dimensions, where {limits.DIMENSIONS_MAX} are allowed"
        raise PacketError(RefuseReason.OVERSIZED, message)
    if math.prod([side or 1 for side in sides]) * WIDTHS[kind] > max(data_bytes, limits.EMPTY_BYTES_MAX):
        message = f"a tensor of shape {sides} is promised in {data_bytes} bytes"
        raise PacketError(RefuseReason.MALFORMED, message)
    return math.prod(sides) * WIDTHS[kind]


def _readable(names: set[bytes]) -> bool:
    """Return whether names are the text they should be."""
    try:
        return all(isinstance(json.loads(name), str) for name in names)
    except ValueError:
        return False
