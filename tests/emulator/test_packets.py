"""A packet is real bytes: what is encoded comes back, and nothing else is taken for it."""

import math
import pickle
import struct
import weakref
from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.forgery import rewrite
from wayfare.emulator.packets import (
    VERSION,
    LayerUpdate,
    ModelPacket,
    PacketError,
    PacketKind,
    Payload,
    Performance,
    RefuseReason,
    ScaleStamp,
    count_hop,
    hops_of,
    limits,
)
from wayfare.models.mlp import MLPStructure
from wayfare.models.model import same_weights
from wayfare.models.packing import pack
from wayfare.models.scaling import scale_bits


def whole(bits, least=0):
    """Whole numbers of so many bits; those that may be -1 have a sign."""
    return st.integers(least, 2 ** (bits + min(least, 0)) - 1)


times = st.floats(0, allow_nan=False, allow_infinity=False)
shares = st.floats(0, allow_infinity=False, exclude_min=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
packets = st.builds(
    ModelPacket,
    kind=st.sampled_from(PacketKind),
    packet=whole(64),
    payload=st.binary(max_size=300),
    specification=st.dictionaries(st.text(), json_values, max_size=3),
    model=whole(64),
    task=whole(32),
    source=whole(32, -1),
    destination=whole(32, -1),
    sequence=whole(64),
    hop_count=whole(32),
    hop_limit=whole(32),
    priority=whole(8),
    fragment=st.integers(0, 7),
    fragments=st.integers(8, 2**32 - 1),
    deadline_s=times | st.just(math.inf),
    performance=st.builds(
        Performance, whole(16), whole(32, -1), st.floats(allow_nan=False, allow_infinity=False), times
    ),
    scale=st.builds(ScaleStamp, shares, shares, whole(32), whole(8), st.floats(0, 1)),
    visited=st.lists(st.integers(0, 2**31 - 1), max_size=64).map(tuple),
    lineage=st.lists(whole(64), max_size=16).map(tuple),
    updates=st.lists(st.builds(LayerUpdate, whole(32, -1), whole(64)), max_size=5).map(tuple),
    sought=st.lists(whole(16), max_size=10).map(tuple),
    seen=st.lists(whole(32), max_size=10).map(tuple),
    signature=st.binary(max_size=64),
)


def values(packet):
    return {field.name: getattr(packet, field.name) for field in fields(packet)}


def test_a_packet_is_shown_in_a_line_whatever_it_carries():
    head = {
        "source": 3,
        "destination": 4,
        "hop_count": 2,
        "visited": tuple(range(60)),
        "updates": (LayerUpdate(3, 12),),
    }
    packet = ModelPacket(PacketKind.MODEL, 5, b"x" * 10_000, {"family": "mlp"}, **head)
    assert repr(packet) == (
        "ModelPacket(MODEL, packet=5, mlp in 10000 bytes, from 3 to 4, hop 2 of 64, "
        "visited=(52, 53, 54, 55, 56, 57, 58, 59), learned_samples=12)"
    )
    assert len(repr(packet.but(specification={"family": "y" * 10_000}))) < 250


@given(packets)
def test_a_packet_comes_back_as_it_was_encoded(packet):
    assert values(ModelPacket.decode(packet.encode())) == values(packet)


def test_a_stamp_that_says_nothing_yet_survives(sample):
    assert math.isnan(ModelPacket.decode(sample.encode()).performance.value)


def test_the_model_inside_comes_back_with_the_same_bits(sample):
    model = MLPStructure((6, 4, 3)).initial(1)
    assert same_weights(ModelPacket.decode(sample.encode()).to_model(), model)
    scaled = scale_bits(model, 16)
    arrived = ModelPacket.decode(sample.with_model(scaled).encode()).to_model()
    assert same_weights(arrived, scaled)
    assert arrived.bits == 16


def test_sixteen_bits_halve_the_weights_on_the_wire():
    """The weights of an MLP 64-512-10 are nearly all of a packet; nothing measures a tensor's Python object."""
    model = MLPStructure((64, 512, 10)).initial(1)
    empty = ModelPacket(PacketKind.MODEL, 0, b"", {})
    full, half = (len(empty.with_model(m).encode()) for m in (model, scale_bits(model, 16)))
    assert model.structure.parameters * 4 < full < model.structure.parameters * 4 + 1000
    assert full - half == pytest.approx(model.structure.parameters * 2, abs=16)


def test_the_size_does_not_depend_on_the_digits_of_a_number(sample):
    big = replace(sample, packet=2**63, task=2**31, hop_count=10**9, destination=10**9, seen=(2**31, 7, 7))
    assert len(big.encode()) == len(sample.encode())


def test_encoding_is_deterministic(sample):
    shuffled = replace(sample, specification=dict(reversed(sample.specification.items())))
    assert shuffled.encode() == sample.encode()


def test_every_truncation_is_refused(sample):
    data = sample.encode()
    for length in range(len(data)):
        with pytest.raises(PacketError):
            ModelPacket.decode(data[:length])


def test_a_byte_too_many_is_refused(sample):
    with pytest.raises(PacketError, match="arrived"):
        ModelPacket.decode(sample.encode() + b"\0")


def test_any_changed_byte_is_refused_except_in_the_hop_count(sample):
    data, accepted = sample.encode(), []
    for at in range(len(data)):
        for mask in (0x01, 0x80, 0xFF):
            changed = bytearray(data)
            changed[at] ^= mask
            try:
                ModelPacket.decode(bytes(changed))
            except PacketError:
                continue
            accepted.append(at)
    hops_at = next(at for at in range(len(data)) if count_hop(data, 2**32 - 1)[at] != data[at])
    assert set(accepted) == set(range(hops_at, hops_at + 4))


@given(st.integers(0, 2**32 - 1))
def test_the_hop_count_changes_on_the_way_and_nothing_else_does(hops):
    stamp = Performance(0, 3, 0.5, 1.0)
    packet = ModelPacket(
        PacketKind.DATA, 9, b"payload", {"data": "shard"}, hop_count=1, visited=(3,), performance=stamp
    )
    data = packet.encode()
    arrived = ModelPacket.decode(count_hop(data, hops))
    assert len(count_hop(data, hops)) == len(data)
    assert values(arrived) == values(replace(packet, hop_count=hops))


def test_another_version_is_refused_by_its_number(sample):
    data = bytearray(sample.encode())
    struct.pack_into("<H", data, 4, VERSION - 1)
    with pytest.raises(PacketError, match=f"packet version {VERSION - 1}; this node understands {VERSION}"):
        ModelPacket.decode(bytes(data))


@given(st.binary(max_size=400))
def test_garbage_is_no_packet(garbage):
    for data in (garbage, b"WFMP" + garbage, b"WFMP" + struct.pack("<H", VERSION) + garbage):
        with pytest.raises(PacketError):
            ModelPacket.decode(data)


class Bomb:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a payload was unpickled",))


def test_a_pickle_inside_is_not_opened(sample):
    trapped = replace(sample, payload=pickle.dumps(Bomb()))
    arrived = ModelPacket.decode(trapped.encode())
    with pytest.raises(PacketError, match="packet 5 holds no model"):
        arrived.to_model()
    with pytest.raises(PacketError, match="packet 5 holds no samples"):
        arrived.to_shard()


def test_no_pickle_is_written(sample):
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(sample.payload)


def test_a_model_is_no_data_and_data_is_no_model(sample, make_shard):
    data = ModelPacket(PacketKind.DATA, 6, pack(make_shard("a").raw()), {"data": "shard"})
    with pytest.raises(PacketError, match="holds no samples"):
        sample.to_shard()
    with pytest.raises(PacketError, match="holds no model"):
        data.to_model()
    assert data.to_shard().digest == make_shard("a").digest


@pytest.mark.parametrize(
    "numbers",
    [
        {"kind": 77},
        {"source": -2},
        {"destination": -2},
        {"deadline_s": math.nan},
        {"deadline_s": -1.0},
        {"performance.value": math.inf},
        {"performance.time_s": -1.0},
        {"performance.node": -7},
        {"scale.width": 0.0},
        {"scale.depth": math.inf},
        {"scale.width": math.nan},
        {"scale.sparsity": 1.5},
        {"fragments": 0},
        {"fragment": 1},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(sample, numbers):
    with pytest.raises(PacketError) as refused:
        ModelPacket.decode(rewrite(sample.encode(), **numbers))
    assert refused.value.reason == RefuseReason.MALFORMED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"visited": (1,) * (limits.VISITED_KEPT + 1)}, RefuseReason.OVERSIZED),
        ({"updates": (LayerUpdate(0, 0),) * (limits.UPDATES_MAX + 1)}, RefuseReason.OVERSIZED),
        ({"specification": {"a": "b" * limits.SPECIFICATION_BYTES_MAX}}, RefuseReason.OVERSIZED),
        ({"specification": {"a": math.nan}}, RefuseReason.MALFORMED),
        ({"specification": {"a": b"bytes"}}, RefuseReason.MALFORMED),
        ({"task": -1}, RefuseReason.MALFORMED),
        ({"visited": (-1,)}, RefuseReason.MALFORMED),
        ({"deadline_s": math.nan}, RefuseReason.MALFORMED),
    ],
)
def test_what_would_be_refused_is_not_encoded(sample, changes, reason):
    with pytest.raises(PacketError) as refused:
        replace(sample, **changes).encode()
    assert refused.value.reason == reason


