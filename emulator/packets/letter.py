"""A packet's bytes on their way."""

from dataclasses import dataclass

from .payload import Payload


@dataclass(frozen=True, eq=False, slots=True)
class Letter:
    """A packet's bytes in two parts: nodes on the way count hops in the first, and nobody copies the second."""

    header: bytes
    payload: Payload

    @property
    def data(self) -> bytes:
        """Return all bytes, one behind the other."""
        return self.header + self.payload

    @property
    def size_bytes(self) -> int:
        """Return their number."""
        return len(self.header) + len(self.payload)
