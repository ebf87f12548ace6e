"""The model packet: a neural network, or the data for one, as bytes that travel.

The published sources on Model-Follow-Data name the mechanism but no packet format; this header is Wayfare's own. All
numbers are little-endian and of fixed width, so the size depends on what a packet carries, never on the digits of a
number:

    fixed part   magic "WFMP", version, kind, priority, header length, packet, model and task ids, source, destination,
    hop count
                 and limit, fragment index and count, deadline, performance stamp (metric, node, value, time), counts of
                 the lists, payload length, and checksum (BLAKE2b, 16 bytes, over the rest of the header and the
                 payload)
    lists        specification (JSON: the structure and its scale), nodes visited (the latest 64), lineage (the latest
    16), layer updates,
                 labels sought, samples seen by label, signature (empty: unsigned)
    payload      safetensors

The hop count is the one field that changes on the way, so the checksum takes it as zero.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from wayfare.models.model import Model
    from wayfare.models.shard import Shard

VERSION = 1
VISITED_KEPT = 64
LINEAGE_KEPT = 16
_MAGIC = b"WFMP"
_CHECKSUM_BYTES = 16
# magic, version, kind, priority, header length | packet, model, task, source, destination, hops, hop limit |
# fragment, fragments, deadline | metric, node, value, time | counts of the seven lists | payload length, checksum
_FIXED = struct.Struct("<4sHBBI QQIiiII IId Hidd IHHHHHH Q16s")
_HOPS_AT = struct.calcsize("<4sHBBI QQIii")
_HOPS = struct.Struct("<I")
_LISTS = (("visited", "i"), ("lineage", "Q"), ("updates", "iQ"), ("sought", "H"), ("seen", "I"))


class PacketError(ValueError):
    """Bytes that are no packet of this version, or were truncated or changed on the way."""


class PacketKind(IntEnum):
    """What the payload is."""

    MODEL = 0
    DATA = 1


class LayerUpdate(NamedTuple):
    """Who trained a layer last, and how many samples it has been trained on in all."""

    node: int
    samples: int


class Performance(NamedTuple):
    """What the model last achieved: metric (0: accuracy on the node's validation split), where, how much, when [s]."""

    metric: int = 0
    node: int = -1
    value: float = math.nan
    time_s: float = math.nan


@dataclass(frozen=True, eq=False)
class ModelPacket:
    """A packet as a node sees it.

    Attributes:
        payload: The safetensors bytes.
        specification: What the payload is: a model's structure and bits, or ``{"data": "shard"}``.
        hop_count: Links crossed in its life; it is dropped where the next would exceed ``hop_limit``.
        visited: Nodes that handled it, the latest last.
        lineage: Ids of the packets that were merged into it.
        updates: For each layer, who trained it last and how much it has learned.
        sought: Labels it has seen less than its average label.
        seen: Samples at the nodes that trained it, by label, counted once a visit.
        deadline_s: Virtual time after which nobody wants it.
    """

    kind: PacketKind
    packet: int
    payload: bytes
    specification: Mapping[str, Any]
    model: int = 0
    task: int = 0
    source: int = -1
    destination: int = -1
    hop_count: int = 0
    hop_limit: int = 64
    priority: int = 0
    fragment: int = 0
    fragments: int = 1
    deadline_s: float = math.inf
    performance: Performance = field(default_factory=Performance)
    visited: tuple[int, ...] = ()
    lineage: tuple[int, ...] = ()
    updates: tuple[LayerUpdate, ...] = ()
    sought: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    signature: bytes = b""

    @property
    def learned_samples(self) -> int:
        """Return how many samples its most trained layer has learned from, once a visit."""
        return max((update.samples for update in self.updates), default=0)

    def joined_by(self, other: "ModelPacket") -> "ModelPacket":
        """Return the packet after its model was merged with another's: lineage, labels seen and updates of both."""
        return replace(
            self,
            lineage=tuple(dict.fromkeys((*self.lineage, other.packet)))[-LINEAGE_KEPT:],
            seen=tuple(max(pair) for pair in zip(self.seen, other.seen, strict=True)) if self.seen else other.seen,
            updates=tuple(
                max(pair, key=lambda update: update.samples) for pair in zip(self.updates, other.updates, strict=True)
            )
            if self.updates
            else other.updates,
        )

    def encode(self) -> bytes:
        """Return the bytes that travel; the size of the packet is their number."""
        specification = json.dumps(self.specification, sort_keys=True, separators=(",", ":")).encode()
        lists = [_pack_list(kind, getattr(self, name)) for name, kind in _LISTS]
        body = b"".join([specification, *lists, self.signature])
        counts = (len(specification), *(len(getattr(self, name)) for name, _ in _LISTS), len(self.signature))
        header = self._fixed(counts, _FIXED.size + len(body), bytes(_CHECKSUM_BYTES))
        checksum = _checksum(header + body + self.payload)
        return self._fixed(counts, _FIXED.size + len(body), checksum) + body + self.payload

    def _fixed(self, counts: tuple[int, ...], header_bytes: int, checksum: bytes) -> bytes:
        ids = (self.packet, self.model, self.task, self.source, self.destination, self.hop_count, self.hop_limit)
        parts = (self.fragment, self.fragments, self.deadline_s)
        stamp = (self.performance.metric, self.performance.node, self.performance.value, self.performance.time_s)
        start = (_MAGIC, VERSION, self.kind, self.priority, header_bytes)
        return _FIXED.pack(*start, *ids, *parts, *stamp, *counts, len(self.payload), checksum)

    @classmethod
    def decode(cls, data: bytes) -> "ModelPacket":
        """Return the packet that was encoded.

        Raises:
            PacketError: The bytes are truncated, changed, too many, of another version, or no packet at all.
        """
        if len(data) < _FIXED.size or data[:4] != _MAGIC:
            raise PacketError(f"{len(data)} bytes that do not begin as a model packet")
        (_, version, kind, priority, header_bytes, *numbers, payload_bytes, checksum) = _FIXED.unpack_from(data)
        if version != VERSION:
            raise PacketError(f"packet version {version}; this node understands {VERSION}")
        if header_bytes + payload_bytes != len(data):
            raise PacketError(f"the header announces {header_bytes} + {payload_bytes} bytes, {len(data)} arrived")
        if _checksum(data) != checksum:
            raise PacketError("the checksum does not match: the packet was changed on the way")
        *stamps, texts, visited, lineage, updates, sought, seen, signature = numbers
        lists: dict[str, Any] = {}
        at = _FIXED.size
        specification, at = data[at : at + texts], at + texts
        for (name, form), count in zip(_LISTS, (visited, lineage, updates, sought, seen), strict=True):
            lists[name], at = _unpack_list(name, form, count, data, at)
        if at + signature != header_bytes:
            raise PacketError(f"the header's lists end at {at + signature}, its length says {header_bytes}")
        names = ("packet", "model", "task", "source", "destination", "hop_count", "hop_limit", "fragment", "fragments")
        fields: dict[str, Any] = dict(zip((*names, "deadline_s"), stamps[:10], strict=True))
        try:
            described = json.loads(specification)
            if not isinstance(described, dict):
                raise ValueError(f"the specification is no mapping: {described!r}")
            return cls(
                kind=PacketKind(kind),
                payload=data[header_bytes:],
                specification=described,
                priority=priority,
                performance=Performance(*stamps[10:]),
                signature=data[at:header_bytes],
                **fields,
                **lists,
            )
        except (ValueError, RecursionError) as error:
            raise PacketError(f"the header cannot be understood: {error}") from error

    def to_model(self) -> "Model":
        """Return the model inside.

        Raises:
            PacketError: It carries none, or the payload is not what the specification says.
        """
        from wayfare.models.families import structure_from
        from wayfare.models.packing import unpack_model

        try:
            return unpack_model(self.payload, structure_from(self.specification))
        except ValueError as error:
            raise PacketError(f"packet {self.packet} holds no model: {error}") from error

    def to_shard(self) -> "Shard":
        """Return the samples inside.

        Raises:
            PacketError: It carries none.
        """
        from wayfare.models.packing import unpack
        from wayfare.models.shard import Shard

        try:
            return Shard.from_raw(unpack(self.payload))
        except ValueError as error:
            raise PacketError(f"packet {self.packet} holds no samples: {error}") from error

    def with_model(self, model: "Model") -> "ModelPacket":
        """Return the packet with another model inside."""
        from wayfare.models.packing import pack_model

        return replace(self, payload=pack_model(model), specification=model.structure.specification())


def count_hop(data: bytes, hops: int) -> bytes:
    """Return a packet's bytes with the hop count that its way has brought it to."""
    return data[:_HOPS_AT] + _HOPS.pack(hops) + data[_HOPS_AT + _HOPS.size :]


def _checksum(data: bytes) -> bytes:
    """Return the checksum of a packet, its own field and the hop count taken as zero."""
    own_at = _FIXED.size - _CHECKSUM_BYTES
    digest = hashlib.blake2b(data[:_HOPS_AT] + bytes(_HOPS.size), digest_size=_CHECKSUM_BYTES)
    digest.update(data[_HOPS_AT + _HOPS.size : own_at])
    digest.update(data[_FIXED.size :])
    return digest.digest()


def _pack_list(form: str, items: tuple[Any, ...]) -> bytes:
    flat = [value for item in items for value in item] if len(form) > 1 else list(items)
    return struct.pack("<" + form * len(items), *flat)


def _unpack_list(name: str, form: str, count: int, data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
    layout = struct.Struct("<" + form * count)
    if at + layout.size > len(data):
        raise PacketError(f"the header announces {count} entries of {name}, which do not fit into it")
    flat = layout.unpack_from(data, at)
    items = tuple(LayerUpdate(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)) if len(form) > 1 else flat
    return items, at + layout.size
