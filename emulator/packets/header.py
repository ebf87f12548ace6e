"""The header of a packet as bytes: little-endian numbers of fixed width, then lists.

The size depends on what a packet carries, never on the digits of a number. docs/packet-format.md has the byte table.
Whatever bytes come in, `decode` takes memory and time in proportion to them and raises nothing but PacketError.
"""

import hashlib
import json
import math
import re
import struct
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from . import limits
from .errors import PacketError, RefuseReason
from .stamps import LayerUpdate, PacketKind, Performance, ScaleStamp

if TYPE_CHECKING:
    from .packet import ModelPacket

VERSION = 1
MAGIC = b"WFMP"
_CHECKSUM_BYTES = 16
_SIGNED = b"wayfare packet\0"

FIELDS = (
    ("magic", "4s"),
    ("version", "H"),
    ("kind", "B"),
    ("priority", "B"),
    ("header_bytes", "I"),
    ("packet", "Q"),
    ("model", "Q"),
    ("task", "I"),
    ("source", "i"),
    ("destination", "i"),
    ("sequence", "Q"),
    ("hop_count", "I"),
    ("hop_limit", "I"),
    ("fragment", "I"),
    ("fragments", "I"),
    ("deadline_s", "d"),
    ("performance.metric", "H"),
    ("performance.node", "i"),
    ("performance.value", "d"),
    ("performance.time_s", "d"),
    ("scale.width", "d"),
    ("scale.depth", "d"),
    ("scale.rank", "I"),
    ("scale.bits", "B"),
    ("scale.sparsity", "d"),
    ("count.specification", "I"),
    ("count.visited", "H"),
    ("count.lineage", "H"),
    ("count.updates", "H"),
    ("count.sought", "H"),
    ("count.seen", "H"),
    ("count.signature", "H"),
    ("payload_bytes", "Q"),
    ("checksum", f"{_CHECKSUM_BYTES}s"),
)
"""Name and `struct` form of every number of the fixed part, in order."""

LISTS = (
    ("specification", "s", limits.SPECIFICATION_BYTES_MAX),
    ("visited", "i", limits.VISITED_KEPT),
    ("lineage", "Q", limits.LINEAGE_KEPT),
    ("updates", "iQ", limits.UPDATES_MAX),
    ("sought", "H", limits.LABELS_MAX),
    ("seen", "I", limits.LABELS_MAX),
    ("signature", "s", limits.SIGNATURE_BYTES_MAX),
)
"""Name, form of an entry and most entries of every list that follows, in order."""

FIXED = struct.Struct("<" + "".join(form for _, form in FIELDS))
OFFSETS = {
    name: struct.calcsize("<" + "".join(form for _, form in FIELDS[:place])) for place, (name, _) in enumerate(FIELDS)
}
_HOPS, _HOPS_AT = struct.Struct("<I"), OFFSETS["hop_count"]
_HOPS_END, _HOPS_MAX = _HOPS_AT + _HOPS.size, 2**32 - 1
_CHECKSUM_AT = OFFSETS["checksum"]
_GROUPS = {"performance": Performance, "scale": ScaleStamp}
_ABOUT_BYTES = ("magic", "version", "header_bytes", "payload_bytes", "checksum")
_OF_PACKET = {
    name: attrgetter(name) for name, _ in FIELDS if name not in _ABOUT_BYTES and not name.startswith("count.")
}
# A text without an end matches too: else each quote in it would be tried for a beginning, in quadratic time.
_TEXT_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+.?|[\[\]{}]', re.DOTALL)
_STEPS = dict(zip(b"[]{}", (1, -1, 1, -1), strict=True))


def encode(packet: "ModelPacket") -> bytes:
    """Return the bytes that travel.

    Raises:
        PacketError: The packet is beyond a limit, or says what no packet may.
    """
    header = _header(packet)
    own = checksum(header, packet.payload)
    return b"".join((header[:_CHECKSUM_AT], own, header[_CHECKSUM_AT + _CHECKSUM_BYTES :], packet.payload))


def signed_part(packet: "ModelPacket") -> bytes:
    """Return what a signature covers: all of the header that does not change on the way, and the payload's BLAKE2b."""
    header = _header(replace(packet, hop_count=0, signature=b""))
    return _SIGNED + header + hashlib.blake2b(packet.payload).digest()