def test_the_longest_lists_fit_into_the_longest_header(sample):
    full = replace(
        sample,
        specification={"a": "b" * (limits.SPECIFICATION_BYTES_MAX - 8)},
        visited=(1,) * limits.VISITED_KEPT,
        lineage=(1,) * limits.LINEAGE_KEPT,
        updates=(LayerUpdate(0, 1),) * limits.UPDATES_MAX,
        sought=(1,) * limits.LABELS_MAX,
        seen=(1,) * limits.LABELS_MAX,
        signature=bytes(limits.SIGNATURE_BYTES_MAX),
        performance=Performance(0, 1, 0.5, 1.0),
    )
    data = full.encode()
    assert values(ModelPacket.decode(data)) == values(full)
    assert len(data) - len(full.payload) <= limits.HEADER_BYTES_MAX


def test_the_reason_is_not_lost_when_an_exception_is_made_anew():
    """SimPy does so in the program that waits."""
    error = PacketError(RefuseReason.OVERSIZED, "too much")
    again = type(error)(*error.args)
    assert (again.reason, str(again)) == (RefuseReason.OVERSIZED, "too much")


def test_hops_are_counted_up_to_the_most_a_header_holds_and_not_in_a_stump(sample):
    data = sample.encode()
    assert hops_of(count_hop(data, 2**40)) == 2**32 - 1
    assert count_hop(data[:20], 7) == data[:20]
    assert hops_of(data[:20]) == 0


