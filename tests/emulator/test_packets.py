"""A packet is real bytes: what is encoded comes back, and nothing else is taken for it."""

import math
import pickle
import struct
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.packets import LayerUpdate, ModelPacket, PacketError, PacketKind, Performance, count_hop
from wayfare.models.mlp import MLPStructure
from wayfare.models.model import same_weights
from wayfare.models.packing import pack, pack_model
from wayfare.models.scaling import scale_bits


def whole(bits, signed=False):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


numbers = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
packets = st.builds(
    ModelPacket,
    kind=st.sampled_from(PacketKind),
    packet=whole(64),
    payload=st.binary(max_size=300),
    specification=st.dictionaries(st.text(), json_values, max_size=3),
    model=whole(64),
    task=whole(32),
    source=whole(32, signed=True),
    destination=whole(32, signed=True),
    hop_count=whole(32),
    hop_limit=whole(32),
    priority=whole(8),
    fragment=whole(32),
    fragments=whole(32),
    deadline_s=numbers,
    performance=st.builds(Performance, whole(16), whole(32, signed=True), numbers, numbers),
    visited=st.lists(whole(32, signed=True), max_size=64).map(tuple),
    lineage=st.lists(whole(64), max_size=16).map(tuple),
    updates=st.lists(st.builds(LayerUpdate, whole(32, signed=True), whole(64)), max_size=5).map(tuple),
    sought=st.lists(whole(16), max_size=10).map(tuple),
    seen=st.lists(whole(32), max_size=10).map(tuple),
    signature=st.binary(max_size=64),
)


def values(packet):
    return {field.name: getattr(packet, field.name) for field in fields(packet)}


@pytest.fixture
def sample():
    """A packet with something in every list, and a real model inside."""
    model = MLPStructure((6, 4, 3)).initial(1)
    return ModelPacket(
        PacketKind.MODEL,
        5,
        b"",
        {},
        hop_count=3,
        visited=(1, 2),
        lineage=(4,),
        updates=(LayerUpdate(1, 12), LayerUpdate(2, 24)),
        sought=(2,),
        seen=(5, 6, 1),
        signature=b"signed",
    ).with_model(model)


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
    struct.pack_into("<H", data, 4, 2)
    with pytest.raises(PacketError, match="packet version 2; this node understands 1"):
        ModelPacket.decode(bytes(data))


@given(st.binary(max_size=400))
def test_garbage_is_no_packet(garbage):
    for data in (garbage, b"WFMP" + garbage, b"WFMP\x01\x00" + garbage):
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


def test_weights_that_do_not_fit_the_specification_are_refused(sample):
    wrong = replace(sample, payload=pack_model(MLPStructure((6, 5, 3)).initial(1)))
    with pytest.raises(PacketError, match="holds no model"):
        wrong.to_model()


@pytest.mark.parametrize("specification", [{}, {"family": "mlp"}, {"family": "mlp", "widths": 3}, {"family": "gnn"}])
def test_a_specification_that_makes_no_sense_is_refused(sample, specification):
    with pytest.raises(PacketError, match="holds no model"):
        replace(sample, specification=specification).to_model()


@pytest.mark.parametrize("text", [b"[1, 2]", b'"mlp"', b"null", b"[" * 100_000])
def test_a_specification_that_is_no_mapping_is_refused(sample, text):
    """A sender can put a right checksum on a wrong header."""
    honest = replace(sample, specification={}, payload=b"")
    data = _with_specification(honest.encode(), text)
    with pytest.raises(PacketError):
        ModelPacket.decode(data).to_model()


def _with_specification(data, text):
    from wayfare.emulator.packets import _FIXED, _checksum

    head = list(_FIXED.unpack_from(data))
    counts_at = len(head) - 2 - 7
    assert head[counts_at] == 2
    head[counts_at], head[4] = len(text), head[4] + len(text) - 2
    body = text + data[_FIXED.size + 2 :]
    head[-1] = _checksum(_FIXED.pack(*head[:-1], bytes(16)) + body)
    return _FIXED.pack(*head) + body


def test_merging_keeps_what_both_packets_have_learned():
    ours = ModelPacket(PacketKind.MODEL, 1, b"", {}, updates=(LayerUpdate(1, 10), LayerUpdate(1, 30)), seen=(5, 0, 7))
    theirs = ModelPacket(PacketKind.MODEL, 2, b"", {}, updates=(LayerUpdate(2, 20), LayerUpdate(2, 20)), seen=(1, 9, 7))
    joined = ours.joined_by(theirs)
    assert joined.lineage == (2,)
    assert joined.seen == (5, 9, 7)
    assert joined.updates == (LayerUpdate(2, 20), LayerUpdate(1, 30))
    assert ours.learned_samples == 30


def test_a_packet_that_has_learned_nothing_takes_over_what_the_other_has():
    theirs = ModelPacket(PacketKind.MODEL, 2, b"", {}, updates=(LayerUpdate(2, 20),), seen=(1, 9))
    joined = ModelPacket(PacketKind.MODEL, 1, b"", {}).joined_by(theirs)
    assert (joined.seen, joined.updates, joined.lineage) == (theirs.seen, theirs.updates, (2,))


def test_only_the_latest_of_a_long_lineage_is_kept():
    packet = ModelPacket(PacketKind.MODEL, 0, b"", {})
    for number in range(1, 30):
        packet = packet.joined_by(ModelPacket(PacketKind.MODEL, number, b"", {}))
    assert packet.lineage == tuple(range(14, 30))
