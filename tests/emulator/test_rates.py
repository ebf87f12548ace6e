"""Everything that changes links at once: the laws of a run hold, and no link does more than it can."""

from functools import partial
from itertools import islice

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.changes import Change, VaryingLinks
from wayfare.emulator.clock import Turn
from wayfare.emulator.loss import GilbertElliott
from wayfare.emulator.rates import LinkRates
from wayfare.emulator.records import EventKind
from wayfare.models.streams import generator

HALF = {"rate_bps": 8e6, "delay_s": 0.01, "duplex": "half", "loss": 0.2}
TRIANGLE = (
    ("a", "b", {"rate_bps": 4e6, "delay_s": 0.0}),
    ("b", "c", HALF),
    ("c", "a", {"rate_bps": 2e6, "delay_s": 0.05, "sharing": "unshared", "loss": 0.5}),
)
times = st.integers(1, 3000).map(lambda milliseconds: milliseconds / 1000)
steps = st.tuples(
    st.integers(0, 2),
    times,
    st.sampled_from([None, 0.0, 1e6, 3e6, 2e7]),
    st.sampled_from([None, 0.0, 0.02]),
)
outages = st.tuples(st.sampled_from(["ab", "bc", "ca"]), times)
transfers = st.tuples(st.sampled_from(["ab", "ba", "ac", "cb", "bc"]), st.integers(1, 10**6), times)


@pytest.mark.parametrize("forwarding", ["whole-packet", "fragments", "cut-through"])
@pytest.mark.parametrize("interrupted", ["resume", "reroute", "drop"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(steps, max_size=6),
    st.lists(outages, max_size=2),
    st.lists(transfers, min_size=1, max_size=6),
    st.integers(0, 99),
)
def test_every_bit_is_accounted_for_whatever_changes(bench, wired, forwarding, interrupted, changes, down, sent, seed):
    net = bench(wired(*TRIANGLE), forwarding, fragment_bytes=50_000, interrupted=interrupted, unreachable="wait")
    rates = LinkRates(net.clock, net.network, net.transport, net.writer)
    a_b, b_a, b_c, c_b, c_a, a_c = links = [
        net.wiring.between[tuple(map(net.wiring.names.index, ends))] for ends in ("ab", "ba", "bc", "cb", "ca", "ac")
    ]
    for edge in range(3):
        own = sorted((Change(at_s, rate, delay) for e, at_s, rate, delay in changes if e == edge), key=lambda c: c[0])
        last = [Change(4.0, 5e6, 0.0)] if own else []  # so that nothing waits for ever
        rates.follow(VaryingLinks((links[2 * edge], links[2 * edge + 1]), iter([*own, *last])))
    for number, link in enumerate(links):
        chain = GilbertElliott(links="core", p=0.2, r=0.4, slot_s=0.03, h=0.0 if number < 2 else 0.25)
        bursts = islice(chain.changes(generator(seed, number)), 200)
        rates.follow(VaryingLinks((link,), iter([*bursts, Change(99.0, received=1.0)])))
    for ends, at_s in down:
        a, b = map(net.wiring.names.index, ends)
        for pair in ((a, b), (b, a)):
            for time_s, up in ((at_s, False), (at_s + 0.3, True)):
                net.clock.at(time_s, Turn.FAULT, 0, partial(net.transport.set_link, net.wiring.between[pair], up))
    for (source, target), size_bytes, start_s in sent:
        net.send(source, target, size_bytes, start_s)
    seen_s = [np.zeros(len(links))]

    def look():
        net.network.meter_now()
        seen_s.append(net.meter.loaded_s())
        load = (seen_s[-1] - seen_s[-2]) / 0.1
        for medium in ([a_b], [b_a], [b_c, c_b]):
            assert sum(load[link.index] for link in medium) <= 1 + 1e-9

    for number in range(1, 200):
        net.clock.at(number / 10, Turn.STOP, 0, look)
    ends = net.run()  # checks conservation, causality, capacities and energy
    assert len(ends) == len(sent)
    for link, own in ((b_c, 0.2), (c_b, 0.2), (c_a, 0.5), (a_c, 0.5)):
        least_bits = net.meter.total_bits[link.index] * own / (1 - own)
        assert net.meter.resent_bits[link.index] >= least_bits * (1 - 1e-9)


def test_a_link_says_the_highest_rate_it_ever_had(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    rates = LinkRates(net.clock, net.network, net.transport, net.writer)
    link = net.wiring.links[0]
    rates.follow(VaryingLinks(tuple(net.wiring.links), iter([Change(1.0, 2e7), Change(2.0, 1e6)])))
    net.clock.run()
    assert (link.rate_bps, link.peak_bps) == (1e6, 2e7)


def test_a_link_that_two_things_stop_goes_on_when_both_let_it(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    rates = LinkRates(net.clock, net.network, net.transport, net.writer)
    links = tuple(net.wiring.links)
    rates.follow(VaryingLinks(links, iter([Change(0.25, 0.0), Change(1.0, 8e6)])))
    rates.follow(VaryingLinks(links, iter([Change(0.5, received=0.0), Change(2.0, received=0.5)])))
    net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([2.0 + 6e6 / 4e6], rel=1e-9)
    recorded = [
        event["value"] for event in net.events() if event["value"] >= 0 and event["kind"] == EventKind.LINK_RATE
    ]
    assert recorded == [0.0, 0.0, 4e6, 4e6]