def test_the_stamp_of_the_scale_says_how_many_bits_a_weight_takes(sample):
    halved = sample.with_model(scale_bits(MLPStructure((6, 4, 3)).initial(1), 16))
    assert (sample.scale.bits, halved.scale.bits) == (32, 16)


def test_named_tensors_travel_and_a_beacon_is_all_header(sample):
    logits = {"logits": torch.arange(6.0).reshape(2, 3)}
    packet = ModelPacket(PacketKind.TENSORS, 7, pack(logits), {"data": "logits"})
    arrived = ModelPacket.decode(packet.encode())
    assert torch.equal(arrived.to_tensors()["logits"], logits["logits"])
    with pytest.raises(PacketError, match="holds no tensors"):
        sample.to_tensors()
    beacon = ModelPacket(PacketKind.BEACON, 8, b"", {"sought": [1, 2]})
    assert ModelPacket.decode(beacon.encode()).contents is None
    with pytest.raises(PacketError, match="has no payload"):
        _ = replace(beacon, payload=b"x").contents


def test_contents_are_unpacked_once(sample):
    arrived = ModelPacket.decode(sample.encode())
    assert arrived.to_model() is arrived.to_model()


@given(packets)
def test_a_letter_is_the_bytes_of_the_packet_in_two_parts(packet):
    letter = packet.seal()
    assert letter.data == packet.encode()
    assert letter.size_bytes == packet.size_bytes == len(letter.data)
    counted = letter.with_hops_counted(count_hop(letter.header, 7))
    assert values(ModelPacket.decode(letter)) == values(ModelPacket.decode(letter.data))
    assert values(ModelPacket.decode(counted)) == values(ModelPacket.decode(count_hop(letter.data, 7)))
    assert replace(counted).sealed is None


def test_a_letter_whose_parts_do_not_belong_together_is_refused(sample):
    letter, other = sample.seal(), sample.with_model(MLPStructure((6, 4, 3)).initial(2)).seal()
    with pytest.raises(PacketError) as refused:
        ModelPacket.decode(replace(letter, payload=other.payload))
    assert refused.value.reason == RefuseReason.CORRUPTED
    with pytest.raises(PacketError) as refused:
        ModelPacket.decode(replace(letter, payload=Payload(letter.payload.data[:-1])))
    assert refused.value.reason == RefuseReason.TRUNCATED


def test_who_gets_one_payload_as_one_structure_gets_one_model(sample):
    first, second = (ModelPacket.decode(sample.but(packet=number).seal()) for number in (1, 2))
    assert first.to_model() is second.to_model()
    assert ModelPacket.decode(sample.encode()).to_model() is not first.to_model()


def test_a_model_that_was_unpacked_goes_with_its_packet(sample):
    model = weakref.ref(ModelPacket.decode(sample.encode()).to_model())
    assert model() is None


def test_a_payload_that_was_opened_is_still_refused_as_another_structure(sample):
    ModelPacket.decode(sample.seal()).to_model()
    other = sample.but(specification={"family": "linear", "widths": [6, 3], "bias": True})
    assert other.known is sample.known
    with pytest.raises(PacketError, match="holds no model"):
        ModelPacket.decode(other.seal()).to_model()


@given(packets, packets)
def test_but_is_replace(packet, other):
    changes = {"sequence": other.sequence, "visited": other.visited, "performance": other.performance}
    assert values(packet.but(**changes)) == values(replace(packet, **changes))
    changed = {"payload": other.payload, "specification": other.specification, "kind": other.kind}
    packet.seal()
    assert packet.but(**changed).encode() == replace(packet, **changed).encode()


def test_a_model_is_packed_once_for_packets_made_from_one(sample):
    model = MLPStructure((6, 4, 3)).initial(1)
    packet = sample.with_model(model)
    assert packet.with_model(model) is packet
    assert packet.but(packet=9).with_model(model).payload is packet.payload
    assert packet.with_model(MLPStructure((6, 4, 3)).initial(2)).payload != packet.payload
