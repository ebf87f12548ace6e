"""A gate hands programs what is sound, new, and fits; everything else it refuses with a reason."""

import math
from dataclasses import replace

import pytest
import torch

from wayfare.emulator.gate import Gate
from wayfare.emulator.likeness import Likeness
from wayfare.emulator.packets import LayerUpdate, ModelPacket, PacketError, PacketKind, RefuseReason, count_hop
from wayfare.emulator.replays import ReplayMemory
from wayfare.emulator.signing import Keyring, Signing
from wayfare.models.cnn import CNNStructure
from wayfare.models.linear import LinearStructure
from wayfare.models.mlp import MLPStructure
from wayfare.models.model import Model, same_weights
from wayfare.models.packing import pack
from wayfare.models.scaling import scale_bits

STRUCTURE = MLPStructure((6, 4, 3))
MODEL = STRUCTURE.initial(1)
HEAD = {"source": 0, "destination": 1, "sequence": 1}
PACKET = ModelPacket(PacketKind.MODEL, 5, b"", {}, **HEAD).with_model(MODEL)


def gate(memory_bytes=1e9, **options):
    return Gate(1, 3, memory_bytes, **options)


def refusal(gate, packet, **options):
    with pytest.raises(PacketError) as refused:
        gate.admit(packet if isinstance(packet, bytes) else packet.encode(), **options)
    return refused.value.reason


def test_an_honest_packet_passes_with_its_model_opened():
    packet = gate().admit(PACKET.encode())
    assert same_weights(packet.to_model(), MODEL)
    assert packet.to_model() is packet.contents


def test_what_was_here_is_refused_when_it_comes_again():
    door, data = gate(), PACKET.encode()
    door.admit(data)
    assert refusal(door, data) == RefuseReason.REPLAYED
    assert refusal(door, count_hop(data, 9)) == RefuseReason.REPLAYED
    door.admit(replace(PACKET, sequence=2).encode())
    door.admit(replace(PACKET, source=2).encode())


def test_what_was_refused_may_come_again_in_order():
    """A forged packet does not keep out the honest one whose number it has."""
    door = gate()
    refusal(door, replace(PACKET, payload=b"forged"))
    door.admit(PACKET.encode())


def test_what_was_sent_to_another_node_is_a_replay():
    assert refusal(gate(), replace(PACKET, destination=2)) == RefuseReason.REPLAYED


def test_the_hop_limit_may_be_reached_but_not_exceeded():
    data = replace(PACKET, hop_limit=3).encode()
    assert gate().admit(count_hop(data, 3)).hop_count == 3
    assert refusal(gate(), count_hop(data, 4)) == RefuseReason.HOP_LIMIT


@pytest.mark.parametrize(
    "changes", [{"source": -1}, {"source": 3}, {"visited": (3,)}, {"updates": (LayerUpdate(9, 1),)}]
)
def test_a_header_that_names_nodes_that_are_not_there_is_refused(changes):
    assert refusal(gate(), replace(PACKET, **changes)) == RefuseReason.MALFORMED


def test_packet_and_weights_must_fit_beside_what_the_node_holds():
    data = PACKET.encode()
    needed = len(data) + STRUCTURE.parameters * 4
    gate(needed).admit(data)
    gate(needed + 100).admit(data, held_bytes=100)
    assert refusal(gate(needed - 1), data) == RefuseReason.DOES_NOT_FIT
    assert refusal(gate(needed + 100), data, held_bytes=101) == RefuseReason.DOES_NOT_FIT


def test_what_is_packed_small_needs_the_room_of_its_weights():
    packed = PACKET.with_model(scale_bits(MODEL, 4))
    size = len(packed.encode())
    assert refusal(gate(size + STRUCTURE.parameters * 4 - 1), packed) == RefuseReason.DOES_NOT_FIT


