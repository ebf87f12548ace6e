"""Forged packets: a node sends another what no honest node would. It shows what a gate is for."""

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt

from .packets import VERSION, ModelPacket, PacketKind, Payload
from .packets.header import FIELDS, FIXED, OFFSETS, checksum
from .packets.limits import SPECIFICATION_BYTES_MAX

Forgery = Literal[
    "truncated",
    "corrupted",
    "oversized",
    "wrong-version",
    "replayed",
    "hop-limit-exceeded",
    "unsigned",
    "bad-signature",
    "hostile",
    "mixed",
]


@dataclass(frozen=True, kw_only=True)
class Forged:
    """A node sends another forged packets, each made from the last one taken there, which it has overheard."""

    from_: Annotated[str, "The node that sends them."]
    to: Annotated[str, "The node that receives them."]
    forgery: Annotated[
        Forgery,
        "What is wrong with them: cut short, a bit changed, larger than the format allows, of another version, sent "
        "once more, past their hop limit, without a signature, with a wrong one, a header or payload that promises "
        "what cannot be; or each of these in turn.",
    ] = "mixed"
    interval_s: Annotated[float, "From one to the next.", Gt(0)]
    start_s: Annotated[float, "When the first is sent, if there was anything to overhear.", Ge(0)] = 0.0
    until_s: Annotated[float | None, "When it ends; without this it never does.", Gt(0)] = None

    def __post_init__(self) -> None:
        """Refuse a node that forges for itself, and an end before the beginning."""
        if self.from_ == self.to:
            raise ValueError(f"{self.from_!r} cannot send forged packets to itself")
        if self.until_s is not None and self.until_s <= self.start_s:
            raise ValueError("it ends before it begins: 'until' must be later than 'start'")

    def times_s(self) -> Iterator[float]:
        """Yield when one is sent [s]; nothing is random."""
        number = 0
        while self.until_s is None or self.start_s + number * self.interval_s < self.until_s:
            yield self.start_s + number * self.interval_s
            number += 1


class Forger:
    """Makes forged packets from what it overhears; what is random in them comes from its own generator."""

    def __init__(self, forgery: Forgery, rng: np.random.Generator) -> None:
        self._forms = tuple(FORGERIES) if forgery == "mixed" else (forgery,)
        self._rng = rng
        self._overheard = b""
        self._made = 0

    def overhear(self, data: bytes) -> None:
        """Keep the bytes of an honest packet, until there are newer ones."""
        self._overheard = data

    def forge(self) -> bytes:
        """Return the next forged packet; empty while there was nothing to overhear."""
        if not self._overheard:
            return b""
        form = self._forms[self._made % len(self._forms)]
        self._made += 1
        return FORGERIES[form](self._overheard, self._rng)


@dataclass(frozen=True)
class Forging:
    """A forger at work.

    Attributes:
        source: Id of the node that sends.
        target: Id of the node that receives.
        times_s: When [s], in order.
        forger: What makes them.
    """

    source: int
    target: int
    times_s: Iterator[float]
    forger: Forger


def rewrite(data: bytes, **numbers: float) -> bytes:
    """Return a packet with other numbers in its fixed part, and with a checksum that is right all the same."""
    forms = dict(FIELDS)
    changed = bytearray(data)
    for name, number in numbers.items():
        struct.pack_into(f"<{forms[name]}", changed, OFFSETS[name], number)
    header_bytes = int.from_bytes(data[OFFSETS["header_bytes"] :][:4], "little")
    right = checksum(bytes(changed[:header_bytes]), Payload(bytes(changed[header_bytes:])))
    changed[OFFSETS["checksum"] : FIXED.size] = right
    return bytes(changed)


def with_specification(data: bytes, text: bytes) -> bytes:
    """Return a packet with any text for its specification, and everything else as it should be."""
    empty = replace(_anew(data), specification={}).encode()
    changed = bytearray(empty[: FIXED.size] + text + empty[FIXED.size + 2 :])
    header_bytes = int.from_bytes(empty[OFFSETS["header_bytes"] :][:4], "little") + len(text) - 2
    struct.pack_into("<I", changed, OFFSETS["header_bytes"], header_bytes)
    return rewrite(bytes(changed), **{"count.specification": len(text)})


def _truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(1, len(data)))]


