"""Links that are held for a while, or get another end: what is on them stays with the node that holds it."""

from functools import partial

import pytest

from wayfare.emulator.clock import Turn
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind

# A device d at site s, which may move to site t; the sites are joined.
SITES = (("s", "t", 8e6, 0.0), ("s", "d", 8e6, 0.0))
S, T, D = range(3)


def move(net, time_s, site, other):
    """Let the links between the device and a site lead to another site."""
    wiring, device = net.wiring, net.wiring.names.index("d")
    down, up = wiring.between[site, device], wiring.between[device, site]

    def change():
        for link, ends in ((down, (other, device)), (up, (device, other))):
            del wiring.between[link.source, link.target]
            wiring._neighbours[link.source].remove(link.target)
            link.lead(*ends, link.constraints)
            wiring.between[ends] = link
            wiring._neighbours[link.source].append(link.target)

    net.clock.at(time_s, Turn.FAULT, 0, partial(net.transport.move, [down, up], change))


def hops(net):
    return [(event["node"], event["peer"]) for event in net.events() if event["kind"] == EventKind.HOP_END]


@pytest.mark.parametrize(
    ("interrupted", "end_s", "ahead"), [("resume", 1.5, [(S, D)]), ("restart", 2.5, []), ("reroute", 2.5, [])]
)
def test_what_is_to_go_down_stays_at_the_old_site_and_goes_over_the_new_one(bench, wired, interrupted, end_s, ahead):
    """Half has passed; the rest, or all of it, takes as long again on each of two links."""
    net = bench(wired(*SITES), interrupted=interrupted)
    net.send("s", "d", 1_000_000)
    move(net, 0.5, S, T)
    assert net.run() == pytest.approx([end_s], rel=1e-9)
    assert hops(net) == [*ahead, (S, T), (T, D)]


def test_what_is_on_its_way_up_goes_on_from_the_device(bench, wired):
    net = bench(wired(*SITES))
    net.send("d", "s", 1_000_000)
    move(net, 0.5, S, T)
    assert net.run() == pytest.approx([0.5 + 0.5 + 0.5], rel=1e-9)
    assert hops(net) == [(D, S), (D, T), (T, S)]


def test_fragments_that_come_to_the_old_site_after_a_move_go_over_the_new_one(bench, wired):
    """Fragments follow the way of the first; at 0.85 s the link that was on it has another end."""
    net = bench(wired(("a", "s", 8e6, 0.0), *SITES), "fragments", fragment_bytes=100_000)
    net.send("a", "d", 1_000_000)
    move(net, 0.85, 1, 2)
    assert net.run() == pytest.approx([1.2], rel=1e-9)


def test_what_went_ahead_keeps_its_room(bench, wired):
    """Half of it is between d and s when a packet of t asks for all the room of s."""
    node = NodeClass(compute_flop_per_s=1, memory_bytes=1e9, power_idle_w=0, power_busy_w=0, buffer_bytes=1_000_000)
    wiring = wired(("a", "s", 8e6, 0.0), ("s", "t", 8e6, 0.0), ("s", "d", 8e6, 1.0))
    net = bench(wiring, hardware=node, full_buffer="back-pressure")
    net.send("d", "a", 1_000_000)
    move(net, 0.5, 1, 2)
    net.send("t", "a", 1_000_000, 0.6)
    net.run()
    assert not net.drops


def test_links_that_are_held_twice_are_free_when_they_are_let_go_twice(bench, wired):
    net = bench(wired(*SITES))
    links = [net.wiring.between[S, D]]
    for time_s, held in ((0.25, True), (0.5, True), (0.75, False), (1.5, False)):
        net.clock.at(time_s, Turn.FAULT, 0, partial(net.transport.hold, links, held))
    net.send("s", "d", 1_000_000)
    assert net.run() == pytest.approx([0.25 + 1.25 + 0.75], rel=1e-9)


def test_a_hop_starts_when_its_link_is_free(bench, wired):
    net = bench(wired(*SITES))
    links = [net.wiring.between[S, D]]
    net.transport.hold(links, held=True)
    net.clock.at(2.0, Turn.FAULT, 0, partial(net.transport.hold, links, False))
    net.send("s", "d", 1_000_000)
    net.run()
    (start,) = [event["time_ns"] for event in net.events() if event["kind"] == EventKind.HOP_START]
    assert start == 2_000_000_000