def decode(data: bytes) -> dict[str, Any]:
    """Return the fields of the packet that was encoded, by name.

    Raises:
        PacketError: The bytes are truncated, changed, too many, of another version, or no packet at all.
    """
    numbers = _fixed_part(data)
    view, end = memoryview(data), numbers["header_bytes"]
    if checksum(view[:end], view[end:]) != numbers["checksum"]:
        raise PacketError(RefuseReason.CORRUPTED, "the checksum does not match: the packet was changed on the way")
    fields: dict[str, Any] = {"payload": data[end:]}
    at = FIXED.size
    for name, form, _ in LISTS:
        layout = _layout(form, numbers[f"count.{name}"])
        fields[name] = _entries(form, layout.unpack_from(data, at))
        at += layout.size
    fields["specification"] = _specification(fields["specification"])
    if numbers["kind"] not in set(PacketKind):
        raise PacketError(RefuseReason.MALFORMED, f"packets of kind {numbers['kind']} are unknown")
    fields |= {name: numbers[name] for name in _OF_PACKET if "." not in name} | {"kind": PacketKind(numbers["kind"])}
    for group, values in _GROUPS.items():
        fields[group] = values(*(value for name, value in numbers.items() if name.startswith(f"{group}.")))
    _check(numbers, fields)
    return fields


def count_hop(data: bytes, hops: int) -> bytes:
    """Return a packet's bytes with the hop count that its way has brought it to; bytes that end before it stay."""
    if len(data) < _HOPS_END:
        return data
    return data[:_HOPS_AT] + _HOPS.pack(min(hops, _HOPS_MAX)) + data[_HOPS_END:]


def hops_of(data: bytes) -> int:
    """Return the hop count of a packet's bytes, 0 where they end before it."""
    return int(_HOPS.unpack_from(data, _HOPS_AT)[0]) if len(data) >= _HOPS_END else 0


def _fixed_part(data: bytes) -> dict[str, Any]:
    """Return the numbers of the fixed part, its announcements checked against what has arrived."""
    if data[:4] != MAGIC[: len(data)]:
        raise PacketError(RefuseReason.MALFORMED, f"{len(data)} bytes that do not begin as a model packet")
    if len(data) >= 6 and (version := int.from_bytes(data[4:6], "little")) != VERSION:
        message = f"packet version {version}; this node understands {VERSION}"
        raise PacketError(RefuseReason.WRONG_VERSION, message)
    if len(data) < FIXED.size:
        raise PacketError(RefuseReason.TRUNCATED, f"{len(data)} bytes, and a header has at least {FIXED.size}")
    numbers = dict(zip((name for name, _ in FIELDS), FIXED.unpack_from(data), strict=True))
    header_bytes, payload_bytes = numbers["header_bytes"], numbers["payload_bytes"]
    _check_counts(header_bytes, [numbers[f"count.{name}"] for name, _, _ in LISTS])
    if header_bytes + payload_bytes != len(data):
        reason = RefuseReason.TRUNCATED if header_bytes + payload_bytes > len(data) else RefuseReason.MALFORMED
        message = f"the header announces {header_bytes} + {payload_bytes} bytes, {len(data)} arrived"
        raise PacketError(reason, message)
    return numbers


def _check_counts(header_bytes: int, counts: list[int]) -> None:
    """Check that the lists keep to their limits, and that the header is as long as they make it."""
    for (name, _, most), count in zip(LISTS, counts, strict=True):
        if count > most:
            raise PacketError(RefuseReason.OVERSIZED, f"{count} entries of {name}, where {most} are allowed")
    if header_bytes > limits.HEADER_BYTES_MAX:
        message = f"a header of {header_bytes} bytes, where {limits.HEADER_BYTES_MAX} are allowed"
        raise PacketError(RefuseReason.OVERSIZED, message)
    sizes = [struct.calcsize(f"<{form}") for _, form, _ in LISTS]
    end = FIXED.size + sum(size * count for size, count in zip(sizes, counts, strict=True))
    if end != header_bytes:
        message = f"the header's lists end at {end}, its length says {header_bytes}"
        raise PacketError(RefuseReason.MALFORMED, message)