def test_the_bytes_alone_can_be_too_many_to_look_at():
    assert refusal(gate(99), bytes(100)) == RefuseReason.DOES_NOT_FIT


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_weights_samples_and_tensors_that_are_no_numbers_are_refused(value):
    weights = {name: tensor.clone() for name, tensor in MODEL.weights.items()}
    weights["layer2.bias"][1] = value
    assert refusal(gate(), PACKET.with_model(Model(STRUCTURE, weights))) == RefuseReason.NOT_FINITE
    tensors = replace(PACKET, kind=PacketKind.TENSORS, payload=pack({"logits": torch.tensor([1.0, value])}))
    assert refusal(gate(), tensors) == RefuseReason.NOT_FINITE
    raw = {"features": torch.ones(1, 6, dtype=torch.uint8), "labels": torch.zeros(1, dtype=torch.uint8)}
    raw["scale"] = torch.tensor([value], dtype=torch.float64)
    assert refusal(gate(), replace(PACKET, kind=PacketKind.DATA, payload=pack(raw))) == RefuseReason.NOT_FINITE


def test_an_unknown_structure_is_refused():
    assert refusal(gate(), replace(PACKET, specification={"family": "gnn"})) == RefuseReason.UNKNOWN_STRUCTURE


def test_a_model_of_another_family_passes_where_task_inputs_and_outputs_agree():
    door = gate(likeness=Likeness(STRUCTURE))
    for sequence, structure in enumerate((LinearStructure((6, 3)), CNNStructure((2, 3), 3, (2,), 1, pooling=1))):
        door.admit(replace(PACKET, sequence=sequence).with_model(structure.initial(1)).encode())


@pytest.mark.parametrize(
    "structure", [MLPStructure((7, 4, 3)), MLPStructure((6, 4, 2)), MLPStructure((6, 4, 3), task="regression")]
)
def test_a_model_of_another_task_is_refused(structure):
    other = PACKET.with_model(structure.initial(1))
    gate().admit(other.encode())
    assert refusal(gate(likeness=Likeness(STRUCTURE)), other) == RefuseReason.UNKNOWN_STRUCTURE


def test_samples_of_another_kind_are_refused(make_shard):
    own, sent = make_shard("a"), make_shard("b")
    door = gate(likeness=Likeness(STRUCTURE, own))
    packet = replace(PACKET, kind=PacketKind.DATA, specification={"data": "shard"})
    door.admit(replace(packet, payload=pack(sent.raw())).encode())
    for other in (
        replace(sent, scale=1.0),
        replace(sent, features=sent.features.float()),
        replace(sent, features=sent.features[:, :5]),
        replace(sent, labels=sent.labels + 3),
        replace(sent, features=sent.features[:0], labels=sent.labels[:0]),
    ):
        wrong = replace(packet, sequence=2, payload=pack(other.raw()))
        assert refusal(door, wrong) == RefuseReason.UNKNOWN_STRUCTURE


def test_a_beacon_passes():
    assert gate().admit(ModelPacket(PacketKind.BEACON, 1, b"", {"free": 1}, **HEAD).encode()).contents is None


def test_with_keys_only_what_its_source_has_signed_passes():
    ring = Keyring(Signing(), ("a", "b", "c"), 7)
    signed = ring.sign(PACKET)
    assert gate(keyring=ring).admit(signed.encode()).signature == signed.signature
    assert refusal(gate(keyring=ring), PACKET) == RefuseReason.UNSIGNED
    assert refusal(gate(keyring=ring), replace(signed, source=2)) == RefuseReason.BAD_SIGNATURE


def test_a_stranger_learns_nothing_of_what_was_here():
    """The signature is looked at first, so an unsigned copy is not called a replay."""
    ring = Keyring(Signing(), ("a", "b", "c"), 7)
    door = gate(keyring=ring)
    door.admit(ring.sign(PACKET).encode())
    assert refusal(door, PACKET) == RefuseReason.UNSIGNED


def test_the_memory_against_replays_is_bounded_and_never_forgets_to_refuse():
    memory = ReplayMemory(kept=10)
    for number in range(100):
        assert not memory.has_seen(0, number)
        memory.remember(0, number)
    assert len(memory) == 10
    assert all(memory.has_seen(0, number) for number in range(100))
    assert not memory.has_seen(0, 100)
    assert not memory.has_seen(1, 0)


def test_a_packet_that_was_overtaken_by_a_few_is_new():
    memory = ReplayMemory(kept=10)
    for number in range(1, 10):
        memory.remember(0, number)
    assert not memory.has_seen(0, 0)
    memory.remember(1, 5)
    memory.remember(1, 6)
    assert memory.has_seen(0, 0), "after ten others nobody knows any more"