def _corrupted(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    changed[int(rng.integers(FIXED.size, len(data)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _oversized(data: bytes, _: np.random.Generator) -> bytes:
    return with_specification(data, b'{"a":"' + b"a" * SPECIFICATION_BYTES_MAX + b'"}')


def _hop_limit_exceeded(data: bytes, _: np.random.Generator) -> bytes:
    return rewrite(data, hop_count=2**32 - 1)  # nobody signs the count: every node on the way changes it


def _wrong_version(data: bytes, _: np.random.Generator) -> bytes:
    return rewrite(data, version=VERSION + 1)


def _replayed(data: bytes, _: np.random.Generator) -> bytes:
    return data


def _unsigned(data: bytes, rng: np.random.Generator) -> bytes:
    packet = ModelPacket.decode(data)
    return replace(packet, sequence=int(rng.integers(2**63)), signature=b"").encode()


def _bad_signature(data: bytes, rng: np.random.Generator) -> bytes:
    packet = ModelPacket.decode(data)
    return replace(packet, sequence=int(rng.integers(2**63)), signature=rng.bytes(64)).encode()


def _hostile(data: bytes, rng: np.random.Generator) -> bytes:
    forms = tuple(HOSTILE.values())
    return forms[int(rng.integers(len(forms)))](data)


def _with_payload(payload: bytes) -> Callable[[bytes], bytes]:
    return lambda data: replace(_anew(data), payload=payload).encode()


def _anew(data: bytes) -> ModelPacket:
    packet = ModelPacket.decode(data)
    return replace(packet, sequence=packet.sequence + 1)


def _tensors(table: Mapping[str, tuple[list[int], list[int]]], data: bytes = b"") -> bytes:
    """Return a safetensors payload with these shapes and extents, whatever is behind them."""
    entries = {
        name: {"dtype": "F32", "shape": shape, "data_offsets": extent} for name, (shape, extent) in table.items()
    }
    text = json.dumps(entries, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def _promising_layers(data: bytes) -> bytes:
    widths = {"family": "mlp", "widths": [2**31, 2**31, 2], "activation": "relu"}
    return replace(_anew(data), kind=PacketKind.MODEL, specification=widths).encode()


def _nested(data: bytes) -> bytes:
    return with_specification(data, b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}")


def _many_tensors(data: bytes) -> bytes:
    payload = _tensors({f"{number}": ([0], [0, 0]) for number in range(20_000)})
    return replace(_anew(data), payload=payload).encode()


def _not_numbers(data: bytes) -> bytes:
    packet = _anew(data)
    table_end = 8 + int.from_bytes(packet.payload[:8], "little")
    return replace(packet, payload=packet.payload[:table_end] + b"\xff" * (len(packet.payload) - table_end)).encode()


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "promises 10^12 weights": _with_payload(_tensors({"layer1.weight": ([10**12], [0, 4 * 10**12])}, b"1234")),
    "promises 10^12 empty rows": _with_payload(_tensors({"layer1.weight": ([10**12, 0], [0, 0])})),
    "promises a list of 2^63 bytes": _with_payload(struct.pack("<Q", 2**63) + b"{}"),
    "promises one tensor twice": _with_payload(_tensors({"a": ([1], [0, 4]), "b": ([1], [0, 4])}, b"1234")),
    "promises 20,000 tensors of nothing": _many_tensors,
    "promises layers of 2^31": _promising_layers,
    "promises 10^12 bytes": lambda data: rewrite(data, payload_bytes=10**12),
    "promises 2^32 letters": lambda data: rewrite(data, **{"count.specification": 2**32 - 1}),
    "nests a thousand lists": _nested,
    "has a deadline that is no number": lambda data: rewrite(data, deadline_s=float("nan")),
    "comes from nobody": lambda data: rewrite(data, source=-5),
    "carries what is no number": _not_numbers,
}
"""What is hostile about a packet, and how it is made from an honest one."""

FORGERIES: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "truncated": _truncated,
    "corrupted": _corrupted,
    "oversized": _oversized,
    "wrong-version": _wrong_version,
    "replayed": _replayed,
    "hop-limit-exceeded": _hop_limit_exceeded,
    "unsigned": _unsigned,
    "bad-signature": _bad_signature,
    "hostile": _hostile,
}
