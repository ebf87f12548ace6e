"""CRC-32C (Castagnoli; RFC 3720, appendix B.4), and the masked form that TFRecord files carry."""

from collections.abc import Iterable
from functools import cache

_POLYNOMIAL = 0x82F63B78  # reversed
_MASK = 0xA282EAD8


@cache
def _table() -> tuple[int, ...]:
    return tuple(map(_remainder, range(256)))


def _remainder(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ _POLYNOMIAL if value & 1 else value >> 1
    return value


def crc32c(data: Iterable[int]) -> int:
    """Return the checksum of bytes."""
    table, value = _table(), 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """Return the checksum as TFRecord files have it: rotated by 15 bits, plus a constant."""
    value = crc32c(data)
    return ((value >> 15 | value << 17) + _MASK) & 0xFFFFFFFF
