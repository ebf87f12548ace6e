"""Signed packets: who sends one proves it with Ed25519 (RFC 8032), and who receives one checks it.

The node whose program sends a packet signs all of it but the hop count, which nodes on the way count up. So nobody
between two programs can change, redirect or invent a packet unseen. What its header says of earlier nodes is the
sender's word.
"""

import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len

from .packets import ModelPacket, PacketError, RefuseReason, signed_part

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SEED_BYTES = 32


class SigningError(ValueError):
    """Keys of nodes that are not there, or no library to sign with."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Who signs packets, and whose are taken: Ed25519 signatures by the node that sends a packet."""

    keys: Annotated[
        Mapping[str, Annotated[str, Len(2 * _SEED_BYTES, 2 * _SEED_BYTES)]],
        "Private keys by name of the node: 32 bytes in hexadecimal; for experiments only, as the run folder has them.",
    ] = field(default_factory=dict)
    derived: Annotated[
        bool, "Whether every other node has a key too: one that follows from the scenario's seed and its name."
    ] = True
    required: Annotated[bool, "Whether packets of nodes without a key are refused."] = True
    trusted: Annotated[tuple[str, ...] | None, "Nodes whose signatures are taken; by default all that have a key."] = (
        None
    )

    def __post_init__(self) -> None:
        """Refuse keys that are not 32 bytes in hexadecimal, and to have none that packets could be signed with."""
        for node, key in self.keys.items():
            if len(key) != 2 * _SEED_BYTES or set(key.lower()) - set("0123456789abcdef"):
                raise ValueError(f"the key of {node!r} is not {_SEED_BYTES} bytes in hexadecimal")
        if not (self.keys or self.derived):
            raise ValueError("nobody has a key to sign with: give 'keys', or let them be 'derived'")


class Keyring:
    """The keys of a run: each node signs with its own, and all know the public ones."""

    def __init__(self, signing: Signing, names: Sequence[str], seed: int) -> None:
        """Load or derive the keys.

        Args:
            signing: What the scenario says.
            names: Of the nodes, by id.
            seed: The scenario's.

        Raises:
            SigningError: A key or trust is given to no node, or the library for signatures is not installed.
        """
        for name in (*signing.keys, *(signing.trusted or ())):
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                raise SigningError(f"no node is named {name!r}{f'; did you mean {near[0]!r}?' if near else ''}")
        self._required = signing.required
        self._private: dict[int, Ed25519PrivateKey] = {}
        for node, name in enumerate(names):
            if name in signing.keys:
                self._private[node] = _key(bytes.fromhex(signing.keys[name]))
            elif signing.derived:
                self._private[node] = _key(derived_seed(seed, name))
        self._public: dict[int, Ed25519PublicKey] = {node: key.public_key() for node, key in self._private.items()}
        trusted = names if signing.trusted is None else signing.trusted
        self._trusted = {node for node, name in enumerate(names) if name in trusted}

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._private)} keys, {len(self._trusted & self._public.keys())} trusted>"

    def sign(self, packet: ModelPacket) -> ModelPacket:
        """Return the packet signed by its source, or unsigned where that has no key."""
        key = self._private.get(packet.source)
        return replace(packet, signature=b"" if key is None else key.sign(signed_part(packet)))

    def check(self, packet: ModelPacket) -> None:
        """Check that a packet is from its source. A node that has a key always signs, so nobody can leave it out.

        Raises:
            PacketError: It is unsigned, signed by another or changed since, or nobody trusts its source.
        """
        key = self._public.get(packet.source)
        if not packet.signature and (self._required or key is not None):
            raise PacketError(RefuseReason.UNSIGNED, f"packet {packet.packet} of node {packet.source} is unsigned")
        if not packet.signature:
            return
        if key is None or packet.source not in self._trusted:
            message = f"packet {packet.packet} is signed by node {packet.source}, whom nobody trusts"
            raise PacketError(RefuseReason.BAD_SIGNATURE, message)
        _verify(key, packet)


def derived_seed(seed: int, name: str) -> bytes:
    """Return a node's private key (32 bytes) that follows from the scenario's seed and the node's name."""
    return hashlib.sha256(json.dumps(["signing", seed, name]).encode()).digest()


def _key(seed: bytes) -> "Ed25519PrivateKey":
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise SigningError("packets are signed with the package cryptography: pip install 'wayfare[signing]'") from None
    return Ed25519PrivateKey.from_private_bytes(seed)


def _verify(key: "Ed25519PublicKey", packet: ModelPacket) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(packet.signature, signed_part(packet))
    except InvalidSignature:
        message = f"packet {packet.packet} was not signed by node {packet.source}, or was changed since"
        raise PacketError(RefuseReason.BAD_SIGNATURE, message) from None