def _header(packet: "ModelPacket") -> bytes:
    """Return the header with zeros for the checksum."""
    lists = {name: getattr(packet, name) for name, _, _ in LISTS} | {"specification": _json(packet.specification)}
    try:
        body = b"".join(_packed(form, lists[name]) for name, form, _ in LISTS)
        numbers = {name: get(packet) for name, get in _OF_PACKET.items()} | {
            "magic": MAGIC,
            "version": VERSION,
            "header_bytes": FIXED.size + len(body),
            "payload_bytes": len(packet.payload),
            "checksum": bytes(_CHECKSUM_BYTES),
        }
        counts = [len(lists[name]) for name, _, _ in LISTS]
        _check_counts(numbers["header_bytes"], counts)
        numbers |= {f"count.{name}": count for (name, _, _), count in zip(LISTS, counts, strict=True)}
        header = FIXED.pack(*(numbers[name] for name, _ in FIELDS)) + body
    except struct.error as error:
        raise PacketError(RefuseReason.MALFORMED, f"packet {packet.packet} holds no such number: {error}") from error
    _check(numbers, lists)
    return header


def _check(numbers: dict[str, Any], lists: dict[str, Any]) -> None:
    """Check that the numbers say something that can be.

    Args:
        numbers: Of the fixed part.
        lists: Of these, ids of nodes.
    """
    named = [numbers[name] for name in ("source", "destination", "performance.node")]
    value, time_s = numbers["performance.value"], numbers["performance.time_s"]
    share, depth = numbers["scale.width"], numbers["scale.depth"]
    holds = {
        "ids of nodes start at 0, and -1 is nobody": min(named + [update[0] for update in lists["updates"]]) >= -1
        and min(lists["visited"], default=0) >= 0,
        "a fragment is one of a number": numbers["fragment"] < numbers["fragments"],
        "a deadline is a time, or infinite for none": numbers["deadline_s"] >= 0,
        "a performance is a number, at a time; not a number stands for none": not math.isinf(value)
        and (math.isnan(time_s) or 0 <= time_s < math.inf),
        "a scale is of finite shares": 0 < share < math.inf
        and 0 < depth < math.inf
        and 0 <= numbers["scale.sparsity"] <= 1,
    }
    for rule, held in holds.items():
        if not held:
            raise PacketError(RefuseReason.MALFORMED, f"the header makes no sense: {rule}")


def _json(specification: Any) -> bytes:
    """Return a specification in its one form: keys sorted, no spaces, ASCII."""
    try:
        return json.dumps(specification, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise PacketError(RefuseReason.MALFORMED, f"a specification that is no JSON: {error}") from error


def _specification(text: bytes) -> dict[str, Any]:
    """Return the specification that a text in its one form describes."""
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(text):
        depth += _STEPS.get(text[found.start()], 0)
        if depth > limits.NESTING_MAX:
            message = f"a specification nested deeper than {limits.NESTING_MAX}"
            raise PacketError(RefuseReason.OVERSIZED, message)
    try:
        described = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PacketError(RefuseReason.MALFORMED, f"the header cannot be understood: {error}") from error
    if not isinstance(described, dict) or _json(described) != text:
        raise PacketError(RefuseReason.MALFORMED, "the specification is no mapping, or not in its one form")
    return described


def checksum(header: bytes | memoryview, payload: bytes | memoryview) -> bytes:
    """Return the checksum of a packet, its own field and the hop count taken as zero."""
    digest = hashlib.blake2b(header[:_HOPS_AT], digest_size=_CHECKSUM_BYTES)
    digest.update(bytes(_HOPS.size))
    digest.update(header[_HOPS_END:_CHECKSUM_AT])
    digest.update(header[_CHECKSUM_AT + _CHECKSUM_BYTES :])
    digest.update(payload)
    return digest.digest()


def _layout(form: str, count: int) -> struct.Struct:
    return struct.Struct(f"<{count}{form}" if len(form) == 1 else "<" + form * count)


def _packed(form: str, entries: Any) -> bytes:
    if form == "s":
        return bytes(entries)
    flat = [value for entry in entries for value in entry] if len(form) > 1 else entries
    return _layout(form, len(entries)).pack(*flat)


def _entries(form: str, flat: tuple[Any, ...]) -> Any:
    if form == "s":
        return flat[0]
    return tuple(LayerUpdate(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)) if len(form) > 1 else flat
