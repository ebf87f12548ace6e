import shutil
from dataclasses import fields
from itertools import pairwise

import pytest

from wayfare.emulator.explaining import NotRecorded, Sending, tell_flow
from wayfare.emulator.records import EventKind, RunRecord
from wayfare.emulator.records.files import read_manifest, write_manifest

PAIR = """\
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s, delay: 0 s}
    - {between: [b, c], rate: 10 Mbit/s, delay: 0 s}
"""
OUTAGE = "faults: [{kind: link, between: [a, b], from: 500 ms, until: 1.5 s}]\nstop: 9 s\n"
ONE = "  transfers: [{from: a, to: b, size: 2.5 MB}]\n"


def told(run, number=0, **sending):
    """Return the story of a transfer, after checking what must hold of every story."""
    story = tell_flow(run, number, Sending(**sending))
    parts = [getattr(story.account, field.name) for field in fields(story.account)]
    total_s, *parts_s, by_other = parts
    assert sum(parts_s) == pytest.approx(total_s, abs=1e-7)
    assert sum(lost_s for _, lost_s in by_other) == pytest.approx(story.account.sharing_s, abs=1e-7)
    assert total_s == pytest.approx(story.end_s - story.start_s, abs=1e-9)
    assert story.outcome != "delivered" or story.exact
    for hop in story.hops:
        for one, following in pairwise(hop.intervals):
            assert one.end_s <= following.start_s
    return story


def test_the_bottlenecks_of_the_parking_lot_are_those_of_the_closed_form(parking_lot):
    """The long one has half of each wire until the short ones end at 8 s, then all of it: 12 s."""
    story = told(parking_lot)
    (hop,) = story.hops
    shared, alone = hop.intervals
    assert (shared.start_s, shared.end_s, alone.end_s) == (0.0, 8.0, 12.0)
    assert (shared.rate_bps, alone.rate_bps) == pytest.approx((5e6, 10e6), rel=1e-12)
    assert (shared.cause, alone.cause) == ("share", "alone")
    assert shared.limit == alone.limit == "capacity of a -> b and 2 more alike"
    assert [(other.transfer, other.source, other.target) for other in shared.shared_with] == [
        (1, "a", "b"), (2, "b", "c"), (3, "c", "d")
    ]  # fmt: skip
    assert [other.share for other in shared.shared_with] == pytest.approx([0.5] * 3)
    assert (alone.others, alone.shared_with) == (0, ())


def test_the_account_of_the_parking_lot_adds_up_to_its_time(parking_lot):
    went = told(parking_lot).account
    assert went.alone_s == pytest.approx(8.0)
    assert went.sharing_s == pytest.approx(4.0)
    assert went.propagation_s == pytest.approx(0.003)
    assert [(other, pytest.approx(4 / 3)) for other in (1, 2, 3)] == list(went.by_other)


def test_the_short_ones_of_the_parking_lot_share_with_the_long_one_alone(parking_lot):
    for number in (1, 2, 3):
        (interval,) = told(parking_lot, number).hops[0].intervals
        assert [other.transfer for other in interval.shared_with] == [0]
        assert interval.end_s == 8.0


def test_fl_8_an_outage_costs_what_it_lasts(ran):
    """2.5 MB at 10 Mbit/s with an outage from 0.5 to 1.5 s, resumed: 3 s."""
    story = told(ran(PAIR + "traffic:\n" + ONE + OUTAGE))
    assert story.end_s == 3.0
    assert (story.account.alone_s, story.account.outages_s) == pytest.approx((2.0, 1.0))
    (hop,) = story.hops
    assert hop.interruptions_s == (0.5,)
    assert (hop.stopped_s, hop.lost_bytes) == (pytest.approx(1.0), 0.0)
    assert [(interval.start_s, interval.end_s) for interval in hop.intervals] == [(0.0, 0.5), (1.5, 3.0)]


def test_what_is_sent_again_after_an_outage_is_told_from_what_is_sent_once(ran):
    """Started again at 1.5 s: 3.5 s, of which 0.5 s for 625 kB that were lost."""
    story = told(ran(PAIR + "traffic:\n  interrupted: restart\n" + ONE + OUTAGE))
    assert story.end_s == 3.5
    went = story.account
    assert (went.alone_s, went.outages_s, went.repeated_s) == pytest.approx((2.0, 1.0, 0.5))
    assert (story.hops[0].lost_bytes, story.hops[0].carried_bytes) == pytest.approx((625e3, 3.125e6))
    assert story.accounted_bytes == pytest.approx(2.5e6, rel=1e-9)


