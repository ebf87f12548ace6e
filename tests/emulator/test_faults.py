"""Links that fail: when, and what becomes of what is on them."""

from itertools import islice

import numpy as np
import pytest

from wayfare.emulator.clock import Turn
from wayfare.emulator.faults import Join, LinkOutage, Outage, Partition, RandomLinkOutages
from wayfare.emulator.links import Ends
from wayfare.emulator.records import EventKind
from wayfare.models.streams import generator


def fail(net, ends, start_s, end_s):
    """Let both directions of a link be down for a time."""
    a, b = map(net.wiring.names.index, ends)
    for time_s, up in ((start_s, False), (end_s, True)):
        for pair in ((a, b), (b, a)):
            link = net.wiring.between[pair]
            net.clock.at(time_s, Turn.FAULT, link.index, lambda link=link, up=up: net.transport.set_link(link, up))


@pytest.mark.parametrize(("interrupted", "end_s", "carried"), [("resume", 3.0, 2.5e6), ("restart", 3.5, 3.125e6)])
def test_an_outage_is_waited_for(bench, wired, interrupted, end_s, carried):
    """2.5 MB at 10 Mbit/s, down from .5 s to 1.5 s; what had passed is kept, or sent again."""
    net = bench(wired(("a", "b", 10e6, 0.0)), interrupted=interrupted)
    net.send("a", "b", 2_500_000)
    fail(net, "ab", 0.5, 1.5)
    assert net.run() == pytest.approx([end_s], rel=1e-9)
    assert net.meter.total_bits.sum() / 8 == pytest.approx(carried, rel=1e-9)
    (cost,) = [event["value"] for event in net.events() if event["kind"] == EventKind.INTERRUPT]
    assert cost == pytest.approx(carried - 2.5e6, abs=1e-3)


def test_a_packet_takes_another_way_from_the_node_that_holds_it(bench, wired):
    wiring = wired(("a", "b", 8e6, 0.0), ("b", "d", 8e6, 0.0), ("b", "c", 4e6, 0.0), ("c", "d", 8e6, 0.0))
    net = bench(wiring, interrupted="reroute")
    net.send("a", "d", 1_000_000)
    fail(net, "bd", 1.5, 99.0)
    assert net.run() == pytest.approx([1.5 + 2.0 + 1.0], rel=1e-9)


def test_a_packet_that_must_turn_back_does_not_go_in_circles(bench, wired):
    wiring = wired(("a", "b", 8e6, 0.0), ("b", "d", 8e6, 0.0), ("a", "c", 8e6, 0.0), ("c", "d", 8e6, 0.0))
    net = bench(wiring, interrupted="reroute")
    net.send("a", "d", 1_000_000)
    way = ["a", "b", "d"] if net.transport.tables.next_hop(0, 2) == 1 else ["a", "c", "d"]
    fail(net, way[1:], 1.5, 99.0)
    assert net.run() == pytest.approx([1.5 + 3.0], rel=1e-9)


@pytest.mark.parametrize("hop_limit", [64, 3])
def test_a_packet_that_comes_back_to_a_node_finds_another_way_or_its_hop_limit(bench, wired, hop_limit):
    """The way on fails before it comes to b, say; back at a, the way over c is there by then."""
    net = bench(wired(("a", "b", 8e6, 0.0), ("b", "d", 8e6, 0.0), ("a", "c", 8e6, 0.0), ("c", "d", 8e6, 0.0)))
    net.send("a", "d", 1_000_000, hop_limit=hop_limit)
    first, other = ("b", "c") if net.transport.tables.next_hop(0, 2) == 1 else ("c", "b")
    fail(net, other + "d", 0.2, 0.9)
    fail(net, first + "d", 0.5, 2.5)
    if hop_limit == 64:
        assert net.run() == pytest.approx([4.0], rel=1e-9)
    else:
        net.run()
        assert net.drops == {0: "HOP_LIMIT"}


def test_fragments_on_a_failed_link_go_another_way(bench, wired):
    wiring = wired(("a", "b", 8e6, 0.0), ("a", "c", 8e6, 0.0), ("c", "b", 8e6, 0.0))
    net = bench(wiring, "fragments", fragment_bytes=100_000, interrupted="reroute")
    net.send("a", "b", 1_000_000)
    fail(net, "ab", 0.55, 99.0)
    assert net.run() == pytest.approx([0.55 + 0.5 + 0.1], rel=1e-9)  # five are through; five more over two hops


def test_cut_through_starts_again_on_another_way(bench, wired):
    wiring = wired(
        ("a", "b", 8e6, 0.0), ("b", "d", 8e6, 0.0), ("a", "c", 4e6, 0.0), ("c", "x", 4e6, 0.0), ("x", "d", 4e6, 0.0)
    )
    net = bench(wiring, "cut-through", interrupted="reroute")
    net.send("a", "d", 1_000_000)
    fail(net, "bd", 0.5, 99.0)
    assert net.run() == pytest.approx([0.5 + 2.0], rel=1e-9)


def test_a_packet_on_a_failed_link_is_dropped_with_its_reason(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)), interrupted="drop")
    net.send("a", "b", 1_000_000)
    fail(net, "ab", 0.5, 1.0)
    assert net.run() == [0.5]
    assert net.drops == {0: "LINK_DOWN"}


