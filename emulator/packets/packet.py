"""The model packet as a node sees it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from wayfare.models.found_out import found_out

from . import header
from .errors import PacketError, RefuseReason
from .letter import Letter
from .limits import EXPANSION_MAX, LINEAGE_KEPT
from .payload import Payload, check_tensors
from .stamps import LayerUpdate, PacketKind, Performance, ScaleStamp

if TYPE_CHECKING:
    from wayfare.models.model import Model
    from wayfare.models.shard import Shard
    from wayfare.models.structure import Structure

    Contents = Model | Shard | dict[str, Any] | None

_FLOAT32_BYTES = 4
_MODEL = PacketKind.MODEL
_CONTENTS = {_MODEL: "model", PacketKind.DATA: "samples", PacketKind.TENSORS: "tensors"}
_CHARACTERS_SHOWN = 20
_NODES_SHOWN = 8
_FOUND_OUT = (
    dict.fromkeys((name for name, _, _ in header.LISTS), ("listed",))
    | dict.fromkeys(("kind", "scale"), ("contents", "packed"))
    | {"payload": ("contents", "packed", "known")}
    | {"specification": ("contents", "packed", "structure", "specification_text", "listed")}
)
"""What is found out about a packet, by the field that it depends on."""

_FOUND_OUT_BY_SENDER = ("contents", "structure", "packed", "listed")
# What a family of anybody's raises when a specification or tensors that were sent make no sense to it.
_SENSELESS = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RuntimeError)


@dataclass(frozen=True, eq=False, repr=False)
class ModelPacket:
    """A packet as a node sees it.

    Attributes:
        payload: The safetensors bytes.
        specification: What the payload is: a model's structure and bits, or ``{"data": "shard"}``.
        source: The node whose program sent it, and signs it where the scenario says so.
        sequence: How many packets its source has sent, this one included; no two of a source have the same.
        hop_count: Links crossed in its life; it is dropped where the next would exceed ``hop_limit``.
        scale: How much of the whole model travels.
        visited: Nodes that handled it, the latest last.
        lineage: Ids of the packets that were merged into it.
        updates: For each layer, who trained it last and how much it has learned.
        sought: Labels it has seen less than its average label.
        seen: Samples at the nodes that trained it, by label, counted once a visit.
        deadline_s: Virtual time after which nobody wants it.
        signature: Ed25519, of the source over `header.signed_part`; empty: unsigned.
    """

    kind: PacketKind
    packet: int
    payload: bytes
    specification: Mapping[str, Any]
    model: int = 0
    task: int = 0
    source: int = -1
    destination: int = -1
    sequence: int = 0
    hop_count: int = 0
    hop_limit: int = 64
    priority: int = 0
    fragment: int = 0
    fragments: int = 1
    deadline_s: float = math.inf
    performance: Performance = field(default_factory=Performance)
    scale: ScaleStamp = field(default_factory=ScaleStamp)
    visited: tuple[int, ...] = ()
    lineage: tuple[int, ...] = ()
    updates: tuple[LayerUpdate, ...] = ()
    sought: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    signature: bytes = b""

    def __repr__(self) -> str:
        """Return a line: what is in the packet, its way, the last nodes it visited, what it has learned from."""
        what = str(self.specification.get("family", self.specification.get("data", "nothing")))[:_CHARACTERS_SHOWN]
        visited = self.visited[-_NODES_SHOWN:]
        return (
            f"ModelPacket({self.kind.name}, packet={self.packet}, {what} in {len(self.payload)} bytes, from "
            f"{self.source} to {self.destination}, hop {self.hop_count} of {self.hop_limit}, visited={visited}, "
            f"learned_samples={self.learned_samples})"
        )

    def but(self, **changes: Any) -> Self:
        """Return the packet with other values in some of its fields, as `dataclasses.replace` does, in less time."""
        fields = self.__dict__ | changes
        for name in changes:
            for derived in _FOUND_OUT.get(name, ()):
                fields.pop(derived, None)
        return self._of_fields(fields)

    @classmethod
    def _of_fields(cls, fields: dict[str, Any]) -> Self:
        """Return the packet of these fields, and of what was found out about them."""
        packet = object.__new__(cls)
        object.__setattr__(packet, "__dict__", fields)  # filling the one that is there takes four times as long
        return packet

    @found_out
    def known(self) -> Payload:
        """Return the payload with what is known of it, which other packets with the same one know too."""
        return Payload(self.payload)

    @found_out
    def specification_text(self) -> bytes:
        """Return the specification in its one form.

        Raises:
            PacketError: It is no JSON.
        """
        return header.described(self.specification)

    @found_out
    def listed(self) -> header.Listed:
        """Return the lists of the header as they travel.

        Raises:
            PacketError: One is beyond a limit of the format, or says what no packet may.
        """
        return header.listed(self)

    @property
    def learned_samples(self) -> int:
        """Return how many samples its most trained layer has learned from, once a visit."""
        return max((update.samples for update in self.updates), default=0)

    def joined_by(self, other: "ModelPacket") -> "ModelPacket":
        """Return the packet after its model was merged with another's: lineage, labels seen and updates of both."""
        return self.but(
            lineage=tuple(dict.fromkeys((*self.lineage, other.packet)))[-LINEAGE_KEPT:],
            seen=tuple(max(pair) for pair in zip(self.seen, other.seen, strict=True)) if self.seen else other.seen,
            updates=tuple(
                max(pair, key=lambda update: update.samples) for pair in zip(self.updates, other.updates, strict=True)
            )
            if self.updates
            else other.updates,
        )

    def encode(self) -> bytes:
        """Return the bytes that travel; the size of the packet is their number.

        Raises:
            PacketError: It is beyond a limit of the format, or says what no packet may.
        """
        return self.seal().data

    def seal(self) -> Letter:
        """Return the bytes that travel as the emulator moves them, header and payload apart.

        Raises:
            PacketError: It is beyond a limit of the format, or says what no packet may.
        """
        return header.seal(self)

    @property
    def size_bytes(self) -> int:
        """Return how many bytes travel.

        Raises:
            PacketError: It is beyond a limit of the format, or says what no packet may.
        """
        return header.size_of(self)

    @classmethod
    def decode(cls, data: bytes | Letter) -> Self:
        """Return the packet that was encoded; what it carries has not been looked at yet.

        Raises:
            PacketError: The bytes are truncated, changed, too many, of another version, or no packet at all.
        """
        if not isinstance(data, Letter) or data.sealed is None:
            return cls._of_fields(header.decode(data))
        read = {"payload": data.payload.data, "known": data.payload, "hop_count": header.hops_of(data.header)}
        fields = data.sealed.__dict__ | read
        for derived in _FOUND_OUT_BY_SENDER:
            fields.pop(derived, None)
        return cls._of_fields(fields)

    @found_out
    def structure(self) -> "Structure":
        """Return the structure of the model inside, by its specification alone.

        Raises:
            PacketError: Nobody knows it here, or it makes no sense.
        """
        from wayfare.models.families import structure_from

        known = self.known.models.get(self.specification_text)
        if known is not None:
            return known.structure
        try:
            return structure_from(self.specification)
        except _SENSELESS as error:
            message = f"packet {self.packet} holds no model: {error}"
            raise PacketError(RefuseReason.UNKNOWN_STRUCTURE, message) from error

    def recognise(self, specification_text: bytes, structure: "Structure") -> None:
        """Take a structure that is known for the one inside, where the packet says of it just what its text says."""
        if self.specification_text == specification_text:
            self.__dict__["structure"] = structure

    @property
    def unpacked_bytes(self) -> int:
        """Return what its contents take when unpacked, by its header alone: of a model, float32 weights [bytes].

        Raises:
            PacketError: It names no structure, or promises far more than its payload can hold.
        """
        if self.kind is not _MODEL:
            return len(self.payload)
        structure = self.structure
        try:
            unpacked = structure.parameters * _FLOAT32_BYTES
        except _SENSELESS as error:
            message = f"packet {self.packet} holds no model: {error}"
            raise PacketError(RefuseReason.UNKNOWN_STRUCTURE, message) from error
        if unpacked > EXPANSION_MAX * len(self.payload):
            message = f"packet {self.packet} promises weights of {unpacked} bytes in {len(self.payload)}"
            raise PacketError(RefuseReason.OVERSIZED, message)
        return unpacked

    @found_out
    def contents(self) -> "Contents":
        """The model, samples or tensors inside, unpacked once; None of a beacon.

        Raises:
            PacketError: It carries something else than it says, or what does not fit its specification.
        """
        try:
            return self._unpacked()
        except _SENSELESS as error:
            reason = error.reason if isinstance(error, PacketError) else RefuseReason.MALFORMED
            begin = f"packet {self.packet} holds no {_CONTENTS.get(self.kind, 'beacon')}: "
            raise PacketError(reason, f"{begin}{str(error).removeprefix(begin)}") from error

    def _unpacked(self) -> "Contents":
        if self.kind is _MODEL:
            return self._unpacked_model()
        from wayfare.models.packing import unpack
        from wayfare.models.shard import Shard

        if self.kind is PacketKind.BEACON:
            if self.payload:
                raise PacketError(RefuseReason.MALFORMED, f"a beacon has no payload, and this one {len(self.payload)}")
            return None
        check_tensors(self.payload)
        tensors = unpack(self.payload)
        return Shard.from_raw(tensors) if self.kind is PacketKind.DATA else tensors

    def _unpacked_model(self) -> "Model":
        """Return the model; who gets the same payload as the same structure gets the same one, for it is a value."""
        from wayfare.models.packing import is_dense, unpack_model

        payload, models = self.payload, self.known.models
        model = models.get(self.specification_text)
        if model is None:
            self.unpacked_bytes  # noqa: B018 - it refuses what would not fit anywhere
            structure = self.structure
            if not is_dense(payload, structure):
                check_tensors(payload)
            models[self.specification_text] = model = unpack_model(payload, structure)
        return model

    def to_model(self) -> "Model":
        """Return the model inside.

        Raises:
            PacketError: It carries none, or the payload is not what the specification says.
        """
        self._expect(_MODEL)
        return self.contents  # type: ignore[return-value]

    def to_shard(self) -> "Shard":
        """Return the samples inside.

        Raises:
            PacketError: It carries none.
        """
        self._expect(PacketKind.DATA)
        return self.contents  # type: ignore[return-value]

    def to_tensors(self) -> dict[str, Any]:
        """Return the named torch tensors inside.

        Raises:
            PacketError: It carries none.
        """
        self._expect(PacketKind.TENSORS)
        return self.contents  # type: ignore[return-value]

    def _expect(self, kind: PacketKind) -> None:
        if self.kind is not kind:
            message = f"packet {self.packet} holds no {_CONTENTS[kind]}: it is of kind {self.kind.name.lower()}"
            raise PacketError(RefuseReason.MALFORMED, message)

    def with_model(self, model: "Model") -> "ModelPacket":
        """Return the packet with another model inside; itself, if that is the one already."""
        if self.packed is model:
            return self
        from wayfare.models.formats import FORMATS
        from wayfare.models.packing import pack_model

        changes: dict[str, Any] = {"payload": pack_model(model)}
        packed, structure = self.packed, model.structure
        if packed is None or (packed.structure is not structure and packed.structure != structure):
            changes["specification"] = structure.specification()
        if self.scale.bits != FORMATS[model.bits].bits:
            changes["scale"] = self.scale._replace(bits=FORMATS[model.bits].bits)
        packet = self.but(**changes)
        packet.__dict__["packed"] = model
        packet.specification_text, packet.known  # noqa: B018 - packets made from this one have them then
        return packet

    @found_out
    def packed(self) -> "Model | None":
        """The model that was packed into it here; None of a packet that has arrived."""
        return None