def test_a_wait_for_a_way_is_an_outage_of_the_link_that_it_waits_for(ran):
    traffic = "traffic:\n  unreachable: wait\n  transfers: [{from: a, to: b, size: 2.5 MB, start: 1 s}]\n"
    story = told(ran(PAIR + traffic + OUTAGE))
    assert story.hops[0].waited_s == pytest.approx(0.5)
    assert (story.account.outages_s, story.account.alone_s) == pytest.approx((0.5, 2.0))


def test_a_transfer_that_takes_another_way_pays_for_what_it_had_sent(ran):
    ring = PAIR.rstrip() + "\n    - {between: [a, c], rate: 10 Mbit/s, delay: 0 s}\n"
    story = told(ran(ring + "traffic:\n  interrupted: reroute\n" + ONE + OUTAGE))
    assert [hop.route for hop in story.hops] == [("a", "b"), ("a", "c"), ("c", "b")]
    assert (story.account.alone_s, story.account.repeated_s) == pytest.approx((4.0, 0.5))
    assert story.account.outages_s == 0


def test_whole_packets_are_told_hop_by_hop(ran):
    story = told(
        ran(
            PAIR
            + "traffic:\n  transfers: [{from: a, to: c, size: 2.5 MB}, {from: b, to: c, size: 2.5 MB, start: 2 s}]\n"
        )
    )
    assert story.forwarding == "whole-packet"
    first, second = story.hops
    assert (first.first_bit_in_s, first.last_bit_out_s, second.first_bit_in_s) == (0.0, 2.0, 2.0)
    assert (first.intervals[0].others, second.intervals[0].others) == (0, 1)
    assert (story.account.alone_s, story.account.sharing_s) == pytest.approx((4.0, 2.0))


FRAGMENTS = """\
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 100 Mbit/s, delay: 5 ms}
    - {between: [b, c], rate: 10 Mbit/s, delay: 5 ms}
traffic:
  forwarding: fragments
  fragment: 250 kB
  transfers: [{from: a, to: c, size: 2.5 MB}]
"""


def test_fragments_alone_take_the_first_one_and_the_bottleneck(ran):
    """0.02 s until the first fragment is over the fast link, then ten of 0.2 s on the slow one."""
    story = told(ran(FRAGMENTS), fragment_bytes=250e3)
    assert story.forwarding == "fragments"
    assert story.account.alone_s == pytest.approx(2.02)
    assert story.account.propagation_s == pytest.approx(0.01)
    assert story.account.sharing_s == story.account.overlap_s == pytest.approx(0.0, abs=1e-9)


def test_an_outage_that_later_fragments_catch_up_with_is_not_charged(ran):
    """The slow second hop has fragments for 1 s when the first hop fails for 0.5 s."""
    faults = "faults: [{kind: link, between: [a, b], from: 120 ms, until: 620 ms}]\nstop: 9 s\n"
    story = told(ran(FRAGMENTS + faults), fragment_bytes=250e3)
    assert story.end_s == pytest.approx(2.03)
    assert story.hops[0].stopped_s == pytest.approx(0.5)
    assert story.account.outages_s == 0


def test_an_outage_that_starves_the_next_hop_costs_less_than_it_lasts(ran):
    """From 0.13 s, when the first hop has passed six fragments and a half, 2 s; the second has work until 1.225 s."""
    faults = "faults: [{kind: link, between: [a, b], from: 130 ms, until: 2.13 s}]\nstop: 9 s\n"
    story = told(ran(FRAGMENTS + faults), fragment_bytes=250e3)
    assert story.end_s == pytest.approx(2.13 + 0.01 + 0.005 + 4 * 0.2 + 0.005)
    went = story.account
    assert went.outages_s == pytest.approx(2.0)
    assert went.alone_s == pytest.approx(2.02)
    assert went.overlap_s == pytest.approx(2.95 - 2.02 - 2.0 - 0.01)


def test_headers_of_a_transport_do_not_count_as_payload(ran):
    text = PAIR.replace("delay: 0 s", "delay: 5 ms") + "traffic:\n  transport: {}\n" + ONE
    story = told(ran(text), segment_bytes=1448, overhead_bytes=90, pauses=True)
    assert story.accounted_bytes == pytest.approx(2.5e6, rel=1e-9)
    assert story.hops[0].carried_bytes > 2.6e6
    assert story.account.pauses_s > 0


