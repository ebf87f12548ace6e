import pytest

from wayfare.emulator.explaining import NotRecorded, tell_link

OUT = """\
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links:
    - {between: [a, b], rate: 10 Mbit/s, delay: 5 ms}
    - {between: [b, c], rate: 20 Mbit/s, delay: 5 ms}
traffic:
  interrupted: restart
  transfers:
    - {from: a, to: c, size: 2.5 MB}
    - {from: a, to: b, size: 7.5 MB, start: 4 s}
faults: [{kind: link, between: [a, b], from: 500 ms, until: 1.5 s}]
stop: 20 s
"""


def test_a_link_is_told_in_both_directions(parking_lot):
    there, back = tell_link(parking_lot, "c", "b").directions
    assert (there.source, there.target) == ("c", "b")
    assert (back.source, back.target) == ("b", "c")
    assert (there.link_class, there.medium, there.duplex) == ("backhaul", "wire", "full")
    assert (there.rate_bps, there.delay_s) == (10e6, 1e-3)
    assert (there.carried_bytes, there.crossings) == (0.0, ())
    assert back.carried_bytes == pytest.approx(15e6)
    assert back.utilisation == pytest.approx(12 / 12.003)
    assert [(each.transfer, each.share) for each in back.crossings] == [
        (0, pytest.approx(2 / 3)), (2, pytest.approx(1 / 3))
    ]  # fmt: skip


def test_outages_and_what_had_to_be_sent_again_are_told(ran):
    there, back = tell_link(ran(OUT), "a", "b").directions
    for direction in (there, back):
        assert [(out.start_s, out.end_s) for out in direction.outages] == [(0.5, 1.5)]
    first, second = there.crossings
    assert (first.transfer, first.interruptions, first.carried_bytes) == (0, 1, pytest.approx(3.125e6))
    assert (first.first_bit_in_s, first.arrived_s) == (0.0, 3.505)
    assert first.share == pytest.approx(3.125 / 10.625)
    assert there.carried_bytes == pytest.approx(10.625e6)
    assert second.share == pytest.approx(7.5 / 10.625)


def test_the_busiest_times_come_first(ran):
    there, _ = tell_link(ran(OUT), "b", "c").directions
    assert all(period.utilisation == pytest.approx(1.0, rel=0.1) for period in there.busiest[:1])
    utilisations = [period.utilisation for period in there.busiest]
    assert utilisations == sorted(utilisations, reverse=True)
    assert 3.4 <= there.busiest[0].start_s <= 4.5


def test_the_energy_of_a_link_is_that_of_its_power_over_time(ran):
    """1 W idle for 20 s, and 2 W more while it is full: 8.5 s of 10 Mbit/s."""
    there, back = tell_link(ran(OUT), "a", "b").directions
    assert sum(there.energy_j.values()) == pytest.approx(20 + 2 * 8.5)
    assert sum(back.energy_j.values()) == pytest.approx(20)


def test_what_a_profile_changes_is_told(ran):
    profile = "profiles: [{links: backhaul, steps: [{at: 1 s, rate: 5 Mbit/s}, {at: 2 s, delay: 9 ms}]}]\n"
    there, _ = tell_link(ran(OUT.partition("faults")[0] + profile + "stop: 30 s\n"), "a", "b").directions
    assert [(change.time_s, change.rate_bps) for change in there.rate_changes] == [(1.0, 5e6)]
    assert [(change.time_s, change.delay_s) for change in there.delay_changes] == [(2.0, 0.009)]


def test_nodes_without_a_link_are_answered_with_those_that_have_one(parking_lot):
    with pytest.raises(NotRecorded, match=r"no link from a to c; a has links to b$"):
        tell_link(parking_lot, "a", "c")
    with pytest.raises(NotRecorded, match=r"no node 'x'; its nodes are a, b, c, d$"):
        tell_link(parking_lot, "a", "x")
