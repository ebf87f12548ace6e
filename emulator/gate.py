"""What a node does to arriving bytes before any program sees them.

Cheap checks come first, and what a stranger sends is opened last: size against memory, format and checksum, hops,
sender, signature, replay, structure and room, and at the end the tensors. A program is handed nothing that has not
passed them all, so unpacking a packet that it received never fails.
"""

import math
from typing import Any

from .likeness import Likeness
from .packets import Letter, ModelPacket, PacketError, PacketKind, RefuseReason, described
from .replays import KEPT, ReplayMemory
from .signing import Keyring

_MODEL = PacketKind.MODEL


class Gate:
    """The gate of one node. It knows no time: whoever calls it records what it refuses."""

    def __init__(
        self,
        node: int,
        nodes: int,
        memory_bytes: float,
        keyring: Keyring | None = None,
        likeness: Likeness | None = None,
        kept: int = KEPT,
    ) -> None:
        """Make the gate of a node.

        Args:
            node: Its id.
            nodes: How many there are.
            memory_bytes: All that the node can hold [bytes].
            keyring: The keys of the run; without it nobody's signature is looked at.
            likeness: What contents must be like.
            kept: Packets that it remembers, against replays.
        """
        self._node, self._nodes, self._memory_bytes = node, nodes, memory_bytes
        self._keyring, self._likeness = keyring, likeness
        self._known = None if likeness is None else described(likeness.structure.specification())
        self._replays = ReplayMemory(kept)

    def __repr__(self) -> str:
        return f"<Gate of node {self._node}: remembers {len(self._replays)} packets>"

    def admit(self, arrived: bytes | Letter, held_bytes: float = 0.0) -> ModelPacket:
        """Return the packet that has arrived, checked and opened.

        Args:
            arrived: What has arrived, whatever it is.
            held_bytes: Memory of the node that is taken by what it holds already [bytes].

        Raises:
            PacketError: It is refused; the error's ``reason`` is for the record.
        """
        size_bytes = arrived.size_bytes if isinstance(arrived, Letter) else len(arrived)
        self._check_room(size_bytes, held_bytes)
        packet = ModelPacket.decode(arrived)
        if self._likeness is not None and self._known is not None:
            packet.recognise(self._known, self._likeness.structure)
        self._check_way(packet)
        if self._keyring is not None:
            self._keyring.check(packet)
        self._check_novelty(packet)
        self._check_room(size_bytes + packet.unpacked_bytes, held_bytes)
        self._check_contents(packet)
        self._replays.remember(packet.source, packet.sequence)
        return packet

    def _check_room(self, needed_bytes: int, held_bytes: float) -> None:
        if held_bytes + needed_bytes > self._memory_bytes:
            message = f"{needed_bytes} bytes beside {held_bytes:.0f} held are more than {self._memory_bytes:.0f}"
            raise PacketError(RefuseReason.DOES_NOT_FIT, message)

    def _check_way(self, packet: ModelPacket) -> None:
        if packet.hop_count > packet.hop_limit:
            message = f"packet {packet.packet} has crossed {packet.hop_count} links of at most {packet.hop_limit}"
            raise PacketError(RefuseReason.HOP_LIMIT, message)
        trainers = [update.node for update in packet.updates]
        if packet.source < 0 or max(packet.source, packet.destination, *packet.visited, *trainers) >= self._nodes:
            message = f"packet {packet.packet} of node {packet.source} names nodes that are not there"
            raise PacketError(RefuseReason.MALFORMED, message)

    def _check_novelty(self, packet: ModelPacket) -> None:
        if packet.destination != self._node:
            message = f"packet {packet.packet} was sent to node {packet.destination}, not to {self._node}"
            raise PacketError(RefuseReason.REPLAYED, message)
        if self._replays.has_seen(packet.source, packet.sequence):
            message = f"packet {packet.packet}, number {packet.sequence} of node {packet.source}, was here before"
            raise PacketError(RefuseReason.REPLAYED, message)

    def _check_contents(self, packet: ModelPacket) -> None:
        contents = packet.contents
        if not _finite(packet):
            raise PacketError(RefuseReason.NOT_FINITE, f"packet {packet.packet} holds numbers that are not finite")
        if self._likeness is not None:
            try:
                self._likeness.check(contents)
            except ValueError as error:
                message = f"packet {packet.packet} is not for this task: {error}"
                raise PacketError(RefuseReason.UNKNOWN_STRUCTURE, message) from error


def _finite(packet: ModelPacket) -> bool:
    """Return whether all that a packet carries are finite numbers."""
    kind = packet.kind
    if kind is _MODEL:
        return packet.to_model().is_finite
    if kind is PacketKind.BEACON:
        return True
    if kind is PacketKind.DATA:
        shard = packet.to_shard()
        return math.isfinite(shard.scale) and all(_is_finite(tensor) for tensor in (shard.features, shard.labels))
    return all(_is_finite(tensor) for tensor in packet.to_tensors().values())


def _is_finite(tensor: Any) -> bool:
    return not tensor.is_floating_point() or bool(tensor.isfinite().all())
