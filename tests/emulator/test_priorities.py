"""Strict priority: on every link what has a higher priority is served first."""

import numpy as np
import pytest

from wayfare.emulator.clock import Clock
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork, Share, rank_on
from wayfare.emulator.records import EventKind
from wayfare.emulator.way import Way


def test_a_higher_priority_is_served_first_and_a_lower_one_afterwards(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    net.send("a", "b", 1_000_000)
    net.send("a", "b", 1_000_000, 0.5, priority=1)
    net.send("a", "b", 1_000_000, 0.5, priority=1)
    assert net.run() == pytest.approx([3.0, 2.5, 2.5], rel=1e-9)


def test_a_lower_priority_takes_what_a_higher_one_cannot(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    net.send("a", "b", 1_000_000, priority=7, cap_bps=6e6)
    net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([8 / 6, 2.0], rel=1e-9)


def test_a_priority_counts_on_every_link_of_the_way(bench, wired):
    """On the second link the urgent one meets another, which has had the link to itself until then."""
    net = bench(wired(("a", "b", 8e6, 0.0), ("b", "c", 8e6, 0.0)))
    net.send("a", "c", 1_000_000, priority=2)
    net.send("b", "c", 2_000_000)
    assert net.run() == pytest.approx([2.0, 3.0], rel=1e-9)


def test_equal_priorities_share_whatever_their_number(bench, wired):
    for priority in (0, 5):
        net = bench(wired(("a", "b", 8e6, 0.0)))
        net.send("a", "b", 1_000_000, priority=priority)
        net.send("a", "b", 1_000_000, priority=priority)
        assert net.run() == pytest.approx([2.0, 2.0], rel=1e-9)


@pytest.mark.parametrize(("priority", "first"), [(0, "background"), (3, "model")])
def test_a_packet_has_the_priority_of_its_header(live, wired, scripted, priority, first):
    """Beside a transfer of priority 1 that takes the link for a second."""
    ends = {}

    def give(node):
        yield node.send("b", node.packet(node.initial_model(), priority=priority))
        ends["model"] = node.now

    run = live(
        wired(("a", "b", 8e6, 0.0)),
        scripted({"a": give}),
        {"a": 5},
        stop_s=9.0,
        transfers=[(0, 1, 1_000_000, 0.0, np.inf, 1)],
    )
    ends["background"] = next(e for e in run.by_kind[EventKind.FLOW_END] if e["packet"] < 0)["time_ns"] / 1e9
    assert min(ends, key=ends.get) == first


def radio(index, rate_bps):
    return Link(index, 0, 1, "access-up", (0,), 1 / rate_bps, rate_bps, 0, 0, 1, True, by_rate=True)


def test_where_faster_links_come_first_a_rate_counts_within_a_priority_only():
    slow, fast = radio(0, 1e6), radio(1, 10e9)
    assert rank_on([slow], 0) < rank_on([fast], 0) < rank_on([slow], 1)
    assert rank_on([Link(0, 0, 1, "core", (0,), 1.0, 1e6, 0, 0, 1, False)], 2) == 2


def test_a_rank_by_rate_follows_the_rate(writer):
    """Both would take a second alone; after a quarter of one the slower becomes the faster, and goes first."""
    links, ends, clock = [radio(0, 8e6), radio(1, 16e6)], {}, Clock()
    network = FluidNetwork(clock, {0: 1.0}, Meter(links, [], writer))
    network.start(Way(links[:1]), 1_000_000, lambda: ends.update(first=clock.now), share=Share(rank=0))
    network.start(Way(links[1:]), 2_000_000, lambda: ends.update(second=clock.now), share=Share(rank=0))
    clock.run(until=0.25)
    network.set_rates({links[0]: 32e6})
    clock.run()
    assert ends == pytest.approx({"first": 0.5, "second": 1.25}, rel=1e-12)
