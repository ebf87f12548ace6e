"""Room: memory that two processes share, for what they hand each other."""

import mmap
import os
import tempfile

_STEP_BYTES = 2**20


class Room:
    """A file without a name, mapped by both; it grows with what is put into it, and goes when both have gone.

    Attributes:
        descriptor: of the file; the other process makes its `Room` of it.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = _new() if descriptor is None else descriptor
        self._mapped: mmap.mmap | None = None

    def put(self, data: bytes) -> int:
        """Put data into the room, over what was there, and return its size [bytes].

        Raises:
            OSError: There is not so much memory.
        """
        size = max(-(-len(data) // _STEP_BYTES) * _STEP_BYTES, _STEP_BYTES)
        if os.fstat(self.descriptor).st_size < size:
            # What is only promised ends the process when it is written to; this asks for it, and may be refused.
            os.posix_fallocate(self.descriptor, 0, size)
        self._map(len(data))[: len(data)] = data
        return len(data)

    def get(self, size_bytes: int) -> bytes:
        """Return what is in the room."""
        return self._map(size_bytes)[:size_bytes]

    def close(self) -> None:
        """Leave the room."""
        if self._mapped is not None:
            self._mapped.close()
        os.close(self.descriptor)

    def _map(self, size_bytes: int) -> mmap.mmap:
        if self._mapped is None or len(self._mapped) < size_bytes:
            self._mapped = mmap.mmap(self.descriptor, 0)
        return self._mapped


def _new() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("wayfare")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
