"""Forged packets are refused by the reason that they are made for."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from wayfare.emulator.forgery import FORGERIES, HOSTILE, Forged, Forger, Forging
from wayfare.emulator.gate import Gate
from wayfare.emulator.methods import FedAvg
from wayfare.emulator.packets import ModelPacket, PacketError, PacketKind, RefuseReason
from wayfare.emulator.records import EventKind
from wayfare.emulator.signing import Keyring, Signing
from wayfare.models.mlp import MLPStructure

RING = Keyring(Signing(), ("a", "b"), 7)
PACKET = ModelPacket(PacketKind.MODEL, 5, b"", {}, source=0, destination=1, sequence=1).with_model(
    MLPStructure((6, 4, 3)).initial(1)
)


def gate_after(data, keyring):
    gate = Gate(1, 2, 1e9, keyring)
    gate.admit(data)
    return gate


def forger(forgery="mixed"):
    return Forger(forgery, np.random.default_rng(3))


@pytest.mark.parametrize("forgery", sorted(set(FORGERIES) - {"hostile"}))
def test_a_forgery_is_refused_for_what_it_is(forgery):
    data, forging = RING.sign(PACKET).encode(), forger(forgery)
    forging.overhear(data)
    reasons = set()
    for _ in range(20):
        with pytest.raises(PacketError) as refused:
            gate_after(data, RING).admit(forging.forge())
        reasons.add(refused.value.reason)
    assert reasons == {RefuseReason[forgery.removesuffix("-exceeded").upper().replace("-", "_")]}


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        ("promises 10^12 weights", "MALFORMED"),
        ("promises 10^12 empty rows", "MALFORMED"),
        ("promises a list of 2^63 bytes", "OVERSIZED"),
        ("promises one tensor twice", "MALFORMED"),
        ("promises 20,000 tensors of nothing", "OVERSIZED"),
        ("promises layers of 2^31", "OVERSIZED"),
        ("promises 10^12 bytes", "TRUNCATED"),
        ("promises 2^32 letters", "OVERSIZED"),
        ("nests a thousand lists", "OVERSIZED"),
        ("has a deadline that is no number", "MALFORMED"),
        ("comes from nobody", "MALFORMED"),
        ("carries what is no number", "NOT_FINITE"),
    ],
)
def test_a_hostile_packet_is_refused_for_what_it_is_even_where_nothing_is_signed(hostile, reason):
    data = PACKET.encode()
    with pytest.raises(PacketError) as refused:
        gate_after(data, None).admit(HOSTILE[hostile](data))
    assert refused.value.reason == RefuseReason[reason]


def test_every_way_to_be_hostile_is_used():
    forging, data = forger("hostile"), PACKET.encode()
    forging.overhear(data)
    assert {forging.forge() for _ in range(80)} == {make(data) for make in HOSTILE.values()}


def test_without_signatures_an_unsigned_packet_passes():
    data, forging = PACKET.encode(), forger("unsigned")
    forging.overhear(data)
    assert gate_after(data, None).admit(forging.forge()).source == 0


def test_nothing_is_forged_before_there_was_something_to_overhear():
    assert forger().forge() == b""


def test_mixed_forgeries_come_in_turn_and_are_the_same_for_one_seed():
    data = PACKET.encode()

    def made():
        forging = forger()
        forging.overhear(data)
        return [forging.forge() for _ in range(len(FORGERIES))]

    assert made() == made()
    assert made()[0] == data[: len(made()[0])]
    assert made()[list(FORGERIES).index("replayed")] == data


def test_the_latest_packet_is_the_one_that_is_forged():
    forging = forger("replayed")
    for sequence in (1, 2):
        forging.overhear(replace(PACKET, sequence=sequence).encode())
    assert ModelPacket.decode(forging.forge()).sequence == 2


def test_forged_packets_are_sent_at_regular_times_until_the_end():
    assert list(Forged(from_="a", to="b", interval_s=0.5, start_s=1.0, until_s=2.1).times_s()) == [1.0, 1.5, 2.0]
    endless = Forged(from_="a", to="b", interval_s=0.25).times_s()
    assert list(islice(endless, 3)) == [0.0, 0.25, 0.5]


@pytest.mark.parametrize("wrong", [{"to": "a"}, {"start_s": 2.0, "until_s": 2.0}])
def test_a_forger_that_makes_no_sense_is_a_mistake(wrong):
    with pytest.raises(ValueError, match=r"itself|ends before"):
        Forged(**{"from_": "a", "to": "b", "interval_s": 1.0, **wrong})


def test_a_node_that_is_sent_all_kinds_of_forged_packets_refuses_them_and_goes_on(live, wired):
    """Every refusal is counted by its reason and recorded; the server takes as many answers as without an attack."""
    wiring = wired(("a", "server", 1e7, 0.001), ("b", "server", 1e7, 0.001), tiers={"server": "cloud"})
    keyring = Keyring(Signing(required=True), tuple(wiring.names), 7)
    target, source = wiring.names.index("server"), wiring.names.index("b")
    forging = Forging(source, target, iter([0.1 + 0.01 * place for place in range(60)]), forger())
    runs = [
        live(wiring, FedAvg(steps=2), ("a", "b"), stop_s=1.5, keyring=keyring, forgings=forgings)
        for forgings in ((), (forging,))
    ]
    attacked = runs[1]
    named = {form.removesuffix("-exceeded") for form in FORGERIES if form != "hostile"}
    assert named <= attacked.summary["refused"].keys()
    refused = [RefuseReason(int(event["value"])) for event in attacked.by_kind[EventKind.REFUSE]]
    assert Counter(reason.name.lower().replace("_", "-") for reason in refused) == attacked.summary["refused"]
    assert len(refused) == 60
    assert {event["node"] for event in attacked.by_kind[EventKind.REFUSE]} == {target}
    before, after = (len(run.by_kind[EventKind.MERGE]) for run in runs)
    assert after >= 0.8 * before > 10
