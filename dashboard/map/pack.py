"""What the map is sent: a header in JSON and arrays of numbers, in one piece of bytes.

The layout, little-endian throughout: the four bytes ``WFT1``; the length of the header [bytes] as an unsigned 32-bit
integer; the header, JSON in UTF-8, padded with spaces so that what follows begins at a multiple of eight; the arrays,
each padded with zeros to a multiple of eight. The header is an object; its key ``arrays`` says for each array its
``name``, its ``type`` (``u1``, ``i4``, ``f4`` or ``f8``), where it begins after the header (``at``, bytes) and how
many numbers it has.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"WFT1"
TYPES = ("u1", "i4", "f4", "f8")


def pack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return facts and arrays in one piece.

    Raises:
        ValueError: An array has another type, or a fact is no JSON value.
    """
    listed, pieces, at = [], [], 0
    for name, array in arrays.items():
        kind = array.dtype.str[1:]
        if kind not in TYPES:
            raise ValueError(f"{name} is of type {array.dtype}, expected one of {', '.join(TYPES)}")
        content = np.ascontiguousarray(array, dtype=f"<{kind}").tobytes()
        listed.append({"name": name, "type": kind, "at": at, "count": array.size})
        pieces.append(content + bytes(-len(content) % 8))
        at += len(pieces[-1])
    header = json.dumps({**facts, "arrays": listed}, allow_nan=False, ensure_ascii=True, separators=(",", ":")).encode()
    header += b" " * (-(len(header) + 8) % 8)
    return b"".join((MAGIC, len(header).to_bytes(4, "little"), header, *pieces))


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the facts and the arrays of a piece.

    Raises:
        ValueError: It is none.
    """
    if content[:4] != MAGIC:
        raise ValueError(f"begins with {content[:4]!r}, expected {MAGIC!r}")
    start = 8 + int.from_bytes(content[4:8], "little")
    facts: dict[str, Any] = json.loads(content[8:start])
    arrays = {
        each["name"]: np.frombuffer(content, f"<{each['type']}", each["count"], start + each["at"])
        for each in facts.pop("arrays")
    }
    return facts, arrays
