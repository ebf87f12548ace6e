"""Capacities, caps and coefficients that change while flows are in progress; links that are not shared."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork, Share
from wayfare.emulator.sharing import Fluid
from wayfare.emulator.way import Way


def wire(index, rate_bps, shared=True):
    return Link(index, 0, 1, "backhaul", (index,) if shared else (), 1.0, rate_bps, 0, 1, 3, False)


class Fluidity:
    """A fluid network whose flows and changes are planned, and the times at which flows ended."""

    def __init__(self, links, writer, **way):
        self.clock, self.ends, self.flows, self._plans = Clock(), {}, {}, 0
        self.meter = Meter(links, [], writer)
        capacity = {link.constraints[0]: link.rate_bps for link in links if link.constraints}
        self.network = FluidNetwork(self.clock, capacity, self.meter, fluid=lambda sums: Fluid(sums, **way))

    def at(self, time_s, action):
        self._plans += 1
        self.clock.at(time_s, Turn.TIMER, self._plans, action)

    def send(self, start_s, name, links, size_bytes, **options):
        def done():
            self.ends[name] = self.clock.now

        def begin():
            self.flows[name] = self.network.start(Way(links), size_bytes, done, **options)

        self.at(start_s, begin)

    def run(self):
        self.clock.run()
        self.meter.close_bin(self.clock.now)
        return self.ends


@pytest.mark.parametrize("compile_after", [0, math.inf])
def test_fl_8_a_flow_waits_while_its_link_is_out_and_resumes(writer, compile_after):
    """2.5 MB at 10 Mbit/s with an outage from .5 to 1.5 s: 3.0 s."""
    link = wire(0, 10e6)
    fluid = Fluidity([link], writer, compile_after=compile_after)
    fluid.send(0.0, "a", [link], 2_500_000)
    fluid.at(0.5, lambda: fluid.network.set_capacity(0, 0.0))
    fluid.at(1.0, lambda: fluid.ends.update(rate=fluid.flows["a"].rate_bps, passed=fluid.flows["a"].passed_bits(1.0)))
    fluid.at(1.5, lambda: fluid.network.set_capacity(0, 10e6))
    assert fluid.run() == pytest.approx({"rate": 0.0, "passed": 5e6, "a": 3.0}, rel=1e-12)
    assert fluid.meter.total_bits.tolist() == pytest.approx([2e7], rel=1e-12)


def test_a_flow_that_begins_during_an_outage_begins_when_it_is_over(writer):
    link = wire(0, 8e6)
    fluid = Fluidity([link], writer)
    fluid.at(0.0, lambda: fluid.network.set_capacity(0, 0.0))
    fluid.send(1.0, "a", [link], 1_000_000)
    fluid.at(2.0, lambda: fluid.network.set_capacity(0, 8e6))
    assert fluid.run() == {"a": 3.0}


def test_a_flow_that_is_never_served_has_no_end(writer):
    links = [wire(0, 8e6), wire(1, 8e6)]
    fluid = Fluidity(links, writer)
    fluid.send(0.0, "starved", links, 1_000_000)
    fluid.send(0.0, "served", links[1:], 1_000_000)
    fluid.at(0.0, lambda: fluid.network.set_capacity(0, 0.0))
    assert fluid.run() == {"served": 1.0}
    assert [flow.rate_bps for flow in fluid.network.in_progress()] == [0.0]


def test_half_the_capacity_from_half_way_on_takes_half_as_long_again(writer):
    link = wire(0, 8e6)
    fluid = Fluidity([link], writer)
    fluid.send(0.0, "a", [link], 2_000_000)
    fluid.at(1.0, lambda: fluid.network.set_capacity(0, 4e6))
    assert fluid.run() == {"a": 3.0}


def test_an_unshared_link_gives_each_flow_its_full_rate(writer):
    pipe = wire(0, 8e6, shared=False)
    fluid = Fluidity([pipe], writer)
    for name in "abc":
        fluid.send(0.0, name, [pipe], 1_000_000)
    assert fluid.run() == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert fluid.meter.total_bits.tolist() == [24e6]


def test_an_unshared_link_caps_what_a_shared_one_would_give(writer):
    pipe, shared = wire(0, 2e6, shared=False), wire(1, 8e6)
    fluid = Fluidity([pipe, shared], writer)
    fluid.send(0.0, "capped", [pipe, shared], 250_000)
    fluid.send(0.0, "free", [shared], 750_000)
    assert fluid.run() == {"capped": 1.0, "free": 1.0}


def test_weights_and_caps_share_a_wire_as_they_say(writer):
    link = wire(0, 8e6)
    fluid = Fluidity([link], writer)
    fluid.send(0.0, "three", [link], 750_000, share=Share(weight=3.0))
    fluid.send(0.0, "one", [link], 500_000)
    assert fluid.run() == {"three": 1.0, "one": 1.25}


def test_a_flow_that_is_stopped_leaves_its_rest_and_its_share(writer):
    link = wire(0, 8e6)
    fluid = Fluidity([link], writer)
    fluid.send(0.0, "a", [link], 1_000_000)
    fluid.send(0.0, "b", [link], 1_000_000)
    fluid.at(1.0, lambda: fluid.ends.update(rest=fluid.network.stop(fluid.flows["a"])))
    assert fluid.run() == {"rest": 4e6, "b": 1.5}


def test_a_flow_that_is_stopped_as_it_would_end_does_not_end(writer):
    link = wire(0, 8e6)
    fluid = Fluidity([link], writer)
    fluid.send(0.0, "a", [link], 1_000_000)
    fluid.at(0.0, lambda: fluid.clock.at(1.0, Turn.FLOW_END, -1, lambda: fluid.network.stop(fluid.flows["a"])))
    assert fluid.run() == {}
    assert fluid.network.in_progress() == []


def test_a_channel_that_worsens_slows_its_flow_down(writer):
    """One bit/s takes twice the airtime from the first second on; the link was busy all the time."""
    radio = Link(0, 0, 1, "access-up", (0,), 1 / 8e6, 8e6, 0, 0, 1, True)
    fluid = Fluidity([radio], writer)
    fluid.network.set_capacity(0, 1.0)
    fluid.send(0.0, "a", [radio], 2_000_000)
    fluid.at(1.0, lambda: fluid.network.set_rates({radio: 4e6}))
    assert fluid.run() == pytest.approx({"a": 3.0}, rel=1e-12)
    assert fluid.meter.loaded_s().tolist() == pytest.approx([3.0], rel=1e-12)


plans = st.lists(st.tuples(st.floats(0, 5), st.integers(1, 10**6)), min_size=1, max_size=8)


def ends_of(writer, plans, rates_bps, *, scale=1):
    links = [wire(index, rate_bps * scale) for index, rate_bps in enumerate(rates_bps)]
    fluid = Fluidity(links, writer)
    for name, (start_s, size_bytes) in enumerate(plans):
        fluid.send(start_s, name, links, size_bytes * scale)
    return fluid.run()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans, st.floats(1e5, 1e7), st.sampled_from([2, 1024]))
def test_sizes_and_capacities_scaled_together_leave_every_time_as_it_is(writer, plans, rate_bps, scale):
    assert ends_of(writer, plans, [rate_bps], scale=scale) == ends_of(writer, plans, [rate_bps])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans, st.lists(st.floats(1e5, 1e7), min_size=1, max_size=3), st.floats(1, 10), st.integers(0, 2))
def test_more_bandwidth_never_delays_the_last_of_flows_that_share_their_path(writer, plans, rates_bps, factor, which):
    more = [rate * (factor if i == which % len(rates_bps) else 1) for i, rate in enumerate(rates_bps)]
    last, earlier = (max(ends_of(writer, plans, rates).values()) for rates in (rates_bps, more))
    assert earlier <= last * (1 + 1e-9)
