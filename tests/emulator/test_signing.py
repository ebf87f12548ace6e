"""A signature says who sent a packet, and that nobody has changed it since."""

import sys
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.packets import ModelPacket, PacketError, PacketKind, RefuseReason, count_hop
from wayfare.emulator.signing import Keyring, Signing, SigningError, derived_seed

NAMES = ("a", "b", "c")
OTHER_KEY = "07" * 32
PACKET = ModelPacket(PacketKind.DATA, 5, b"payload", {"data": "shard"}, source=0, destination=1, sequence=4)


def refusal(keyring, packet):
    with pytest.raises(PacketError) as refused:
        keyring.check(packet)
    return refused.value.reason


def test_the_signature_is_that_of_rfc_8032():
    """Section 7.1, test 2: the key pair, and the signature of one byte, 0x72."""
    from wayfare.emulator.signing import _key

    key = _key(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert key.public_key().public_bytes_raw().hex() == (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_what_a_node_signs_everybody_takes():
    signed = Keyring(Signing(), NAMES, 7).sign(PACKET)
    Keyring(Signing(), NAMES, 7).check(signed)
    assert len(signed.signature) == 64
    assert len(signed.encode()) == len(PACKET.encode()) + 64


def test_a_signature_is_the_same_every_time():
    assert Keyring(Signing(), NAMES, 7).sign(PACKET).signature == Keyring(Signing(), NAMES, 7).sign(PACKET).signature


def test_derived_keys_depend_on_the_seed_and_on_the_name_alone():
    signed = Keyring(Signing(), NAMES, 7).sign(PACKET)
    Keyring(Signing(), ("a", "z"), 7).check(signed)
    assert refusal(Keyring(Signing(), NAMES, 8), signed) == RefuseReason.BAD_SIGNATURE
    assert len({derived_seed(7, "a"), derived_seed(7, "b"), derived_seed(8, "a")}) == 3


def test_a_key_of_the_scenario_takes_the_place_of_the_derived_one():
    own = Signing(keys={"a": OTHER_KEY})
    signed = Keyring(own, NAMES, 7).sign(PACKET)
    Keyring(own, NAMES, 8).check(signed)
    assert refusal(Keyring(Signing(), NAMES, 7), signed) == RefuseReason.BAD_SIGNATURE


@given(st.integers(0, 2**32 - 1))
def test_nodes_on_the_way_may_count_hops(hops):
    ring = Keyring(Signing(), NAMES, 7)
    ring.check(ModelPacket.decode(count_hop(ring.sign(PACKET).encode(), hops)))


CHANGES = {
    "kind": PacketKind.TENSORS,
    "packet": 6,
    "payload": b"Payload",
    "specification": {},
    "model": 1,
    "task": 1,
    "source": 1,
    "destination": 2,
    "sequence": 5,
    "hop_limit": 65,
    "priority": 1,
    "fragment": 1,
    "fragments": 9,
    "deadline_s": 9.0,
    "performance": PACKET.performance._replace(value=1.0),
    "scale": PACKET.scale._replace(rank=4),
    "visited": (1,),
    "lineage": (1,),
    "updates": ((1, 1),),
    "sought": (1,),
    "seen": (1,),
}


def test_every_field_but_the_hop_count_is_covered():
    """A new field of the packet must be listed here."""
    assert set(CHANGES) == {field.name for field in fields(ModelPacket)} - {"hop_count", "signature"}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_else_changes_breaks_the_signature(name):
    ring = Keyring(Signing(), NAMES, 7)
    signed = replace(ring.sign(replace(PACKET, fragments=8)), **{name: CHANGES[name]})
    assert refusal(ring, signed) == RefuseReason.BAD_SIGNATURE


def test_a_signature_of_any_other_length_is_bad():
    ring = Keyring(Signing(), NAMES, 7)
    assert refusal(ring, replace(PACKET, signature=b"short")) == RefuseReason.BAD_SIGNATURE


def test_an_unsigned_packet_is_refused_where_signatures_are_required():
    ring = Keyring(Signing(keys={"a": OTHER_KEY}, derived=False), NAMES, 7)
    assert refusal(ring, PACKET) == RefuseReason.UNSIGNED
    assert refusal(ring, replace(PACKET, source=1)) == RefuseReason.UNSIGNED


def test_where_none_is_required_only_a_node_without_a_key_may_leave_it_out():
    ring = Keyring(Signing(keys={"a": OTHER_KEY}, derived=False, required=False), NAMES, 7)
    without_key = ring.sign(replace(PACKET, source=1))
    assert without_key.signature == b""
    ring.check(without_key)
    assert refusal(ring, PACKET) == RefuseReason.UNSIGNED


def test_a_signature_of_whom_nobody_trusts_is_refused():
    ring = Keyring(Signing(trusted=("b",)), NAMES, 7)
    ring.check(ring.sign(replace(PACKET, source=1)))
    assert refusal(ring, ring.sign(PACKET)) == RefuseReason.BAD_SIGNATURE
    assert refusal(ring, replace(ring.sign(PACKET), source=77)) == RefuseReason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"keys": {"a": "12"}}, "the key of 'a' is not 32 bytes"),
        ({"keys": {"a": "xy" * 32}}, "the key of 'a' is not 32 bytes"),
        ({"derived": False}, "nobody has a key"),
    ],
)
def test_keys_that_are_none_are_a_mistake(wrong, message):
    with pytest.raises(ValueError, match=message):
        Signing(**wrong)


@pytest.mark.parametrize("signing", [Signing(keys={"bb": OTHER_KEY}), Signing(trusted=("bb",))])
def test_a_key_or_trust_for_a_node_that_is_not_there_is_a_mistake(signing):
    with pytest.raises(SigningError, match=r"no node is named 'bb'; did you mean 'b'\?"):
        Keyring(signing, NAMES, 7)


def test_without_the_library_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(SigningError, match=r"pip install 'wayfare\[signing\]'"):
        Keyring(Signing(), NAMES, 7)
