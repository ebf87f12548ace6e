"""Deadlines: what has not arrived by then is dropped, wherever it is."""

import pytest

from wayfare.emulator.failures import SendFailed
from wayfare.emulator.records import DropReason, EventKind

TWO_HOPS = (("a", "b", 8e6, 0.5), ("b", "c", 8e6, 0.5))


def dropped_at(net):
    (drop,) = [event for event in net.events() if event["kind"] == EventKind.FLOW_DROP]
    return net.wiring.names[drop["node"]], drop["time_ns"] / 1e9


@pytest.mark.parametrize(
    ("deadline_s", "node", "carried_bytes"),
    [
        (0.25, "a", 250_000),  # on the first link
        (1.25, "a", 1_000_000),  # between its end and b
        (2.0, "b", 1_500_000),  # on the second link
        (2.75, "b", 2_000_000),  # between its end and c
    ],
)
def test_a_packet_is_dropped_at_its_deadline_wherever_it_is(bench, wired, deadline_s, node, carried_bytes):
    net = bench(wired(*TWO_HOPS))
    net.send("a", "c", 1_000_000, deadline_s=deadline_s)
    assert net.run() == [deadline_s]
    assert net.drops == {0: "DEADLINE"}
    assert dropped_at(net) == (node, deadline_s)
    assert net.meter.total_bits.sum() / 8 == pytest.approx(carried_bytes, rel=1e-12)


@pytest.mark.parametrize("forwarding", ["fragments", "cut-through"])
def test_all_that_is_under_way_of_a_packet_leaves_its_links_at_the_deadline(bench, wired, forwarding):
    net = bench(wired(*TWO_HOPS), forwarding, fragment_bytes=100_000)
    net.send("a", "c", 1_000_000, deadline_s=0.75)
    net.send("a", "c", 1_000_000, 0.75)
    assert net.run()[0] == 0.75
    assert net.network.is_idle()
    assert net.drops == {0: "DEADLINE"}
    alone_s = 1.0 + 0.1 * (forwarding == "fragments") + 1.0
    assert net.ends[1] == pytest.approx(0.75 + alone_s, rel=1e-9)


def test_who_arrives_at_the_deadline_is_in_time(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.5)))
    net.send("a", "b", 1_000_000, deadline_s=1.5)
    assert net.run() == [1.5]
    assert not net.drops


def test_a_deadline_that_is_over_at_the_start_carries_nothing(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.5)))
    net.send("a", "b", 1_000_000, 2.0, deadline_s=1.0)
    assert net.run() == [2.0]
    assert net.drops == {0: "DEADLINE"}
    assert net.meter.total_bits.sum() == 0


def test_who_waits_for_a_way_waits_no_longer_than_its_deadline(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0), ("c", "d", 8e6, 0.0)), unreachable="wait")
    net.send("a", "d", 1_000, deadline_s=3.0)
    assert net.run() == [3.0]
    assert net.drops == {0: "DEADLINE"}


def test_a_packet_has_the_deadline_of_its_header(live, wired, scripted):
    heard = []

    def give(node):
        yield node.wait(1.0)
        try:
            yield node.send("b", node.packet(node.initial_model(), deadline_s=1.5))
        except SendFailed as failure:
            heard.append((node.now, failure.reason))

    live(wired(("a", "b", 1e3, 0.0)), scripted({"a": give}), {"a": 5}, stop_s=9.0)
    assert heard == [(1.5, DropReason.DEADLINE)]
