"""Whatever bytes arrive, a node refuses them with a reason or takes them for exactly what they are."""

import random
import struct
import sys
import tracemalloc
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.forgery import FORGERIES, HOSTILE, rewrite, with_specification
from wayfare.emulator.gate import Gate
from wayfare.emulator.packets import LayerUpdate, ModelPacket, PacketError, PacketKind, Performance, RefuseReason
from wayfare.emulator.packets.header import FIELDS, FIXED, OFFSETS
from wayfare.emulator.signing import Keyring, Signing
from wayfare.models import backbone  # noqa: F401 - packets of adapters need it, and are counted from there on
from wayfare.models.cnn import CNNStructure
from wayfare.models.linear import LinearStructure
from wayfare.models.mlp import MLPStructure
from wayfare.models.packing import pack, unpack
from wayfare.models.scaling import scale_bits
from wayfare.models.shard import Shard
from wayfare.models.transformer import TransformerStructure

RING = Keyring(Signing(), ("a", "b"), 7)
STRUCTURES = (
    LinearStructure((6, 3)),
    MLPStructure((6, 4, 3)),
    CNNStructure((4, 4), 3, (2,), 3, (4,)),
    TransformerStructure(4, 1, 1, 4),
)

NUMBERS = (b"", b"\xff" * 8, b"\0" * 8, b"\x7f" * 8, (10**12).to_bytes(8, "little"))  # what fields may be made to say


@cache
def honest():
    """The bytes of real packets of every kind, all from node 0 to node 1."""
    head = {
        "source": 0,
        "destination": 1,
        "sequence": 3,
        "visited": (0,),
        "updates": (LayerUpdate(0, 12),),
        "sought": (2,),
        "seen": (5, 6, 1),
        "performance": Performance(0, 0, 0.5, 2.0),
    }
    models = [structure.initial(1) for structure in STRUCTURES]
    models += [scale_bits(models[1], bits) for bits in (16, "bf16", 8, 4)]
    packets = [ModelPacket(PacketKind.MODEL, 5, b"", {}, **head).with_model(model) for model in models]
    shard = Shard(torch.arange(12, dtype=torch.uint8).reshape(2, 6), torch.tensor([0, 2]), 1 / 16)
    packets += [
        ModelPacket(PacketKind.DATA, 6, pack(shard.raw()), {"data": "shard"}, **head),
        ModelPacket(PacketKind.TENSORS, 7, pack({"logits": torch.ones(2, 3)}), {"data": "logits"}, **head),
        ModelPacket(PacketKind.BEACON, 8, b"", {"free_slots": 1}, **head),
        RING.sign(ModelPacket(PacketKind.BEACON, 9, b"", {}, **head)),
    ]
    return tuple(packet.encode() for packet in packets)


def repaired(data):
    """The bytes with lengths and checksum that are right again, so that what is wrong lies deeper."""
    if len(data) < FIXED.size or data[:6] != honest()[0][:6]:
        return data
    header_bytes = int.from_bytes(data[OFFSETS["header_bytes"] :][:4], "little")
    return rewrite(data, payload_bytes=max(0, len(data) - header_bytes))


@st.composite
def mutants(draw):
    """Real packets, truncated, changed, spliced with others, or with any number in a field, some of them repaired."""
    data = draw(st.sampled_from(honest()))
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        data = draw(
            st.sampled_from(
                (
                    data[:at],
                    data[:at] + draw(st.binary(max_size=8)) + data[at + 4 :],
                    data[:at] + draw(st.binary(max_size=40)) + data[at:],
                    data[:at] + data[end:],
                    data[:end] + data[at:],
                    data[:at] + draw(st.sampled_from(honest()))[at:],
                    _with_number(data, draw(st.sampled_from(FIELDS[2:-1])), draw(st.binary(min_size=8, max_size=8))),
                )
            )
        )
    return repaired(data) if draw(st.booleans()) else data


def _with_number(data, field, noise):
    name, form = field
    size = struct.calcsize(f"<{form}")
    return data[: OFFSETS[name]] + noise[:size] + data[OFFSETS[name] + size :] if len(data) >= FIXED.size else data


def outcome(data, keyring=None):
    """What a gate makes of bytes: the packet, or why not. Anything but a PacketError goes on."""
    try:
        return Gate(1, 2, 1e9, keyring).admit(data)
    except PacketError as refused:
        return RefuseReason(refused.reason)


def harmless(data, keyring=None):
    """Check that bytes are refused, or taken for what they are, in memory and calls in proportion to their number."""
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    tracemalloc.start()
    sys.setprofile(count)
    try:
        taken = outcome(data, keyring)
    finally:
        sys.setprofile(None)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak_bytes < 2**20 + 16 * len(data)
    assert calls < 20_000 + 8 * len(data)
    if isinstance(taken, ModelPacket):
        assert taken.encode() == data
    return taken


@pytest.fixture(autouse=True, scope="module")
def _warm():
    """Import and compile beforehand what the first packets need."""
    for data in honest():
        outcome(data)


def test_honest_packets_are_taken():
    assert all(isinstance(harmless(data), ModelPacket) for data in honest())


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_a_changed_packet_is_refused_or_taken_for_what_it_is(data):
    harmless(data)


