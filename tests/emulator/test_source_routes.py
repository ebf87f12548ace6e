"""Source routes: a packet goes exactly the way that its sender says."""

import pytest

from wayfare.emulator.clock import Turn
from wayfare.emulator.failures import SendFailed
from wayfare.emulator.records import DropReason, EventKind

# a - b directly, and over x and y.
RING = (("a", "b", 8e6, 0.0), ("a", "x", 8e6, 0.0), ("x", "y", 8e6, 0.0), ("y", "b", 8e6, 0.0))
FORWARDINGS = ["whole-packet", "fragments", "cut-through"]
A, B, X, Y = range(4)


def way(net):
    """Return the nodes that the first transfer has passed, in order."""
    names = net.wiring.names
    hops = [event for event in net.events() if event["kind"] == EventKind.HOP_START and event["flow"] == 0]
    return "".join(names[hop["node"]] for hop in hops) + names[hops[-1]["peer"]]


def fail(net, ends, start_s, end_s):
    for pair in (ends, ends[::-1]):
        link = net.wiring.between[pair]
        for time_s, up in ((start_s, False), (end_s, True)):
            net.clock.at(time_s, Turn.FAULT, link.index, lambda link=link, up=up: net.transport.set_link(link, up))


@pytest.mark.parametrize("forwarding", FORWARDINGS)
@pytest.mark.parametrize(("via", "passed"), [(None, "ab"), ((), "ab"), ((X, Y), "axyb")])
def test_a_packet_goes_exactly_the_way_it_was_given(bench, wired, forwarding, via, passed):
    net = bench(wired(*RING), forwarding)
    net.send("a", "b", 1_000_000, via=via)
    net.run()
    assert way(net) == passed


@pytest.mark.parametrize("forwarding", FORWARDINGS)
@pytest.mark.parametrize(("unreachable", "end_s", "drops"), [("wait", 2.0, {}), ("drop", 0.5, {0: "NO_ROUTE"})])
def test_where_a_link_of_the_way_is_down_it_waits_or_is_dropped(bench, wired, forwarding, unreachable, end_s, drops):
    net = bench(wired(*RING), forwarding, unreachable=unreachable)
    net.send("a", "b", 1, 0.5, via=(X, Y))
    fail(net, (A, X), 0.25, 2.0)
    assert net.run() == pytest.approx([end_s], rel=1e-5)
    assert net.drops == drops


def test_a_way_over_nodes_that_are_not_linked_is_no_way(bench, wired):
    net = bench(wired(*RING))
    net.send("a", "b", 1_000, via=(Y,))
    net.run()
    assert net.drops == {0: "NO_ROUTE"}


@pytest.mark.parametrize(("interrupted", "passed", "end_s"), [("resume", "axyb", 5.0), ("reroute", "axxab", 3.5)])
def test_an_interrupted_packet_keeps_to_its_way_unless_it_is_rerouted(bench, wired, interrupted, passed, end_s):
    """At x, half on its next link, when that fails; the tables lead back to a and from there straight to b."""
    net = bench(wired(*RING), interrupted=interrupted)
    net.send("a", "b", 1_000_000, via=(X, Y))
    fail(net, (X, Y), 1.5, 3.5)
    assert net.run() == pytest.approx([end_s], rel=1e-9)
    assert way(net) == passed


def test_a_node_that_fails_on_the_way_is_waited_for(bench, wired):
    net = bench(wired(*RING), unreachable="wait")
    net.send("a", "b", 1_000_000, via=(X, Y))
    for time_s, up in ((0.5, False), (4.0, True)):
        net.clock.at(time_s, Turn.FAULT, Y, lambda up=up: net.transport.set_node(Y, up))
    assert net.run() == pytest.approx([6.0], rel=1e-9)


def test_a_program_sends_over_the_nodes_it_names(live, wired, scripted):
    heard = []

    def give(node):
        packet = node.packet(node.initial_model())
        yield node.send("b", packet, via=["x", "y"])
        with pytest.raises(ValueError, match="visits no node twice"):
            node.send("b", packet, via=["x", "a"])
        try:
            yield node.send("b", packet, via=["y"])
        except SendFailed as failure:
            heard.append(failure.reason)

    run = live(wired(*RING), scripted({"a": give}), {"a": 5}, stop_s=9.0)
    hops = [(event["node"], event["peer"]) for event in run.by_kind[EventKind.HOP_END]]
    assert hops == [(A, X), (X, Y), (Y, B)]
    assert heard == [DropReason.NO_ROUTE]
