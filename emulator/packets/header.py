"""The header of a packet as bytes: little-endian numbers of fixed width, then lists.

The size depends on what a packet carries, never on the digits of a number. docs/packet-format.md has the byte table.
Whatever bytes come in, `decode` takes memory and time in proportion to them and raises nothing but PacketError.
"""

import hashlib
import json
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter, itemgetter, mul
from typing import TYPE_CHECKING, Any, NamedTuple

from . import limits
from .errors import PacketError, RefuseReason
from .letter import Letter
from .payload import Payload
from .stamps import LayerUpdate, PacketKind, Performance, ScaleStamp

if TYPE_CHECKING:
    from .packet import ModelPacket

VERSION = 3
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
_NAMES = tuple(name for name, _ in FIELDS)
_ABOUT_BYTES = ("magic", "version", "header_bytes", "payload_bytes", "checksum")
_OF_PACKET = tuple(name for name in _NAMES if name not in _ABOUT_BYTES and not name.startswith("count."))
_PLAIN = tuple(name for name in _OF_PACKET if "." not in name)
_GROUPS = {
    group: (values, itemgetter(*(name for name in _OF_PACKET if name.startswith(f"{group}."))))
    for group, values in (("performance", Performance), ("scale", ScaleStamp))
}
_CHECKED = (
    "source",
    "destination",
    "performance.node",
    "fragment",
    "fragments",
    "deadline_s",
    "performance.value",
    "performance.time_s",
    "scale.width",
    "scale.depth",
    "scale.sparsity",
)
_numbers_of, _lists_of = attrgetter(*_OF_PACKET), attrgetter(*(name for name, _, _ in LISTS[1:]))
_checked_in, _checked_of = itemgetter(*_CHECKED), itemgetter(*map(_OF_PACKET.index, _CHECKED))
_plain_in, _counts_in = itemgetter(*_PLAIN), itemgetter(*(f"count.{name}" for name, _, _ in LISTS))
_NO_CHECKSUM = bytes(_CHECKSUM_BYTES)
_FLAT: Sequence[Callable[[Any], Iterable[Any]]] = [
    (lambda text: (bytes(text),)) if form == "s" else chain.from_iterable if len(form) > 1 else iter
    for _, form, _ in LISTS
]
"""What `struct` packs of the entries of each list."""

_IDS = "ids of nodes start at 0, and -1 is nobody"
_NOTHING: Mapping[str, Any] = {form: b"" if form == "s" else () for _, form, _ in LISTS}
_ENTRY_BYTES = tuple(struct.calcsize(f"<{form}") for _, form, _ in LISTS)
_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
# A text without an end matches too: else each quote in it would be tried for a beginning, in quadratic time.
_TEXT_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+.?|[\[\]{}]', re.DOTALL)
_STEPS = dict(zip(b"[]{}", (1, -1, 1, -1), strict=True))


class Listed(NamedTuple):
    """The lists of a packet as they travel: how many entries each has, and all of them."""

    counts: tuple[int, ...]
    body: bytes


def seal(packet: "ModelPacket") -> Letter:
    """Return the bytes that travel, header and payload apart.

    Raises:
        PacketError: The packet is beyond a limit, or says what no packet may.
    """
    header, payload = _header(packet), packet.known
    own = checksum(header, payload)
    return Letter.of_sealed(packet, header[:_CHECKSUM_AT] + own + header[_CHECKSUM_AT + _CHECKSUM_BYTES :], payload)


def size_of(packet: "ModelPacket") -> int:
    """Return how many bytes travel.

    Raises:
        PacketError: The packet is beyond a limit, or says what no packet may.
    """
    return len(_header(packet)) + len(packet.payload)


def signed_part(packet: "ModelPacket") -> bytes:
    """Return what a signature covers: all of the header that does not change on the way, and the payload's SHA-256."""
    header = _header(packet.but(hop_count=0, signature=b""))
    return _SIGNED + header + packet.known.digest


