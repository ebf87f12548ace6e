"""The fluid network alone: closed forms, and what a change elsewhere leaves as it is."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork, bits
from wayfare.emulator.way import Way


def link(index: int, rate_bps: float, constraint: int | None = None, coefficient: float = 1.0) -> Link:
    constraint = index if constraint is None else constraint
    return Link(
        index, 0, 1, "backhaul", (constraint,) if constraint >= 0 else (), coefficient, rate_bps, 0.0, 0.0, 0.0, False
    )


class Fluid:
    """A fluid network and the times at which its flows ended."""

    def __init__(self, links, writer, capacity=None):
        self.clock, self.ends = Clock(), {}
        self.meter = Meter(links, [], writer)
        capacity = capacity or {wire.constraints[0]: wire.rate_bps for wire in links if wire.constraints}
        self.network = FluidNetwork(self.clock, capacity, self.meter)
        self.flows = {}

    def plan(self, start_s, name, links, size_bytes):
        def begin():
            self.flows[name] = self.network.start(
                Way(links), size_bytes, lambda: self.ends.update({name: self.clock.now})
            )

        self.clock.at(start_s, Turn.TIMER, len(self.ends), begin)

    def run(self):
        self.clock.run()
        return self.ends


def test_a_byte_has_eight_bits():
    assert bits(10e6) == 8e7


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size_bytes=st.integers(1, 10**12), rate_bps=st.floats(1e3, 1e12))
def test_a_flow_alone_takes_its_bits_over_the_rate_to_the_last_bit(writer, size_bytes, rate_bps):
    fluid = Fluid([link(0, rate_bps)], writer)
    fluid.plan(0.0, "a", [link(0, rate_bps)], size_bytes)
    assert fluid.run() == {"a": size_bytes * 8 / rate_bps}


def test_fl_1_four_flows_over_one_link_end_together(writer):
    wire = link(0, 100e6)
    fluid = Fluid([wire], writer)
    for name in "abcd":
        fluid.plan(0.0, name, [wire], 10_000_000)
    assert fluid.run() == pytest.approx(dict.fromkeys("abcd", 3.2), rel=1e-12)


def test_fl_2_the_later_of_two_flows_ends_later_by_what_the_first_had_alone(writer):
    wire = link(0, 100e6)
    fluid = Fluid([wire], writer)
    fluid.plan(0.0, "a", [wire], 10_000_000)
    fluid.plan(0.4, "b", [wire], 10_000_000)
    assert fluid.run() == pytest.approx({"a": 1.2, "b": 1.6}, rel=1e-12)


def test_fl_3_the_long_flow_of_a_parking_lot_ends_last(writer):
    wires = [link(index, 10e6) for index in range(3)]
    fluid = Fluid(wires, writer)
    fluid.plan(0.0, "long", wires, 10_000_000)
    for wire in wires:
        fluid.plan(0.0, f"short {wire.index}", [wire], 5_000_000)
    ends = fluid.run()
    assert ends["long"] == pytest.approx(12.0, rel=1e-12)
    assert [ends[f"short {index}"] for index in range(3)] == pytest.approx([8.0] * 3, rel=1e-12)


def test_a_flow_that_crosses_a_cell_twice_ends_after_both_airtimes(writer):
    """10 MB up at 36 and down at 54 Mbit/s through one airtime: 8e7/36e6 + 8e7/54e6 s."""
    up, down = link(0, 36e6, 0, 1 / 36e6), link(1, 54e6, 0, 1 / 54e6)
    fluid = Fluid([up, down], writer, {0: 1.0})
    fluid.plan(0.0, "relayed", [up, down], 10_000_000)
    assert fluid.run()["relayed"] == pytest.approx(8e7 / 36e6 + 8e7 / 54e6, rel=1e-12)


def test_what_happens_in_another_component_does_not_move_a_flow_by_a_bit(writer):
    wires = [link(0, 3e6), link(1, 7e6), link(2, 11e6)]

    def run(disturbances):
        fluid = Fluid(wires, writer)
        fluid.plan(0.1, "a", wires[:2], 1_234_567)
        fluid.plan(0.2, "b", [wires[0]], 765_433)
        for number in range(disturbances):
            fluid.plan(0.05 + 0.013 * number, f"far {number}", [wires[2]], 1_000 + 777 * number)
        ends = fluid.run()
        return ends["a"], ends["b"]

    assert run(0) == run(1) == run(60)


def test_a_rate_that_stays_is_not_settled_anew(writer):
    wires = [link(0, 3e6), link(1, 7e6)]
    fluid = Fluid(wires, writer)
    fluid.plan(0.0, "a", [wires[0]], 1_000_000)
    fluid.plan(0.7, "b", [wires[1]], 1_000)
    fluid.clock.at(1.0, Turn.OBSERVE, 0, lambda: fluid.ends.update(since=fluid.flows["a"].since_s))
    assert fluid.run()["since"] == 0.0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.integers(1, 10**7), st.sets(st.integers(0, 3), min_size=1)),
        min_size=1,
        max_size=9,
    )
)
def test_every_flow_ends_and_every_bit_is_metered_on_every_link_it_crosses(writer, plans):
    wires = [link(index, 1e6 * (index + 1)) for index in range(4)]
    fluid = Fluid(wires, writer)
    expected = [0.0] * 4
    for name, (start_s, size_bytes, crossed) in enumerate(plans):
        fluid.plan(start_s, name, [wires[index] for index in sorted(crossed)], size_bytes)
        for index in crossed:
            expected[index] += 8 * size_bytes
    assert len(fluid.run()) == len(plans)
    fluid.meter.close_bin(fluid.clock.now)
    assert fluid.meter.total_bits.tolist() == pytest.approx(expected, rel=1e-9)
    assert fluid.network.in_progress() == []


def test_what_has_passed_is_known_in_between(writer):
    wire = link(0, 8e6)
    fluid = Fluid([wire], writer)
    fluid.plan(1.0, "a", [wire], 4_000_000)
    fluid.clock.at(3.0, Turn.OBSERVE, 0, lambda: fluid.ends.update(passed=fluid.flows["a"].passed_bits(3.0)))
    assert fluid.run() == {"passed": 16e6, "a": 5.0}