@pytest.mark.parametrize("forwarding", ["whole-packet", "fragments", "cut-through"])
def test_what_was_dropped_does_not_start_again_when_its_link_is_back(bench, wired, forwarding):
    net = bench(wired(("a", "b", 8e6, 0.0)), forwarding, fragment_bytes=100_000, interrupted="drop")
    net.send("a", "b", 1_000_000)
    fail(net, "ab", 0.55, 1.0)
    net.send("a", "b", 1_000_000, 2.0)  # has the link for itself
    assert net.run() == pytest.approx([0.55, 3.0], rel=1e-9)
    assert net.drops == {0: "LINK_DOWN"}
    assert net.meter.total_bits.sum() == pytest.approx(0.55 * 8e6 + 8e6, rel=1e-9)


def test_a_piece_that_waits_does_not_go_on_when_the_rest_of_its_packet_was_dropped(bench, wired):
    """Its first fragments wait at b when the source dies with the others; once the way is free again nothing moves."""
    net = bench(wired(("a", "b", 8e6, 0.0), ("b", "c", 8e6, 0.0)), "fragments", fragment_bytes=100_000)
    net.send("a", "c", 1_000_000)
    fail(net, "bc", 0.15, 2.0)
    net.clock.at(0.5, Turn.FAULT, 0, lambda: net.transport.set_node(0, False))
    assert net.run() == [0.5]
    assert net.drops == {0: "NODE_DOWN"}
    assert net.meter.total_bits.sum() == pytest.approx((0.5 + 0.05) * 8e6, rel=1e-9)


@pytest.mark.parametrize("forwarding", ["whole-packet", "fragments", "cut-through"])
def test_without_a_way_a_packet_waits_in_custody_or_is_dropped(bench, wired, forwarding):
    for unreachable, end_s, drops in (("wait", 3.0, {}), ("drop", 1.0, {0: "NO_ROUTE"})):
        net = bench(wired(("a", "b", 8e6, 0.0)), forwarding, unreachable=unreachable)
        net.send("a", "b", 1_000_000, 1.0)
        fail(net, "ab", 0.5, 2.0)
        assert net.run() == pytest.approx([end_s], rel=1e-9)
        assert net.drops == drops


def test_what_has_left_a_link_still_arrives(bench, wired):
    net = bench(wired(("a", "b", 8e6, 5.0)), interrupted="drop")
    net.send("a", "b", 1_000_000)
    fail(net, "ab", 1.5, 2.0)
    assert net.run() == pytest.approx([6.0], rel=1e-9)
    assert not net.drops


def test_a_link_that_failed_twice_is_back_when_both_failures_are_over(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    net.send("a", "b", 1_000_000)
    fail(net, "ab", 0.5, 1.0)
    fail(net, "ab", 0.6, 2.0)
    assert net.run() == pytest.approx([2.5], rel=1e-9)
    kinds = [event["kind"] for event in net.events()]
    assert kinds.count(EventKind.LINK_DOWN) == kinds.count(EventKind.LINK_UP) == 2  # one for each direction


def test_random_outages_have_the_means_asked_for():
    outages = list(islice(RandomLinkOutages(links="backhaul", up_s=3.0, down_s=1.0).outages(generator(1)), 20_000))
    down = np.array([outage.end_s - outage.start_s for outage in outages])
    assert down.mean() == pytest.approx(1.0, abs=4 / 20_000**0.5)
    assert down.sum() / outages[-1].end_s == pytest.approx(0.25, rel=0.03)


def test_a_planned_outage_may_be_for_good():
    rng = generator(1)
    assert list(LinkOutage(between=("a", "b"), from_s=1.0).outages(rng)) == [Outage(1.0, np.inf)]
    with pytest.raises(ValueError, match="ends before it begins"):
        LinkOutage(between=("a", "b"), from_s=1.0, until_s=0.5)


def test_a_partition_is_between_its_nodes_or_tiers_and_the_rest():
    def link(a, b, tiers=("edge", "edge")):
        return Ends((a, b), tiers, "backhaul")

    island = Partition(nodes=("a", "b"), from_s=1.0)
    assert [island.strikes(link(*ends)) for ends in ("ab", "ac", "cb", "cd")] == [False, True, True, False]
    devices = Partition(tiers=("device",), from_s=1.0)
    assert devices.strikes(link("a", "b", ("device", "edge")))
    assert not devices.strikes(link("a", "b", ("device", "device")))
    with pytest.raises(ValueError, match="either 'nodes' or 'tiers'"):
        Partition(nodes=("a",), tiers=("edge",), from_s=1.0)


def test_a_node_joins_at_a_time_within_what_it_is_given_every_time_equally_likely():
    join = Join(tier="device", at_s=5.0, over_s=10.0)
    ends_s = []
    for seed in range(500):
        (outage,) = join.outages(generator(seed, "join"))
        assert outage.start_s == 0.0
        ends_s.append(outage.end_s)
    assert min(ends_s) >= 5.0
    assert max(ends_s) <= 15.0
    assert np.mean(ends_s) == pytest.approx(10.0, abs=4 * 10 / 12**0.5 / 500**0.5)
    assert list(Join(node="x", at_s=5.0).outages(generator(1))) == [Outage(0.0, 5.0)]
