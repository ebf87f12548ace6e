"""Transfers over hops: published times, drops, and that nothing is lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.laws import LawBroken
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.radio import Cell
from wayfare.emulator.records import EventKind
from wayfare.emulator.wiring import Wiring

THREE_HOPS = (("a", "b", 100e6, 5e-3), ("b", "c", 100e6, 5e-3), ("c", "d", 100e6, 5e-3))


@pytest.mark.parametrize(("forwarding", "expected_s"), [("whole-packet", 2.415), ("cut-through", 0.815)])
def test_ten_megabytes_over_three_hops(bench, wired, forwarding, expected_s):
    net = bench(wired(*THREE_HOPS), forwarding)
    net.send("a", "d", 10_000_000)
    assert net.run() == pytest.approx([expected_s], rel=1e-12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size_bytes=st.integers(1, 10**11), rate_bps=st.floats(1e3, 1e12), delay_s=st.floats(0, 10))
def test_a_transfer_alone_takes_its_bits_over_the_rate_and_the_delay(bench, wired, size_bytes, rate_bps, delay_s):
    net = bench(wired(("a", "b", rate_bps, delay_s)))
    net.send("a", "b", size_bytes)
    assert net.run() == [size_bytes * 8 / rate_bps + delay_s]


@pytest.mark.parametrize("forwarding", ["whole-packet", "cut-through"])
def test_a_link_is_free_while_a_packet_propagates(bench, wired, forwarding):
    """1 MB a second, 10 s of delay: the second packet enters when the first has left, not when it has arrived."""
    net = bench(wired(("a", "b", 8e6, 10.0)), forwarding)
    net.send("a", "b", 1_000_000, 0.0)
    net.send("a", "b", 1_000_000, 1.0)
    net.send("a", "b", 1_000_000, 2.0)
    assert net.run() == [11.0, 12.0, 13.0]


def test_ten_packets_pipeline_over_three_hops(bench, wired):
    """Ten packets of 1 MB one after another over 3 hops of 100 Mbit/s and 5 ms end at .975 s."""
    net = bench(wired(*THREE_HOPS))
    for number in range(10):
        net.send("a", "d", 1_000_000, 0.08 * number)
    assert net.run()[-1] == pytest.approx(0.975, rel=1e-12)


def test_full_duplex_directions_do_not_disturb_each_other_and_half_duplex_share(bench, wired):
    ends = {}
    for duplex in ("full", "half"):
        net = bench(wired(("a", "b", 100e6, 0.0, duplex)))
        net.send("a", "b", 10_000_000)
        net.send("b", "a", 10_000_000)
        ends[duplex] = net.run()
    assert ends["full"] == pytest.approx([0.8, 0.8], rel=1e-12)
    assert ends["half"] == pytest.approx([1.6, 1.6], rel=1e-12)


def test_stations_at_36_and_54_mbit_per_s_share_a_cell_for_3_7037_seconds(bench):
    """10 MB each, at both ends: the one at 54 has half the airtime until it ends, then the other has all."""
    wiring = Wiring(["slow", "site", "fast"], ["device", "edge", "device"])
    airtime = wiring.add_constraint(1.0)
    silent = {"delay_s": 0.0, "power_idle_w": 0.0, "power_busy_w": 0.0, "radio": True}
    for source, target, rate_bps in ((0, 1, 36e6), (1, 0, 36e6), (2, 1, 54e6), (1, 2, 54e6)):
        wiring.add_link(source, target, constraints=(airtime,), coefficient=1 / rate_bps, rate_bps=rate_bps, **silent)
    net = bench(wiring)
    net.send("slow", "site", 10_000_000)
    net.send("fast", "site", 10_000_000)
    slow_s, fast_s = net.run()
    assert slow_s == pytest.approx(3.703704, abs=5e-7)
    assert fast_s == pytest.approx(2 * 8e7 / 54e6, rel=1e-12)


def test_two_stations_of_a_cell_end_after_both_airtimes(bench, wired):
    cell = Cell(duplex="tdd", line_of_sight="always", shadowing=False, delay_s=0.0)
    wiring = wired(
        ("near", "site", {"medium": "radio"}),
        ("far", "site", {"medium": "radio"}),
        tiers={"site": "edge", "near": "device", "far": "device"},
        places={"site": (0.0, 0.0), "near": (400.0, 0.0), "far": (900.0, 0.0)},
        cell=cell,
    )
    rates = [wiring.between[1, 0].rate_bps, wiring.between[2, 0].rate_bps]
    net = bench(wiring)
    net.send("near", "site", 10_000_000)
    net.send("far", "site", 10_000_000)
    near_s, far_s = net.run()
    assert rates[0] > rates[1]
    assert near_s == pytest.approx(2 * 8e7 / rates[0], rel=1e-9)
    assert far_s == pytest.approx(8e7 / rates[0] + 8e7 / rates[1], rel=1e-9)


def test_a_cell_relays_between_its_devices_and_pays_airtime_for_both_ways(bench, wired):
    wiring = wired(
        ("a", "site", {"medium": "radio"}),
        ("b", "site", {"medium": "radio"}),
        tiers={"site": "edge", "a": "device", "b": "device"},
        places={"site": (0.0, 0.0), "a": (300.0, 0.0), "b": (0.0, 500.0)},
        cell=Cell(duplex="tdd", line_of_sight="always", shadowing=False, delay_s=0.0),
    )
    net = bench(wiring, "cut-through")
    net.send("a", "b", 1_000_000)
    airtime_s = 8e6 / wiring.between[1, 0].rate_bps + 8e6 / wiring.between[0, 2].rate_bps
    assert net.run() == pytest.approx([airtime_s], rel=1e-9)


def test_a_whole_packet_is_dropped_where_it_would_need_one_link_too_many(bench, wired):
    net = bench(wired(*THREE_HOPS))
    net.send("a", "d", 1_000, hop_limit=2)
    net.send("a", "d", 1_000, hop_limit=3)
    net.run()
    (drop,) = [event for event in net.events() if event["kind"] == EventKind.FLOW_DROP]
    assert net.drops == {0: "HOP_LIMIT"}
    assert net.wiring.names[drop["node"]] == "c"


def test_a_cut_through_transfer_over_the_hop_limit_carries_nothing(bench, wired):
    net = bench(wired(*THREE_HOPS), "cut-through")
    net.send("a", "d", 1_000, hop_limit=2)
    net.run()
    assert net.drops == {0: "HOP_LIMIT"}
    assert net.meter.total_bits.sum() == 0


def test_a_packet_larger_than_a_nodes_memory_is_dropped_there(bench, wired):
    small = NodeClass(compute_flop_per_s=1e6, memory_bytes=1000, power_idle_w=0, power_busy_w=0)
    net = bench(wired(*THREE_HOPS), hardware=small)
    net.send("a", "d", 1_001)
    net.send("a", "d", 1_000)
    net.run()
    assert net.drops == {0: "NO_MEMORY"}
    assert net.transport.accounts.delivered_bytes == 1_000


@pytest.mark.parametrize("forwarding", ["whole-packet", "cut-through"])
def test_without_a_route_a_packet_is_dropped_where_it_is(bench, wired, forwarding):
    net = bench(wired(("a", "b", 1e6, 0.0), ("c", "d", 1e6, 0.0)), forwarding)
    net.send("a", "d", 1_000)
    net.run()
    (drop,) = [event for event in net.events() if event["kind"] == EventKind.FLOW_DROP]
    assert net.drops == {0: "NO_ROUTE"}
    assert (drop["node"], net.transport.accounts.dropped) == (0, 1)


def test_the_sender_hears_of_a_drop_after_send_has_returned(bench, wired):
    net, heard = bench(wired(("a", "b", 1e6, 0.0), ("c", "d", 1e6, 0.0))), []
    net.transport.send(0, 3, 10, lambda _: None, lambda *_: heard.append("dropped"))
    assert heard == []
    net.run()
    assert heard == ["dropped"]


@pytest.mark.parametrize("forwarding", ["whole-packet", "cut-through"])
def test_each_hop_is_recorded_with_its_time(bench, wired, forwarding):
    net = bench(wired(*THREE_HOPS), forwarding)
    net.send("a", "d", 10_000_000)
    net.run()
    rows = [(EventKind(e["kind"]).name, e["node"], e["peer"], e["time_ns"]) for e in net.events()]
    if forwarding == "whole-packet":
        starts = [0, 805_000_000, 1_610_000_000]
        ends = [805_000_000, 1_610_000_000, 2_415_000_000]
    else:
        starts, ends = [0, 0, 0], [805_000_000, 810_000_000, 815_000_000]
    hops = [("HOP_START", i, i + 1, t) for i, t in enumerate(starts)] + [
        ("HOP_END", i, i + 1, t) for i, t in enumerate(ends)
    ]
    assert rows[0] == ("FLOW_START", 0, 3, 0)
    assert rows[-1] == ("FLOW_END", 3, 0, ends[-1])
    assert sorted(rows[1:-1]) == sorted(hops)
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)


def test_a_moment_after_the_start_of_large_transfers_no_law_is_broken(bench, wired):
    """What has passed is tiny beside what is to come; the rounding of the large must not count against the small."""
    net = bench(wired(("a", "b", 1e6, 0.01)))
    net.send("a", "b", 10**9, 0.0)
    net.send("a", "b", 10**9, 3e-9)
    net.clock.run(until=4e-9)
    net.settle()
    assert net.transport.in_flight


@pytest.mark.parametrize(("rate_bps", "start_s"), [(10e9, 1e3), (1e12, 10.3), (1e12, 1e6)])
def test_small_packets_on_fast_links_late_in_a_run_break_no_law(bench, wired, rate_bps, start_s):
    """They last a few steps of the clock only, and what the meter saw is rate times time."""
    net = bench(wired(("a", "b", rate_bps, 0.0)))
    for number in range(100):
        net.send("a", "b", 1_000, start_s + 1.7 * number)
    net.run()
    assert net.transport.accounts.delivered == 100


moments = st.integers(0, 1500).map(lambda milliseconds: milliseconds / 1000)
transfers = st.lists(
    st.tuples(
        moments, st.integers(1, 200_000), st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(1, 3)
    ).filter(lambda transfer: transfer[2] != transfer[3]),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(transfers, st.sampled_from(["whole-packet", "cut-through"]), moments)
def test_packets_bytes_and_bits_are_accounted_for_at_any_moment(bench, wired, planned, forwarding, look_s):
    net = bench(wired(("a", "b", 1e6, 0.01), ("b", "c", 3e5, 0.02, "half"), ("c", "d", 2e6, 0.0)), forwarding)
    for start_s, size_bytes, source, target, hop_limit in planned:
        net.send(source, target, size_bytes, start_s, hop_limit=hop_limit)
    if look_s > net.clock.now:
        net.clock.run(until=look_s)
    net.settle()
    net.run()
    accounts = net.transport.accounts
    assert accounts.sent == len(planned) == accounts.delivered + accounts.dropped
    assert accounts.sent_bytes == sum(transfer[1] for transfer in planned)
    assert not net.transport.in_flight


def test_a_transfer_that_costs_no_time_breaks_a_law(bench, wired):
    net = bench(wired(("a", "b", 1e6, 0.0)))
    net.send("a", "b", 0)
    with pytest.raises(LawBroken, match="takes"):
        net.run()


def test_bits_that_nobody_sent_break_a_law(bench, wired):
    net = bench(wired(("a", "b", 1e6, 0.0)))
    net.send("a", "b", 1000)
    net.run()
    with pytest.raises(LawBroken, match="bits on links"):
        net.transport.check(8000.01)


@pytest.mark.parametrize("figure", ["sent", "delivered", "dropped", "sent_bytes", "delivered_bytes", "dropped_bytes"])
def test_a_ledger_that_does_not_add_up_breaks_a_law(bench, wired, figure):
    net = bench(wired(("a", "b", 1e6, 0.0)))
    net.send("a", "b", 1000)
    net.run()
    setattr(net.transport.accounts, figure, getattr(net.transport.accounts, figure) + 1)
    with pytest.raises(LawBroken, match="accounted for"):
        net.transport.check(8000.0)


@pytest.mark.parametrize(
    ("fragment_bytes", "expected_s"),
    # one after another at the first hop, then the last one (1 MB, or what is left) over the other two; three delays
    [(1_000_000, 0.975), (10_000_000, 2.415), (20_000_000, 2.415), (4_000_000, 0.8 + 0.32 + 0.32 + 0.015)],
)
def test_fragments_are_pipelined_over_the_hops(bench, wired, fragment_bytes, expected_s):
    net = bench(wired(*THREE_HOPS), "fragments", fragment_bytes=fragment_bytes)
    net.send("a", "d", 10_000_000)
    assert net.run() == pytest.approx([expected_s], rel=1e-9)


def test_fragments_of_two_packets_share_a_link_as_two_flows(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)), "fragments", fragment_bytes=100_000)
    net.send("a", "b", 1_000_000)
    net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([2.0, 2.0], rel=1e-9)


def test_a_hop_of_fragments_is_recorded_once(bench, wired):
    net = bench(wired(*THREE_HOPS), "fragments")
    net.send("a", "d", 10_000_000)
    net.run()
    kinds = [event["kind"] for event in net.events()]
    assert kinds.count(EventKind.HOP_START) == kinds.count(EventKind.HOP_END) == 3


def test_a_class_of_packets_may_be_forwarded_its_own_way(bench, wired):
    net = bench(wired(*THREE_HOPS), "whole-packet", by_class={"background": "cut-through"})
    net.send("a", "d", 10_000_000)
    net.send("a", "d", 10_000_000, 10.0, packet_class="background")
    assert net.run() == pytest.approx([2.415, 10.815], rel=1e-9)


def test_fragments_that_do_not_fit_in_the_end_are_dropped_as_one_packet(bench, wired):
    small = NodeClass(compute_flop_per_s=1, memory_bytes=5_000_000, power_idle_w=0, power_busy_w=0)
    net = bench(wired(*THREE_HOPS), "fragments", small)
    net.send("a", "d", 10_000_000)
    assert net.run()
    assert net.drops == {0: "NO_MEMORY"}
    assert net.transport.accounts.dropped_bytes == 10_000_000


def test_a_capped_transfer_takes_no_more_than_its_cap(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.0)))
    net.send("a", "b", 1_000_000, cap_bps=2e6)
    net.send("a", "b", 1_500_000)
    assert net.run() == pytest.approx([4.0, 2.0], rel=1e-9)