def decode(letter: bytes | Letter) -> dict[str, Any]:
    """Return the fields of the packet that was sealed, by name.

    Raises:
        PacketError: The bytes are truncated, changed, too many, of another version, or no packet at all.
    """
    if isinstance(letter, Letter):
        numbers = _fixed_part(letter.header, letter.size_bytes)
        header, payload = letter.header, letter.payload
    else:
        numbers = _fixed_part(letter, len(letter))
        header, payload = letter[: numbers["header_bytes"]], Payload(letter[numbers["header_bytes"] :])
    if checksum(header, payload) != numbers["checksum"]:
        raise PacketError(RefuseReason.CORRUPTED, "the checksum does not match: the packet was changed on the way")
    fields: dict[str, Any] = dict(zip(_PLAIN, _plain_in(numbers), strict=True))
    fields["payload"], fields["known"], at = payload.data, payload, FIXED.size
    for (name, form, _), entry_bytes, count in zip(LISTS, _ENTRY_BYTES, _counts_in(numbers), strict=True):
        fields[name] = _entries(form, count, header, at) if count else _NOTHING[form]
        at += entry_bytes * count
    fields["specification_text"] = fields["specification"]
    fields["specification"] = json.loads(_in_form(fields["specification_text"]))
    try:
        fields["kind"] = PacketKind(numbers["kind"])
    except ValueError:
        raise PacketError(RefuseReason.MALFORMED, f"packets of kind {numbers['kind']} are unknown") from None
    for group, (values, numbers_in) in _GROUPS.items():
        fields[group] = values(*numbers_in(numbers))
    _check(_checked_in(numbers))
    _check_ids(fields["visited"], fields["updates"])
    return fields


def count_hop(data: bytes, hops: int) -> bytes:
    """Return a packet's bytes with the hop count that its way has brought it to; bytes that end before it stay."""
    if len(data) < _HOPS_END:
        return data
    return data[:_HOPS_AT] + _HOPS.pack(min(hops, _HOPS_MAX)) + data[_HOPS_END:]


def hops_of(data: bytes) -> int:
    """Return the hop count of a packet's bytes, 0 where they end before it."""
    return int(_HOPS.unpack_from(data, _HOPS_AT)[0]) if len(data) >= _HOPS_END else 0


def _fixed_part(data: bytes, arrived_bytes: int) -> dict[str, Any]:
    """Return the numbers of the fixed part, its announcements checked against how much has arrived."""
    if data[:4] != MAGIC[: len(data)]:
        raise PacketError(RefuseReason.MALFORMED, f"{len(data)} bytes that do not begin as a model packet")
    if len(data) >= 6 and (version := int.from_bytes(data[4:6], "little")) != VERSION:
        message = f"packet version {version}; this node understands {VERSION}"
        raise PacketError(RefuseReason.WRONG_VERSION, message)
    if len(data) < FIXED.size:
        raise PacketError(RefuseReason.TRUNCATED, f"{len(data)} bytes, and a header has at least {FIXED.size}")
    numbers = dict(zip(_NAMES, FIXED.unpack_from(data), strict=True))
    header_bytes, payload_bytes = numbers["header_bytes"], numbers["payload_bytes"]
    _check_counts(header_bytes, _counts_in(numbers))
    if header_bytes + payload_bytes != arrived_bytes:
        reason = RefuseReason.TRUNCATED if header_bytes + payload_bytes > arrived_bytes else RefuseReason.MALFORMED
        message = f"the header announces {header_bytes} + {payload_bytes} bytes, {arrived_bytes} arrived"
        raise PacketError(reason, message)
    return numbers


def _check_counts(header_bytes: int, counts: Sequence[int]) -> None:
    """Check that the lists keep to their limits, and that the header is as long as they make it."""
    for (name, _, most), count in zip(LISTS, counts, strict=True):
        if count > most:
            raise PacketError(RefuseReason.OVERSIZED, f"{count} entries of {name}, where {most} are allowed")
    if header_bytes > limits.HEADER_BYTES_MAX:
        message = f"a header of {header_bytes} bytes, where {limits.HEADER_BYTES_MAX} are allowed"
        raise PacketError(RefuseReason.OVERSIZED, message)
    end = FIXED.size + sum(map(mul, _ENTRY_BYTES, counts))
    if end != header_bytes:
        message = f"the header's lists end at {end}, its length says {header_bytes}"
        raise PacketError(RefuseReason.MALFORMED, message)


def listed(packet: "ModelPacket") -> Listed:
    """Return the lists of a packet as they travel.

    Raises:
        PacketError: One is beyond a limit, or says what no packet may.
    """
    lists = (packet.specification_text, *_lists_of(packet))
    counts = tuple(map(len, lists))
    numbers = chain.from_iterable([flat(entries) for flat, entries in zip(_FLAT, lists, strict=True)])
    try:
        body = _layout(counts).pack(*numbers)
    except struct.error as error:
        raise _no_number(packet, error) from error
    _check_ids(packet.visited, packet.updates)
    return Listed(counts, body)


