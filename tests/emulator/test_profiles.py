"""Profiles: rates and delays that follow a schedule, and what that does to transfers."""

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.changes import VaryingLinks
from wayfare.emulator.profiles import Profile, ProfileError, Step
from wayfare.emulator.rates import LinkRates
from wayfare.emulator.records import EventKind
from wayfare.emulator.routing import ForwardingTables, Routing

ENDS = {"between": ("a", "b")}


def vary(net, ends, *steps, **options):
    """Let both directions of a link follow steps of (time, rate, delay)."""
    profile = Profile(between=ends, steps=tuple(Step(at_s=at, rate_bps=r, delay_s=d) for at, r, d in steps), **options)
    a, b = map(net.wiring.names.index, ends)
    rates = LinkRates(net.clock, net.network, net.transport, net.writer)
    rates.follow(VaryingLinks((net.wiring.between[a, b], net.wiring.between[b, a]), islice(profile.changes(), 500)))
    return rates


def when(steps, rate_bps, bits, start_s=0.0):
    """Return when so many bits have passed since the start, at a rate that changes in steps."""
    times = [*(at for at, *_ in steps), float("inf")]
    spans = [(0.0, times[0], rate_bps), *((at, after, r) for (at, r, _), after in zip(steps, times[1:], strict=True))]
    for begin_s, end_s, now_bps in spans:
        begin_s = max(begin_s, start_s)
        if end_s > begin_s and now_bps > 0:
            if bits <= now_bps * (end_s - begin_s):
                return begin_s + bits / now_bps
            bits -= now_bps * (end_s - begin_s)
    raise AssertionError("it never ends")


schedules = st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0.0, 1e6, 3e6, 8e6, 2.5e7])), max_size=8).map(
    lambda drawn: [(at / 8, rate, None) for at, rate in sorted(dict(drawn).items())] + [(6.0, 5e6, None)]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 10**7), st.floats(0, 5), st.sampled_from(["full", "half"]))
def test_a_transfer_ends_when_the_integral_of_the_rate_is_its_size(bench, wired, steps, size_bytes, start_s, duplex):
    net = bench(wired(("a", "b", 8e6, 0.0, duplex)))
    vary(net, ("a", "b"), *steps)
    net.send("a", "b", size_bytes, start_s)
    assert net.run() == pytest.approx([when(steps, 8e6, 8 * size_bytes, start_s)], rel=1e-9)


@pytest.mark.parametrize("sharing", ["shared", "unshared"])
def test_two_transfers_share_or_do_not_share_what_a_profile_leaves(bench, wired, sharing):
    """8 Mbit each at 8, then 4 Mbit/s: together 16 Mbit need 1 s and 2 s more; unshared each needs 1 s."""
    net = bench(wired(("a", "b", {"rate_bps": 8e6, "delay_s": 0.0, "sharing": sharing})))
    vary(net, ("a", "b"), (0.5, 4e6, None))
    for _ in range(2):
        net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([3.5, 3.5] if sharing == "shared" else [1.5, 1.5], rel=1e-9)


def test_a_profile_says_the_capacity_and_the_link_keeps_its_loss(bench, wired):
    """Of 8 Mbit/s a fifth is lost, of 4 Mbit/s as well."""
    net = bench(wired(("a", "b", {"rate_bps": 8e6, "delay_s": 0.0, "loss": 0.2})))
    vary(net, ("a", "b"), (0.5, 4e6, None))
    net.send("a", "b", 800_000)
    assert net.run() == pytest.approx([1.5], rel=1e-9)
    assert net.meter.resent_bits[0] == pytest.approx(6.4e6 * 0.25, rel=1e-9)
    assert net.meter.loaded_s()[0] == pytest.approx(1.5, rel=1e-9)


def test_a_delay_applies_to_what_leaves_after_it_has_changed(bench, wired):
    net = bench(wired(("a", "b", 8e6, 2.0)))
    vary(net, ("a", "b"), (1.5, None, 0.25))
    net.send("a", "b", 1_000_000)  # leaves at 1 s
    net.send("a", "b", 1_000_000, 1.0)  # leaves at 2 s, and overtakes it
    assert net.run() == pytest.approx([3.0, 2.25], rel=1e-9)
    changes = [event for event in net.events() if event["kind"] == EventKind.LINK_DELAY]
    assert [(event["time_ns"], event["value"]) for event in changes] == [(1_500_000_000, 0.25)] * 2


def test_a_rate_that_rises_under_a_transfer_breaks_no_law_of_causality(bench, wired):
    net = bench(wired(("a", "b", 1e6, 0.0), ("b", "c", 1e6, 0.0)), "cut-through")
    vary(net, ("a", "b"), (0.5, 1e9, None))
    vary(net, ("b", "c"), (0.5, 1e9, None))
    net.send("a", "c", 1_000_000)
    assert net.run() == pytest.approx([0.5 + 7.5e6 / 1e9], rel=1e-9)


