"""docs/packet-format.md says of every byte what the code does."""

import re
import struct
from pathlib import Path

import pytest
import torch

from wayfare.emulator.packets import (
    VERSION,
    LayerUpdate,
    ModelPacket,
    PacketKind,
    Performance,
    RefuseReason,
    limits,
    signed_part,
)
from wayfare.emulator.packets.header import FIELDS, FIXED, LISTS, OFFSETS
from wayfare.emulator.packets.payload import WIDTHS
from wayfare.models.linear import LinearStructure
from wayfare.models.model import Model

PAGE = (Path(__file__).parents[2] / "docs" / "packet-format.md").read_text(encoding="utf-8")
TYPES = {"B": "u8", "H": "u16", "I": "u32", "Q": "u64", "i": "i32", "d": "f64", "s": "1 byte", "iQ": "i32, u64"}
EXAMPLE = ModelPacket(
    PacketKind.MODEL,
    packet=7,
    payload=b"",
    specification={},
    model=7,
    task=1,
    source=2,
    destination=0,
    sequence=3,
    hop_count=2,
    deadline_s=60.0,
    performance=Performance(0, 2, 0.75, 12.5),
    visited=(1, 2),
    lineage=(4,),
    updates=(LayerUpdate(2, 40),),
    sought=(1,),
    seen=(30, 10),
).with_model(Model(LinearStructure((1, 2), bias=False), {"layer1.weight": torch.tensor([[1.0], [-0.5]])}))


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_the_fixed_part_is_the_layout():
    expected = [[str(OFFSETS[name]), TYPES.get(form, f"{form[:-1]} bytes"), name] for name, form in FIELDS]
    assert [row[:3] for row in rows("The fixed part")] == expected
    assert f"offset {FIXED.size} " in section("The lists")
    assert rows("The fixed part")[1][3] == str(VERSION)


def test_the_table_of_the_lists_is_the_layout():
    assert [row[:3] for row in rows("The lists")] == [[name, TYPES[form], f"{most:,}"] for name, form, most in LISTS]


def test_the_table_of_reasons_names_them_all():
    named = {name: int(number) for number, name, _ in rows("What a node refuses")}
    assert named == {reason.name.lower(): reason.value for reason in RefuseReason}


def test_the_limits_of_the_payload_are_those_of_the_code():
    text = section("The payload")
    for limit in (limits.TENSORS_MAX, limits.TABLE_BYTES_MAX, limits.EXPANSION_MAX, limits.DIMENSIONS_MAX):
        assert f" {limit:,} " in " ".join(text.split())
    assert set(re.findall(r"\b(?:B?F|I|U)\d+\b", text)) == set(WIDTHS)


@pytest.fixture
def dump():
    """The bytes of the worked example on the page."""
    lines = re.findall(r"^[0-9a-f]{4}  ((?:[0-9a-f]{2} ?)+)  ", section("Example"), re.MULTILINE)
    return bytes.fromhex("".join(lines))


def test_the_worked_example_is_the_packet_that_the_page_describes(dump):
    assert EXAMPLE.encode() == dump


def test_the_worked_example_decodes(dump):
    arrived = ModelPacket.decode(dump)
    assert arrived.encode() == dump
    assert arrived.to_model().weights["layer1.weight"].tolist() == [[1.0], [-0.5]]
    assert arrived.updates == (LayerUpdate(2, 40),)
    assert (arrived.hop_count, arrived.hop_limit, arrived.deadline_s) == (2, 64, 60.0)


def test_numbers_stand_where_the_page_says(dump):
    """Read by hand, without the code's layout."""
    assert struct.unpack_from("<Q", dump, 12) == (7,)
    assert struct.unpack_from("<ii", dump, 32) == (2, 0)
    assert struct.unpack_from("<d", dump, 78) == (0.75,)
    assert dump[0xA3 : 0xA3 + 47] == b'{"bias":false,"family":"linear","widths":[1,2]}'
    assert struct.unpack_from("<Q", dump, 0xF8) == (72,)
    assert struct.unpack("<ff", dump[-8:]) == (1.0, -0.5)


def test_what_is_signed_is_what_the_page_says(dump):
    import hashlib

    header, payload = bytearray(dump[:0xF8]), dump[0xF8:]
    header[48:52] = bytes(4)
    header[147:163] = bytes(16)
    assert signed_part(EXAMPLE) == b"wayfare packet\0" + header + hashlib.sha256(payload).digest()


def test_the_checksum_is_what_the_page_says(dump):
    import hashlib

    covered = dump[:48] + bytes(4) + dump[52:147] + dump[163:0xF8] + hashlib.sha256(dump[0xF8:]).digest()
    assert hashlib.blake2b(covered, digest_size=16).digest() == dump[147:163]
