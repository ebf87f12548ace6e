"""Connections: what pays at its start, goes in rounds, is broken off and begins anew, keeps every law."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.clock import Turn
from wayfare.emulator.tcp import CM02, LV08, Fair, TransportTerm

CHAIN = (("a", "b", 1e6, 0.01), ("b", "c", 3e5, 0.02, "half"), ("c", "d", 2e6, 0.0), ("b", "d", 5e5, 0.05))
moments = st.integers(0, 1500).map(lambda milliseconds: milliseconds / 1000)
transfers = st.lists(
    st.tuples(moments, st.integers(1, 100_000), st.permutations("abcd"), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=6,
)
outages = st.lists(st.tuples(st.sampled_from(["ab", "bc", "cd", "bd"]), moments, moments), max_size=4)
models = st.sampled_from(
    [{"sharing": Fair()}, {"sharing": CM02()}, {"sharing": LV08()}, {"transport": TransportTerm()}]
)


def plan_outage(net, ends, start_s, end_s):
    pair = tuple(map(net.wiring.names.index, ends))
    for link in (net.wiring.between[pair], net.wiring.between[pair[::-1]]):
        for time_s, up in ((start_s, False), (start_s + end_s, True)):
            net.clock.at(time_s, Turn.FAULT, link.index, lambda link=link, up=up: net.transport.set_link(link, up))


def plan_move(net, time_s, ends):
    """Let the links between two nodes lead from the first to another node that it is not linked with."""
    wiring, (device, site, other) = net.wiring, map(net.wiring.names.index, ends)

    def change():
        old, new = (site, other) if (device, site) in wiring.between else (other, site)
        for link, pair in (
            (wiring.between[old, device], (new, device)),
            (wiring.between[device, old], (device, new)),
        ):
            del wiring.between[link.source, link.target]
            wiring._neighbours[link.source].remove(link.target)
            link.lead(*pair, link.constraints)
            wiring.between[pair] = link
            wiring._neighbours[link.source].append(link.target)

    def move():
        pair = next(pair for pair in ((device, site), (device, other)) if pair in wiring.between)
        net.transport.move([wiring.between[pair], wiring.between[pair[::-1]]], change)

    net.clock.at(time_s, Turn.RADIO, 0, move)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    transfers,
    outages,
    models,
    st.sampled_from(["whole-packet", "fragments", "cut-through"]),
    st.sampled_from(["resume", "restart", "reroute", "drop"]),
    st.sampled_from(["drop-tail", "back-pressure"]),
    st.lists(moments, max_size=3),
    moments,
)
def test_whatever_happens_every_law_holds(
    bench, wired, plain_node, planned, failing, model, forwarding, interrupted, full_buffer, moves, look_s
):
    """No arrival before its time, nothing lost or made, no buffer over its size, at any moment and in the end."""
    hardware = type(plain_node)(
        compute_flop_per_s=1, memory_bytes=1e9, power_idle_w=1, power_busy_w=2, buffer_bytes=150_000
    )
    plan = {"interrupted": interrupted, "full_buffer": full_buffer, "unreachable": "wait", "fragment_bytes": 30_000}
    net = bench(wired(*CHAIN), forwarding, hardware, **plan, **model)
    for start_s, size_bytes, (source, target, *_), priority, urgent in planned:
        deadline = {"deadline_s": start_s + 1.0} if urgent else {}
        net.send(source, target, size_bytes, start_s, priority=priority, **deadline)
    for ends, start_s, end_s in failing:
        plan_outage(net, ends, start_s, end_s)
    for move_s in moves:
        plan_move(net, move_s, "dba")
    if look_s > 0:
        net.clock.run(until=look_s)
        net.settle()
    net.run()
    accounts = net.transport.accounts
    assert accounts.sent == accounts.delivered + accounts.dropped
    assert len(net.drops) == accounts.dropped == sum(accounts.drops_by_reason().values())
    assert not net.transport.in_flight
    assert net.network.is_idle()


@pytest.mark.parametrize(("interrupted", "rest_bits"), [("resume", 2e6), ("restart", 8e6)])
def test_a_connection_that_broke_off_pays_its_delay_again(bench, wired, interrupted, rest_bits):
    """CM02: 0.5 s of latency, 6 of 8 Mbit; the link is gone from 1.25 s to 3 s."""
    net = bench(wired(("a", "b", 8e6, 0.5)), sharing=CM02(), interrupted=interrupted)
    net.send("a", "b", 1_000_000)
    plan_outage(net, "ab", 1.25, 1.75)
    assert net.run() == pytest.approx([3.0 + 0.5 + rest_bits / 8e6], rel=1e-9)


def test_a_connection_that_is_held_before_it_flows_begins_anew(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.5)), transport=TransportTerm(overhead_bytes=0))
    link = net.wiring.between[0, 1]
    net.send("a", "b", 14_480)
    for time_s, held in ((0.75, True), (1.0, False)):
        net.clock.at(time_s, Turn.FAULT, 0, lambda held=held: net.transport.hold([link], held))
    assert net.run() == pytest.approx([1.0 + 1.0 + 14_480 * 8 / 8e6 + 0.5], rel=1e-9)


def test_acknowledgements_load_the_way_back_and_carry_nothing(bench, wired):
    """Two flows against each other, each with a twentieth of the other's for acknowledgements."""
    net = bench(wired(("a", "b", 8.4e6, 0.0)), sharing=CM02())
    net.send("a", "b", 1_000_000)
    net.send("b", "a", 1_000_000)
    assert net.run() == pytest.approx([1.0, 1.0], rel=1e-9)
    assert net.meter.total_bits.tolist() == pytest.approx([8e6, 8e6], rel=1e-12)


def test_the_share_of_a_connection_follows_the_delay(bench, wired):
    """Two flows of one neck, at 10 and 10 ms; from 0.5 s on the second has three times the latency."""
    net = bench(
        wired(("x", "b", 1e9, 0.005), ("y", "b", 1e9, 0.005), ("b", "c", 8e6, 0.005)), "cut-through", sharing=CM02()
    )
    link = net.wiring.between[net.wiring.names.index("y"), 1]
    net.send("x", "c", 1_000_000)
    net.send("y", "c", 1_000_000)

    def change():
        link.take_delay(0.025)
        net.network.ask_anew([link])

    net.clock.at(0.51, Turn.FAULT, 0, change)
    # Both begin at 10 ms; 2 Mbit each by 0.51 s, then 6 to 2 Mbit/s until the first has its 6 left.
    assert net.run() == pytest.approx([1.51, 2.01], rel=1e-9)