def test_steps_that_repeat_go_on_in_every_period(bench, wired):
    """8 Mbit/s for a quarter of every second, 0 for the rest."""
    net = bench(wired(("a", "b", 8e6, 0.0)))
    vary(net, ("a", "b"), (0.0, 8e6, None), (0.25, 0.0, None), repeat_s=1.0)
    net.send("a", "b", 1_000_000)
    assert net.run() == pytest.approx([3.25], rel=1e-9)
    rates = [event["value"] for event in net.events() if event["kind"] == EventKind.LINK_RATE]
    assert rates[:4] == [0.0, 0.0, 8e6, 8e6]


@pytest.mark.parametrize(
    ("metric", "step", "first", "then"),
    [
        ("delay", (1.0, None, 0.5), "b", "c"),
        ("inverse-rate", (1.0, 1e5, None), "b", "c"),
        ("hops", (1.0, 1e5, 0.5), "b", "c"),  # of equal hops the smaller delay
        ("inverse-rate", (1.0, None, 0.5), "b", "b"),
    ],
)
def test_forwarding_follows_what_its_metric_depends_on(bench, wired, metric, step, first, then):
    net = bench(wired(("a", "b", 8e6, 0.01), ("b", "d", 8e6, 0.01), ("a", "c", 8e6, 0.01), ("c", "d", 4e6, 0.02)))
    net.transport.tables = ForwardingTables(net.wiring, Routing(metric=metric))
    vary(net, ("a", "b"), step)
    a, d, names = 0, net.wiring.names.index("d"), net.wiring.names
    assert names[net.transport.tables.next_hop(a, d)] == first
    net.clock.run()
    assert names[net.transport.tables.next_hop(a, d)] == then


def test_a_link_that_is_down_when_its_rate_changes_stays_out_of_the_tables(bench, wired):
    net = bench(wired(("a", "b", 8e6, 0.01), ("b", "d", 8e6, 0.01), ("a", "c", 8e6, 0.01), ("c", "d", 8e6, 0.02)))
    net.transport.tables = ForwardingTables(net.wiring, Routing(metric="delay"))
    link = net.wiring.between[0, net.wiring.names.index("b")]
    net.transport.set_link(link, up=False)
    vary(net, ("a", "b"), (1.0, None, 0.001))
    net.clock.run()
    hop, d = net.transport.tables.next_hop, net.wiring.names.index("d")
    assert net.wiring.names[hop(0, d)] == "c"
    net.transport.set_link(link, up=True)
    assert net.wiring.names[hop(0, d)] == "b"


def test_a_profile_is_read_from_a_file(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text("time_s,rate_bps,delay_s\n0,1e6,\n1.5,,0.02\n2,0,0.01\n")
    changes = list(Profile(**ENDS, file=str(path)).changes())
    assert [tuple(change[:3]) for change in changes] == [(0.0, 1e6, None), (1.5, None, 0.02), (2.0, 0.0, 0.01)]
    path.write_text("time_s,rate_bps\n1,1e6\n")
    assert [tuple(change[:3]) for change in Profile(**ENDS, file=str(path)).changes()] == [(1.0, 1e6, None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read as a profile (No such file or directory)"),
        ("", "has no line of data"),
        ("at,rate\n1,2\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\n1,fast\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\n0,1\n1,-1\n", ":3: a profile has time_s"),
        ("time_s,rate_bps\n-1,1\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\nnan,1\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\n1,inf\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\n1,nan\n", ":2: a profile has time_s"),
        ("time_s,delay_s\n1,2e6\n", ":2: a profile has time_s"),
        ("time_s,rate_bps,delay_s\n1,,\n", ":2: a profile has time_s"),
        ("time_s,rate_bps\n1,1\n1,2\n", "not in order of time"),
    ],
)
def test_a_profile_file_that_is_none_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "day.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ProfileError) as caught:
        list(Profile(**ENDS, file=str(path)).changes())
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "either 'steps' or a 'file'"),
        ({"steps": (Step(at_s=1, rate_bps=1),), "file": "x"}, "either 'steps' or a 'file'"),
        ({"steps": (Step(at_s=1, rate_bps=1), Step(at_s=1, rate_bps=2))}, "not in order of time"),
        ({"steps": (Step(at_s=1, rate_bps=1),), "repeat_s": 1.0}, "repeats before its last step"),
    ],
)
def test_steps_that_make_no_schedule_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Profile(**ENDS, **given)


def test_a_step_that_changes_nothing_and_a_direction_of_many_links_are_refused():
    with pytest.raises(ValueError, match="neither a rate nor a delay"):
        Step(at_s=1.0)
    with pytest.raises(ValueError, match="needs 'between'"):
        Profile(links="backhaul", directions="forward", steps=(Step(at_s=1.0, rate_bps=1),))