def test_those_of_a_higher_priority_come_first(ran):
    transfers = """\
traffic:
  transfers:
    - {from: a, to: b, size: 2.5 MB}
    - {from: a, to: b, size: 2.5 MB, priority: 1}
"""
    first, second = told(ran(PAIR + transfers)).hops[0].intervals
    assert (first.cause, first.limit, first.rate_bps) == ("rank", "others come first: capacity of a -> b", 0.0)
    assert [other.transfer for other in first.shared_with] == [1]
    assert (second.start_s, second.cause) == (2.0, "alone")


BURSTS = "  background: [{kind: on-off, from: a, to: b, rate: 1 Mbit/s, on: 1 s, off: 1 s}]\n"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (PAIR.replace("delay: 0 s}", "delay: 0 s, duplex: half}", 1) + "traffic:\n" + ONE, "capacity of a - b"),
        (PAIR + "links: {backhaul: {sharing: unshared}}\ntraffic:\n" + ONE, "rate of a -> b"),
        (PAIR + "traffic:\n" + BURSTS + "stop: 20 s\n", "its own cap"),
    ],
)
def test_what_limits_a_transfer_has_a_name(ran, text, limit):
    assert {interval.limit for hop in told(ran(text)).hops for interval in hop.intervals} == {limit}


def test_the_airtime_of_a_cell_is_shared_and_its_signals_are_told(ran):
    story = told(
        ran("""\
topology:
  nodes:
    site: {tier: edge, position: [0 m, 0 m]}
    near: {tier: device, position: [40 m, 0 m]}
    far: {tier: device, position: [160 m, 0 m]}
  links: [{between: [site, near], medium: radio}, {between: [far, site], medium: radio}]
cells: {line_of_sight: always, shadowing: false}
traffic: {transfers: [{from: near, to: site, size: 20 MB}, {from: site, to: far, size: 1 MB}]}
""")
    )
    first, second = story.hops[0].intervals
    assert first.limit == "airtime of site"
    (signal,) = first.radio
    assert signal.link == "near -> site"
    assert signal.sinr_db is not None
    assert first.rate_bps == pytest.approx(signal.rate_bps / 2)
    assert second.rate_bps == pytest.approx(signal.rate_bps)


MOVING = """\
topology:
  nodes:
    s1: {tier: edge, position: [0 m, 0 m]}
    s2: {tier: edge, position: [300 m, 0 m]}
    walker: {tier: device, position: [20 m, 10 m]}
    cloud: {tier: cloud}
  links:
    - {between: [s1, walker], medium: radio}
    - {between: [s1, cloud], rate: 1 Gbit/s, delay: 5 ms}
    - {between: [s2, cloud], rate: 1 Gbit/s, delay: 5 ms}
cells: {line_of_sight: always, site_antenna_gain: 8 dB}
mobility: [{kind: path, nodes: [walker], waypoints: [[20 m, 10 m], [280 m, 10 m]], speed: 30 m/s}]
traffic:
  forwarding: %s
  interrupted: %s
  transfers: [{from: walker, to: cloud, size: 200 MB, start: 0 s}]
stop: 14 s
"""


@pytest.mark.parametrize("forwarding", ["whole-packet", "cut-through"])
@pytest.mark.parametrize("interrupted", ["resume", "restart"])
def test_a_handover_costs_its_interruption(ran, forwarding, interrupted):
    run = ran(MOVING % (forwarding, interrupted))
    events = run.table("events").to_pylist()
    (change,) = (row for row in events if row["kind"] == EventKind.HANDOVER)
    story = told(run)
    assert story.outcome == "delivered"
    assert story.account.handovers_s == pytest.approx(0.040)
    assert story.accounted_bytes == pytest.approx(200e6, rel=1e-9)
    assert {hop.route[:2] for hop in story.hops} >= {("walker", "s1"), ("walker", "s2")}
    assert story.hops[0].interruptions_s == (change["time_ns"] / 1e9,)


def test_a_dropped_transfer_says_where_and_why(ran):
    story = told(ran(PAIR + "traffic:\n  interrupted: drop\n" + ONE + OUTAGE))
    assert (story.outcome, story.dropped_at, story.reason, story.end_s) == ("dropped", "a", "link down", 0.5)


