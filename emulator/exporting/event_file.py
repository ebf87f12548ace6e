"""EventFile: a TensorBoard event file of scalars, written by hand.

The file is a TFRecord file (tensorflow/core/lib/io/record_writer.h): for each record its length as 8 bytes, the masked
CRC-32C of these, the record, and the masked CRC-32C of it, all little-endian. A record is a protocol buffer of type
Event (tensorflow/core/util/event.proto): 1 wall_time double, 2 step int64, 3 file_version string, 5 summary; a Summary
has 1 repeated Value: 1 tag string, 2 simple_value float.
"""

import os
import struct
from pathlib import Path
from types import TracebackType

from .crc32c import masked_crc32c

VERSION = "brain.Event:2"
_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5


class EventFile:
    """Written from the first event to the last, in a `with`; it has its name at the end of that, or never."""

    def __init__(self, path: Path, wall_time: float) -> None:
        """Begin a file.

        Args:
            path: Where; TensorBoard reads files with `tfevents` in their name.
            wall_time: When the first event happens, in seconds since 1970.

        Raises:
            OSError: It cannot be made.
        """
        self._path, self._aside = path, path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file = self._aside.open("wb")
        self._record(_double(1, wall_time) + _text(3, VERSION))

    def __enter__(self) -> "EventFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if error is None:
                self._aside.replace(self._path)
        finally:
            self._aside.unlink(missing_ok=True)

    def scalar(self, tag: str, wall_time: float, step: int, value: float) -> None:
        """Write one value of a series.

        Raises:
            OSError: The file does not take it.
        """
        summary_value = _text(1, tag) + _key(2, _FLOAT) + struct.pack("<f", value)
        event = _double(1, wall_time) + _key(2, _VARINT) + _varint(step) + _bytes(5, _bytes(1, summary_value))
        self._record(event)

    def _record(self, data: bytes) -> None:
        length = struct.pack("<Q", len(data))
        checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
        self._file.write(b"".join([length, next(checks), data, next(checks)]))


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(value: int) -> bytes:
    """Return an integer of up to 64 bits, seven bits a byte, the lowest first; negative ones in two's complement."""
    value &= 0xFFFFFFFFFFFFFFFF
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _double(field: int, value: float) -> bytes:
    return _key(field, _DOUBLE) + struct.pack("<d", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
