"""Energy by published and worked figures, and a ledger that adds up."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.laws import LawBroken
from wayfare.emulator.ledger import CAUSES
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import RunRecord


def link(index=0, rate_bps=800e3, idle_w=1.0, busy_w=3.0, radio=False, link_class="backhaul"):
    return Link(index, 0, 1, link_class, (index,), 1.0, rate_bps, 0.0, idle_w, busy_w, radio)


def carry(meter, link, rate_bps, duration_s):
    """Put on a link what one flow would."""
    meter.sums.carried_bits[link.index] += rate_bps * duration_s
    meter.sums.flow_s[link.index] += duration_s


NODE = NodeClass(compute_flop_per_s=1e9, memory_bytes=1, power_idle_w=2.0, power_busy_w=10.0, slots=4)


def test_the_published_link_takes_10_75_joules(writer):
    """Idle 1 W, busy 3 W, 25 kB at 100 kB/s from t = 10 s (SimGrid's link-energy example)."""
    wire = link()
    meter = Meter([wire], [], writer)
    meter.close_bin(10.0)
    carry(meter, wire, 800e3, 0.25)
    meter.close_bin(10.25)
    meter.check_energy(10.25)
    assert sum(meter.ledger.by_cause().values()) == pytest.approx(10.75, rel=1e-12)
    by_cause = {"compute": 0.0, "radio": 0.0, "link": 0.5, "idle": 10.25}
    assert meter.ledger.by_cause() == pytest.approx(by_cause, rel=1e-12)


def test_the_network_takes_10_75_joules_for_the_published_transfer(bench, wired):
    """The same through the emulator; the wire's other direction idles at 1 W all the time."""
    net = bench(wired(("a", "b", 800e3, 0.0)))
    net.send("a", "b", 25_000, 10.0)
    assert net.run() == [10.25]
    nodes_j, backward_j = 2 * 1.0 * 10.25, 1.0 * 10.25
    assert sum(net.meter.ledger.by_cause().values()) - nodes_j - backward_j == pytest.approx(10.75, rel=1e-12)


def test_half_a_load_takes_half_the_way_from_idle_to_busy(writer):
    wire = link()
    meter = Meter([wire], [], writer)
    carry(meter, wire, 400e3, 8.0)
    meter.close_bin(8.0)
    assert sum(meter.ledger.by_cause().values()) == pytest.approx(8.0 * 2.0, rel=1e-12)


def test_a_transmitter_takes_power_while_it_has_airtime(writer):
    radio = link(rate_bps=50e6, idle_w=0.0, busy_w=4.0, radio=True, link_class="access-up")
    meter = Meter([radio], [], writer)
    carry(meter, radio, 10e6, 5.0)
    meter.close_bin(100.0)
    assert meter.ledger.by_cause() == pytest.approx({"compute": 0.0, "radio": 4.0, "link": 0.0, "idle": 0.0}, rel=1e-12)


def test_a_node_takes_idle_power_always_and_the_rest_by_its_busy_slots(writer):
    meter = Meter([], [NODE], writer)
    meter.computed(0, 1, 0, 6.0)
    meter.computed(0, 4, 3, 2.0)
    meter.close_bin(10.0)
    meter.check_energy(10.0)
    assert meter.ledger.by_cause()["idle"] == 20.0
    assert meter.ledger.by_cause()["compute"] == pytest.approx(8.0 * (6.0 / 4 + 2.0), rel=1e-12)


def test_a_bin_says_what_was_done_in_it(writer):
    wire = link(index=0)
    radio = link(index=1, idle_w=0.0, radio=True)
    meter = Meter([wire, radio], [NODE, NODE], writer)
    carry(meter, wire, 400e3, 1.0)
    carry(meter, wire, 200e3, 1.0)
    meter.computed(1, 2, 3, 1.5)
    meter.close_bin(2.0)
    writer.bins.flush()
    on_link, idle_node, on_node = RunRecord(writer.folder).table("bins").to_pylist()  # and the radio took nothing
    assert (idle_node["node"], idle_node["utilisation"], idle_node["energy_j"]) == (0, 0.0, 4.0)
    expected = {"time_ns": 0, "link": 0, "node": -1, "bytes": 75e3, "utilisation": 0.375, "queue": 1.0, "energy_j": 3.5}
    assert on_link == pytest.approx(expected)
    assert (on_node["link"], on_node["node"], on_node["utilisation"], on_node["queue"]) == (-1, 1, 3 / 8, 7.5 / 2)
    assert on_node["energy_j"] == pytest.approx(2 * 2.0 + 8.0 * 0.375 * 2)


def test_the_energy_of_all_bins_is_the_energy_of_the_run(writer):
    meter = Meter([link(), link(1, idle_w=0.0, radio=True)], [NODE], writer)
    for bin_end_s in (1.0, 2.0, 3.5):
        carry(meter, link(), 100e3, 0.5)
        meter.close_bin(bin_end_s)
    meter.check_energy(3.5)
    writer.bins.flush()
    rows = RunRecord(writer.folder).table("bins").to_pylist()
    assert sum(row["energy_j"] for row in rows) == pytest.approx(sum(meter.ledger.by_cause().values()), rel=1e-12)


def test_bytes_count_by_class_on_every_link(writer):
    links = [link(0), link(1, link_class="core")]
    meter = Meter(links, [], writer)
    for wire in links:
        carry(meter, wire, 800e3, 1.0)
    carry(meter, links[1], 8.0, 1.0)
    meter.close_bin(1.0)
    assert meter.bytes_by_class() == {"access-up": 0, "access-down": 0, "backhaul": 100_000, "core": 100_001, "d2d": 0}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0.001, 10), st.floats(0, 1), st.integers(0, 4)), min_size=1, max_size=30))
def test_energy_does_not_depend_on_where_bins_are_cut(writer, spans):
    wire, total = link(), Meter([link()], [NODE], writer)
    cut = Meter([wire], [NODE], writer)
    now_s = 0.0
    for span_s, load, running in spans:
        now_s += span_s
        for meter in (cut, total):
            carry(meter, wire, load * wire.rate_bps, span_s)
            if running:
                meter.computed(0, running, 0, span_s)
        cut.close_bin(now_s)
    total.close_bin(now_s)
    cut.check_energy(now_s)
    total.check_energy(now_s)
    assert cut.ledger.by_cause() == pytest.approx(total.ledger.by_cause(), rel=1e-9)


@pytest.mark.parametrize("cause", CAUSES)
def test_energy_that_appears_from_nowhere_breaks_a_law(writer, cause):
    meter = Meter([link(radio=cause == "radio")], [NODE], writer)
    meter.close_bin(1.0)
    add = meter.ledger.add_nodes if cause == "compute" else meter.ledger.add_links
    add(*((1e-6, 0.0) if cause == "idle" else (0.0, 1e-6)))
    with pytest.raises(LawBroken, match=f"energy of {cause}"):
        meter.check_energy(1.0)


def test_a_bin_of_no_length_is_not_written(writer):
    meter = Meter([link()], [NODE], writer)
    meter.close_bin(0.0)
    assert sum(meter.ledger.by_cause().values()) == 0