@lru_cache(maxsize=64)
def _layout(counts: tuple[int, ...]) -> struct.Struct:
    """Return how lists of so many entries travel, if they keep to their limits."""
    _check_counts(FIXED.size + sum(map(mul, _ENTRY_BYTES, counts)), counts)
    return struct.Struct("<" + "".join(_times(count, form) for (_, form, _), count in zip(LISTS, counts, strict=True)))


def _times(count: int, form: str) -> str:
    """Return the `struct` form of so many entries."""
    return f"{count}{form}" if len(form) == 1 else form * count


def _header(packet: "ModelPacket") -> bytes:
    """Return the header with zeros for the checksum."""
    counts, body = packet.listed
    numbers = _numbers_of(packet)
    kind, priority, *others = numbers
    header_bytes, payload_bytes = FIXED.size + len(body), len(packet.payload)
    try:
        fixed = FIXED.pack(MAGIC, VERSION, kind, priority, header_bytes, *others, *counts, payload_bytes, _NO_CHECKSUM)
    except struct.error as error:
        raise _no_number(packet, error) from error
    _check(_checked_of(numbers))
    return fixed + body


def _no_number(packet: "ModelPacket", error: struct.error) -> PacketError:
    return PacketError(RefuseReason.MALFORMED, f"packet {packet.packet} holds no such number: {error}")


def _check(numbers: tuple[Any, ...]) -> None:
    """Check that the numbers of a packet that are listed in `_CHECKED` say something that can be."""
    source, destination, node, fragment, fragments, deadline_s, value, time_s, width, depth, sparsity = numbers
    wrong = ""
    if source < -1 or destination < -1 or node < -1:
        wrong = _IDS
    elif not fragment < fragments:
        wrong = "a fragment is one of a number"
    elif not deadline_s >= 0:
        wrong = "a deadline is a time, or infinite for none"
    elif math.isinf(value) or not (math.isnan(time_s) or 0 <= time_s < math.inf):
        wrong = "a performance is a number, at a time; not a number stands for none"
    elif not (0 < width < math.inf and 0 < depth < math.inf and 0 <= sparsity <= 1):
        wrong = "a scale is of finite shares"
    if wrong:
        raise _senseless(wrong)


def _check_ids(visited: Sequence[int], updates: Sequence[LayerUpdate]) -> None:
    """Check the ids of nodes in the lists of a packet."""
    if min(visited, default=0) < 0 or min([update[0] for update in updates], default=0) < -1:
        raise _senseless(_IDS)


def _senseless(wrong: str) -> PacketError:
    return PacketError(RefuseReason.MALFORMED, f"the header makes no sense: {wrong}")


def described(specification: Any) -> bytes:
    """Return a specification in its one form: keys sorted, no spaces, ASCII."""
    try:
        return _to_json(specification).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise PacketError(RefuseReason.MALFORMED, f"a specification that is no JSON: {error}") from error


@lru_cache(maxsize=64)
def _in_form(text: bytes) -> str:
    """Return a text that describes a specification in its one form; packets of a run have few such texts."""
    _check_nesting(text)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PacketError(RefuseReason.MALFORMED, f"the header cannot be understood: {error}") from error
    if not isinstance(content, dict) or described(content) != text:
        raise PacketError(RefuseReason.MALFORMED, "the specification is no mapping, or not in its one form")
    return text.decode()


def _check_nesting(text: bytes) -> None:
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(text):
        depth += _STEPS.get(text[found.start()], 0)
        if depth > limits.NESTING_MAX:
            message = f"a specification nested deeper than {limits.NESTING_MAX}"
            raise PacketError(RefuseReason.OVERSIZED, message)


def checksum(header: bytes, payload: Payload) -> bytes:
    """Return the checksum of a packet, its own field and the hop count taken as zero."""
    before, between = header[:_HOPS_AT], header[_HOPS_END:_CHECKSUM_AT]
    lists = header[_CHECKSUM_AT + _CHECKSUM_BYTES :]
    covered = b"".join((before, bytes(_HOPS.size), between, lists, payload.digest))
    return hashlib.blake2b(covered, digest_size=_CHECKSUM_BYTES).digest()


def _entries(form: str, count: int, header: bytes, at: int) -> Any:
    if form == "s":
        return header[at : at + count]
    flat = struct.unpack_from("<" + _times(count, form), header, at)
    return tuple(LayerUpdate(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)) if len(form) > 1 else flat