def test_thousands_of_changed_packets_are_refused_or_taken_for_what_they_are():
    rng = random.Random(5)
    for _ in range(3000):
        data = bytearray(rng.choice(honest()))
        for _ in range(rng.randint(1, 5)):
            at, noise = rng.randrange(len(data) + 1), rng.choice(NUMBERS) + rng.randbytes(rng.randrange(20))
            data[at : at + rng.choice((0, len(noise), 60))] = rng.choice((b"", noise, rng.choice(honest())[at:]))
        taken = outcome(repaired(bytes(data)))
        assert not isinstance(taken, ModelPacket) or taken.encode() == repaired(bytes(data))


@pytest.mark.parametrize("bits", [8, 4])
def test_scales_that_overflow_are_refused_without_a_word(bits):
    """Warnings are errors here, as they may be where a node runs."""
    packet = ModelPacket(PacketKind.MODEL, 5, b"", {}, 0).with_model(scale_bits(STRUCTURES[1].initial(1), bits))
    tensors = {
        name: torch.full_like(tensor, 3e38) if tensor.dtype in (torch.float32, torch.bfloat16) else tensor
        for name, tensor in unpack(packet.payload).items()
    }
    data = packet.but(payload=pack(tensors), source=0, destination=1, sequence=3, visited=(0,)).encode()
    assert isinstance(harmless(data), RefuseReason)


def test_adapters_for_a_base_that_is_not_here_are_refused_without_loading_anything():
    said = {"base": "ab" * 32, "length": 10, "classes": 3, "rank": 8, "alpha": 8.0, "targets": ["q"], "tokens": 10}
    for change in ({}, {"rank": 10**12}, {"tokens": 10**12}, {"targets": []}, {"alpha": "x"}, {"base": "../.."}):
        packet = replace(ModelPacket.decode(honest()[0]), specification={"family": "lora", **said, **change})
        assert harmless(packet.encode()) is RefuseReason.UNKNOWN_STRUCTURE


@settings(max_examples=100, deadline=None)
@given(mutants())
def test_no_changed_packet_gets_past_a_signature(data):
    """But for the hop count, which is not signed, and but for packets that are not changed at all."""
    taken = harmless(data, RING)
    if isinstance(taken, ModelPacket):
        assert replace(taken, hop_count=0).encode() == honest()[-1]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.booleans())
def test_any_bytes_are_refused(noise, begins_well):
    data = honest()[0][: len(noise) % FIXED.size] + noise if begins_well else noise
    assert isinstance(harmless(repaired(data)), RefuseReason)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_model_of_any_specification_is_refused_or_taken(data):
    number = data.draw(st.integers(0, len(STRUCTURES) - 1))
    specification = STRUCTURES[number].specification()
    for key in data.draw(st.lists(st.sampled_from([*specification, "new"]), min_size=1, max_size=3)):
        specification[key] = data.draw(json_values)
    packet = replace(ModelPacket.decode(honest()[number]), specification=specification)
    harmless(packet.encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_specification_is_refused_or_taken(text):
    harmless(with_specification(honest()[0], text[: 2**16]))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(PacketKind))
def test_any_payload_is_refused_or_taken(payload, kind):
    harmless(replace(ModelPacket.decode(honest()[1]), payload=payload, kind=kind).encode())


SPECIFICATIONS = {
    "backslashes": b'{"' + b"\\" * 65_000 + b'"',
    "quotes without an end": b'{"' + rb"\"" * 32_000,
    "lists": b'{"a":' + b"[[]," * 15_000,
    "mappings": b'{"a":{' * 10_000,
    "many mappings": b'{"a":[' + b"{}," * 20_000 + b"0]}",
    "a long number": b'{"a":' + b"1" * 65_000,
    "zeros": b'"\x00"' * 10_000,
}


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_a_specification_made_to_be_slow_or_large_is_refused(name):
    assert isinstance(harmless(with_specification(honest()[0], SPECIFICATIONS[name])), RefuseReason)


PAYLOADS = {
    "quotes without an end": struct.pack("<Q", 2**21) + b'{"' + rb"\"" * 2**20,
    "lists": struct.pack("<Q", 2**20) + b"{" + b"[" * 2**20,
    "spaces": struct.pack("<Q", 2**20) + b" " * 2**20,
    "numbers": struct.pack("<Q", 2**20) + b'{"a":{"dtype":"F32","shape":[' + b"1," * 2**19,
    "names": struct.pack("<Q", 2**20) + b'{"' + b"a" * 2**20,
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_made_to_be_slow_or_large_is_refused(name):
    packet = replace(ModelPacket.decode(honest()[9]), payload=PAYLOADS[name], kind=PacketKind.TENSORS)
    assert isinstance(harmless(packet.encode()), RefuseReason)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_packet_is_refused(hostile):
    assert isinstance(harmless(HOSTILE[hostile](honest()[1])), RefuseReason)


@pytest.mark.parametrize("forgery", sorted(set(FORGERIES) - {"replayed", "unsigned", "bad-signature"}))
def test_a_forged_packet_is_refused_without_any_signatures(forgery):
    rng = np.random.default_rng(3)
    assert all(isinstance(harmless(FORGERIES[forgery](data, rng)), RefuseReason) for data in honest()[:8])
