"""Finite buffers: what a node holds for others fits, or is dropped, or waits at the node before."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.buffers import Buffers
from wayfare.emulator.clock import Turn
from wayfare.emulator.laws import LawBroken
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind

# From a and x over b, which has a narrow way out, to c.
NECK = (("a", "b", 80e6, 0.0), ("b", "c", 8e6, 0.0), ("x", "b", 80e6, 0.0))
ROOMY = NodeClass(compute_flop_per_s=1e6, memory_bytes=1e12, power_idle_w=0, power_busy_w=0)


def small(buffer_bytes):
    return replace(ROOMY, buffer_bytes=buffer_bytes)


def most_held(net, node):
    """Return the most packets that a node has held for others at once, from the record; without delays on links."""
    events = net.events()
    refused = {event["flow"] for event in events if event["kind"] == EventKind.FLOW_DROP}
    hops = [event for event in events if event["kind"] == EventKind.HOP_END and event["flow"] not in refused]
    changes = sorted((event["time_ns"], -1 if event["node"] == node else 1) for event in hops)  # out, then in
    return max(accumulate(change for _, change in changes))


def test_what_does_not_fit_when_it_arrives_is_dropped_there(bench, wired):
    net = bench(wired(*NECK), hardware=small(2_500_000))
    for number in range(4):
        net.send("a", "c", 1_000_000, 0.2 * number)
    net.run()
    assert net.drops == {2: "BUFFER_FULL", 3: "BUFFER_FULL"}
    (where,) = {event["node"] for event in net.events() if event["kind"] == EventKind.FLOW_DROP}
    assert net.wiring.names[where] == "b"


def test_room_is_free_again_when_the_last_bit_has_left(bench, wired):
    """The first is in b from 0.1 to 1.1 s; the second arrives just then."""
    net = bench(wired(*NECK), hardware=small(1_000_000))
    net.send("a", "c", 1_000_000)
    net.send("a", "c", 1_000_000, 1.0)
    assert net.run() == pytest.approx([1.1, 2.1], rel=1e-9)


def test_what_a_node_sends_itself_and_what_is_for_it_takes_no_room(bench, wired):
    net = bench(wired(*NECK), hardware=small(1))
    net.send("b", "c", 1_000_000)
    net.send("a", "b", 1_000_000)
    net.run()
    assert not net.drops


def test_what_cuts_through_takes_no_room(bench, wired):
    net = bench(wired(*NECK), "cut-through", hardware=small(1))
    net.send("a", "c", 1_000_000)
    net.run()
    assert not net.drops


def test_with_back_pressure_a_packet_waits_before_the_link_until_there_is_room(bench, wired):
    """One at a time in b: each starts when the one before has left it, 0.1 s to b and 1 s from there."""
    net = bench(wired(*NECK), hardware=small(1_000_000), full_buffer="back-pressure")
    for _ in range(3):
        net.send("a", "c", 1_000_000)
    assert net.run() == pytest.approx([1.1, 2.2, 3.3], rel=1e-9)
    starts = [event["time_ns"] / 1e9 for event in net.events() if event["kind"] == EventKind.HOP_START]
    assert sorted(starts) == pytest.approx([0.0, 0.1, 1.1, 1.2, 2.2, 2.3], abs=1e-8)


def test_who_has_waited_longest_starts_first_and_a_small_one_does_not_overtake(bench, wired):
    net = bench(wired(*NECK), hardware=small(1_000_000), full_buffer="back-pressure")
    net.send("a", "c", 600_000)
    net.send("a", "c", 1_000_000, 0.01)
    net.send("x", "c", 100_000, 0.02)  # would fit beside the first
    net.send("a", "c", 100_000, 0.03)
    net.run()
    b = net.wiring.names.index("b")
    starts = [event for event in net.events() if event["kind"] == EventKind.HOP_START and event["peer"] == b]
    assert [(event["flow"], event["time_ns"] / 1e9) for event in starts] == [
        (0, 0.0),
        (1, pytest.approx(0.66)),
        (2, pytest.approx(1.76)),
        (3, pytest.approx(1.76)),
    ]


def test_a_packet_that_no_buffer_could_ever_hold_is_dropped_before_it(bench, wired):
    net = bench(wired(*NECK), hardware=small(999_999), full_buffer="back-pressure")
    net.send("a", "c", 1_000_000)
    net.run()
    assert net.drops == {0: "BUFFER_FULL"}
    assert net.meter.total_bits.sum() == 0


def test_fragments_take_room_one_by_one(bench, wired):
    """Two of ten fit into b: they leave it one by one, the others wait at a and nothing is lost."""
    net = bench(wired(*NECK), "fragments", small(200_000), fragment_bytes=100_000, full_buffer="back-pressure")
    net.send("a", "c", 1_000_000)
    assert net.run() == pytest.approx([0.01 + 1.0], rel=1e-9)


def test_a_fragment_that_does_not_fit_takes_its_packet_with_it(bench, wired):
    net = bench(wired(*NECK), "fragments", small(200_000), fragment_bytes=100_000)
    net.send("a", "c", 1_000_000)
    net.send("a", "c", 100_000, 1.0)
    assert net.run() == pytest.approx([0.03, 1.11], rel=1e-9)  # while the first is on its way out, two more fill b
    assert net.drops == {0: "BUFFER_FULL"}


def test_the_room_of_a_dropped_packet_is_given_to_who_waits(bench, wired):
    net = bench(wired(*NECK), hardware=small(1_000_000), full_buffer="back-pressure")
    net.send("a", "c", 1_000_000, deadline_s=0.5)
    net.send("a", "c", 1_000_000)
    assert net.run() == pytest.approx([0.5, 0.5 + 0.1 + 1.0], rel=1e-9)


@pytest.mark.parametrize("interrupted", ["resume", "restart", "reroute", "drop"])
def test_outages_leave_no_room_taken(bench, wired, interrupted):
    wiring = wired(*NECK, ("a", "y", 8e6, 0.0), ("y", "c", 8e6, 0.0))
    plan = {"full_buffer": "back-pressure", "interrupted": interrupted, "unreachable": "wait"}
    net = bench(wiring, hardware=small(1_000_000), **plan)
    for number in range(4):
        net.send("ax"[number % 2], "c", 1_000_000, 0.05 * number)
    b = wiring.names.index("b")
    for pair, start_s, end_s in (("ab", 0.08, 0.3), ("bc", 0.5, 0.9), ("ab", 1.12, 1.2)):
        link = wiring.between[tuple(map(wiring.names.index, pair))]
        for time_s, up in ((start_s, False), (end_s, True)):
            net.clock.at(time_s, Turn.FAULT, link.index, lambda link=link, up=up: net.transport.set_link(link, up))
    for time_s, up in ((1.5, False), (1.6, True)):
        net.clock.at(time_s, Turn.FAULT, b, lambda up=up: net.transport.set_node(b, up))
    net.send("x", "c", 1_000_000, 20.0)
    assert net.run()[-1] == pytest.approx(21.1, rel=1e-9)


plans = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 500_000), st.sampled_from("ax"), st.sampled_from("cb")), max_size=9
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(plans, st.sampled_from(["whole-packet", "fragments"]), st.integers(500_000, 1_500_000))
def test_back_pressure_loses_nothing(bench, wired, planned, forwarding, buffer_bytes):
    """That the buffers hold what they can, and what they say they hold, is a law that every run checks."""
    net = bench(wired(*NECK), forwarding, small(buffer_bytes), fragment_bytes=200_000, full_buffer="back-pressure")
    for start_ms, size_bytes, source, target in planned:
        net.send(source, target, size_bytes, start_ms / 1e3)
    net.run()
    assert not net.drops
    assert net.transport.accounts.delivered == len(planned)


@pytest.mark.parametrize("full_buffer", ["drop-tail", "back-pressure"])
def test_a_node_never_holds_more_than_its_buffer(bench, wired, full_buffer):
    net = bench(wired(*NECK), hardware=small(3_000_000), full_buffer=full_buffer)
    for number in range(20):
        net.send("ax"[number % 2], "c", 1_000_000, 0.3 * number)
    net.run()
    assert bool(net.drops) == (full_buffer == "drop-tail")
    assert most_held(net, net.wiring.names.index("b")) == 3


def test_a_buffer_that_holds_too_much_breaks_a_law(bench, wired):
    net = bench(wired(*NECK), hardware=small(1_000_000))
    net.send("a", "c", 1_000_000)
    net.clock.run(until=0.5)
    net.transport._buffers._capacity[net.wiring.names.index("b")] = 999_999
    with pytest.raises(LawBroken, match="has room for"):
        net.settle()


def test_room_that_nobody_takes_breaks_a_law(bench, wired):
    net = bench(wired(*NECK), hardware=small(1_000_000))
    net.send("a", "c", 1_000_000)
    net.clock.run(until=0.5)
    buffers: Buffers = net.transport._buffers
    with pytest.raises(LawBroken, match="pieces in a buffer"):
        buffers.check(())