def test_a_transfer_that_is_cut_off_by_the_end_is_in_flight(ran):
    story = told(ran(PAIR + "traffic:\n" + ONE + "stop: 1 s\n"))
    assert (story.outcome, story.end_s) == ("in flight", 1.0)
    assert story.hops[0].carried_bytes == pytest.approx(1.25e6)
    assert (story.hops[0].last_bit_out_s, story.hops[0].arrived_s) == (None, None)


def test_a_number_that_no_transfer_has_is_answered_with_those_there_are(parking_lot):
    with pytest.raises(NotRecorded, match=r"no transfer 4; its transfers are 0 to 3$"):
        tell_flow(parking_lot, 4)


def test_a_run_without_the_journal_says_how_to_get_one(ran, parking_lot, tmp_path):
    with pytest.raises(NotRecorded, match=r"was not recorded; run the scenario again with record\.sharing true"):
        tell_flow(ran(PAIR + "traffic:\n" + ONE + "record: {sharing: false}\n"), 0)
    older = shutil.copytree(parking_lot.folder, tmp_path / "older")
    (older / "sharing.parquet").unlink()
    manifest = read_manifest(older)
    del manifest["tables"]["sharing"]
    write_manifest(older, manifest)
    with pytest.raises(NotRecorded, match="an older run, without the table sharing"):
        tell_flow(RunRecord(older), 0)


def test_a_transfer_that_comes_back_to_a_link_ends_its_later_crossing(ran):
    ring = PAIR.rstrip() + "\n    - {between: [a, c], rate: 10 Mbit/s, delay: 0 s}\n"
    traffic = "traffic:\n  interrupted: reroute\n  unreachable: wait\n" + ONE
    story = told(ran(ring + traffic + "faults: [{kind: partition, nodes: [a], from: 1 s, until: 3 s}]\nstop: 9 s\n"))
    first, *_, last = story.hops
    assert first.route == last.route == ("a", "b")
    assert (first.last_bit_out_s, first.arrived_s) == (None, None)
    assert (last.first_bit_in_s, last.arrived_s) == (3.0, 5.0)
    assert (story.account.outages_s, story.account.repeated_s) == pytest.approx((2.0, 1.0))


def test_a_link_that_gives_nothing_for_a_while_is_an_outage(ran):
    profile = "profiles: [{between: [a, b], steps: [{at: 1 s, rate: 0 bit/s}, {at: 3 s, rate: 10 Mbit/s}]}]\n"
    went = told(ran(PAIR + profile + "traffic:\n" + ONE + "stop: 9 s\n")).account
    assert (went.outages_s, went.pauses_s, went.alone_s) == pytest.approx((2.0, 0.0, 2.0))


def test_what_a_drop_lost_is_not_sent_again(ran):
    reroute = "traffic:\n  interrupted: reroute\n  transfers: [{from: a, to: c, size: 2.5 MB}]\n"
    story = told(ran(PAIR + reroute + OUTAGE))
    assert (story.outcome, story.accounted_bytes) == ("dropped", 0.0)
    assert (story.account.dropped_s, story.account.repeated_s) == pytest.approx((0.5, 0.0))


def test_a_handover_lasts_beyond_a_hop_to_the_new_site(ran):
    """A packet at the old site goes over to the new one, and waits there for the rest of the interruption."""
    text = """\
topology:
  nodes:
    e1: {tier: edge, position: [0 m, 0 m]}
    e2: {tier: edge, position: [200 m, 0 m]}
    bus: {tier: device, position: [90 m, 0 m]}
  links: [{between: [e1, e2], rate: 10 Gbit/s, delay: 0 ms}, {between: [e1, bus], medium: radio}]
cells: {line_of_sight: always, shadowing: false}
mobility: [{kind: path, nodes: [bus], waypoints: [[160 m, 0 m]], speed: 30 m/s}]
radio: {handover: {interruption: 500 ms}}
traffic: {unreachable: wait, transfers: [{from: e1, to: bus, size: 200 MB}]}
stop: 12 s
"""
    story = told(ran(text), interruption_s=0.5)
    assert [hop.route for hop in story.hops] == [("e1", "bus"), ("e1", "e2"), ("e2", "bus")]
    crossed = story.hops[1]
    assert story.account.handovers_s == pytest.approx(0.5 - (crossed.arrived_s - crossed.first_bit_in_s))
    assert story.account.waiting_s == pytest.approx(0.0)
