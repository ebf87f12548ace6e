"""A packet's bytes on their way."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from .payload import Payload

if TYPE_CHECKING:
    from .packet import ModelPacket


@dataclass(eq=False, slots=True)
class Letter:
    """A packet's bytes in two parts: nodes on the way count hops in the first, and nobody copies the second.

    Attributes:
        sealed: The packet that was sealed here, which is what decoding the bytes would give but for its hop count; None
            of parts that were put together in another way.
    """

    header: bytes
    payload: Payload
    sealed: "ModelPacket | None" = field(default=None, init=False)

    @classmethod
    def of_sealed(cls, packet: "ModelPacket | None", header: bytes, payload: Payload) -> Self:
        """Return the letter of a packet that was sealed as these bytes."""
        letter = cls(header, payload)
        letter.sealed = packet
        return letter

    def with_hops_counted(self, header: bytes) -> Self:
        """Return it with the header that the nodes on its way have made of its own by counting hops."""
        return self.of_sealed(self.sealed, header, self.payload)

    @property
    def data(self) -> bytes:
        """Return all bytes, one behind the other."""
        return self.header + self.payload.data

    @property
    def size_bytes(self) -> int:
        """Return their number."""
        return len(self.header) + len(self.payload.data)
