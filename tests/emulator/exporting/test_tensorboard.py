"""TensorBoard event files, read back by a reader that shares nothing with the writer."""

import struct

import pytest

from wayfare.emulator.exporting import EXPORTS, EventFile
from wayfare.emulator.exporting.crc32c import crc32c, masked_crc32c


@pytest.mark.parametrize(
    ("data", "checksum"),
    [  # RFC 3720, appendix B.4; the last is the check value of the CRC catalogue
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
        (b"", 0),
    ],
)
def test_the_checksum_is_that_of_the_standard(data, checksum):
    assert crc32c(data) == checksum
    assert masked_crc32c(data) == (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) % 2**32


def bitwise(data):
    """Return the CRC-32C by long division, bit by bit, high bits first."""
    reflect = lambda value, width: int(f"{value:0{width}b}"[::-1], 2)  # noqa: E731
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= reflect(byte, 8) << 24
        for _ in range(8):
            rest = (rest << 1) ^ 0x11EDC6F41 if rest >> 31 else rest << 1
    return reflect(rest, 32) ^ 0xFFFFFFFF


def records(content):
    """Yield the records of a TFRecord file, checked."""
    at = 0
    while at < len(content):
        head, (length,) = content[at : at + 8], struct.unpack_from("<Q", content, at)
        data = content[at + 12 : at + 12 + length]
        for part, place in ((head, at + 8), (data, at + 12 + length)):
            plain = bitwise(part)
            rotated = (plain >> 15) + ((plain % 2**15) << 17)
            assert struct.unpack_from("<I", content, place)[0] == (rotated + 0xA282EAD8) % 2**32
        yield data
        at += 16 + length


def message(data):
    """Return the fields of a protocol buffer: number to value, bytes where it is one inside."""
    fields, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte % 128) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        field, wire = divmod(varint(), 8)
        if wire == 0:
            fields[field] = varint()
        elif wire == 2:
            length = varint()
            fields[field] = data[at : at + length]
            at += length
        else:
            size, form = (8, "<d") if wire == 1 else (4, "<f")
            (fields[field],) = struct.unpack_from(form, data, at)
            at += size
    return fields


def scalars(content):
    first, *events = (message(record) for record in records(content))
    assert first[3] == b"brain.Event:2"
    for event in events:
        value = message(message(event[5])[1])
        yield value[1].decode(), event[1], event.get(2, 0), value[2]


def test_what_is_written_is_what_a_reader_of_the_format_finds(tmp_path):
    path = tmp_path / "x.tfevents"
    rows = [("loss", 1.5, 0, 0.25), ("d/2", 2.5, 2**40, -1e30), ("ünïcode", 3.0, 300, float("inf"))]
    with EventFile(path, 1.0) as file:
        for tag, wall_time, step, value in rows:
            file.scalar(tag, wall_time, step, value)
    expected = [(tag, wall, step, pytest.approx(value, rel=1e-7)) for tag, wall, step, value in rows]
    assert list(scalars(path.read_bytes())) == expected


def test_a_file_that_is_not_written_to_its_end_leaves_the_one_before(tmp_path):
    path = tmp_path / "x.tfevents"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match="no room"), EventFile(path, 1.0):
        raise OSError("no room")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("x.tfevents", b"before")]


def test_a_run_has_its_series_over_virtual_time(run, tmp_path):
    EXPORTS["tensorboard"].write(run, str(tmp_path / "boards"))
    (path,) = (tmp_path / "boards" / run.folder.name).glob("*tfevents*")
    found = list(scalars(path.read_bytes()))
    series = {tag: [(step, value) for name, _, step, value in found if name == tag] for tag, *_ in found}
    assert series == {
        "accuracy": [(1_000_000, 0.5), (2_000_000, 0.75)],
        "nodes/b/accuracy": [(2_000_000, 0.25)],
        "traffic/backhaul": [(0, 800.0), (1_000_000, 1600.0)],  # 100 and 200 bytes in a second
        "power": [(0, 3.0), (1_000_000, 3.0)],
    }
    walls = [wall for tag, wall, *_ in found if tag == "accuracy"]
    assert walls[1] - walls[0] == pytest.approx(1.0)
