"""The replayed solver: exact, whatever a run did, and with the bottlenecks of closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.explaining import tell_flow
from wayfare.emulator.explaining.replay import Journal as Replayable
from wayfare.emulator.explaining.rows import read_rows
from wayfare.emulator.journal import Journal
from wayfare.emulator.links import Link
from wayfare.emulator.meter import Meter
from wayfare.emulator.network import FluidNetwork
from wayfare.emulator.records import EventKind, RunRecord
from wayfare.emulator.way import Way

from .conftest import run_text

NS = 1e-9


class Bench:
    """A fluid network whose journal is kept, and read back."""

    def __init__(self, links, capacity, writer):
        self.clock, self.writer, self.ends = Clock(), writer, {}
        self.network = FluidNetwork(self.clock, capacity, Meter(links, [], writer), journal=Journal(writer))

    def send(self, start_s, transfer, links, size_bytes, **options):
        def done():
            self.ends[transfer] = self.clock.now

        def begin():
            self.network.start(Way(links), size_bytes, done, transfer=transfer, **options)

        self.clock.at(start_s, Turn.TIMER, transfer, begin)

    def passages(self):
        """Run to the end and return the first passage of each transfer."""
        self.clock.run()
        self.writer.progress({})
        journal = Replayable(read_rows(RunRecord(self.writer.folder), "sharing"))
        return [journal.passages(transfer, round(self.clock.now / NS))[0] for transfer in sorted(self.ends)]


def station(index, rate_bps):
    return Link(index, 1, 0, "access-up", (0,), 1 / rate_bps, rate_bps, 0.0, 0.0, 1.0, True)


def test_stations_at_36_and_54_mbit_per_s_have_half_of_the_airtime_each(writer):
    """10 MB each: the faster one ends at 8e7 / 27e6 s, the slower one at 8e7 / 36e6 + 8e7 / 54e6 = 3.703704 s."""
    links = [station(0, 36e6), station(1, 54e6)]
    bench = Bench(links, {0: 1.0}, writer)
    for number, link in enumerate(links):
        bench.send(0.0, number, [link], 10_000_000)
    slow, fast = bench.passages()
    assert [spell.rate_bps for spell in slow.spells] == pytest.approx([18e6, 36e6])
    assert [spell.rate_bps for spell in fast.spells] == pytest.approx([27e6])
    assert [spell.alone_bps for spell in (*slow.spells, *fast.spells)] == pytest.approx([36e6, 36e6, 54e6])
    assert slow.spells[0].end_ns * NS == pytest.approx(8e7 / 27e6)
    assert slow.spells[1].end_ns * NS == pytest.approx(8e7 / 36e6 + 8e7 / 54e6)
    assert slow.spells[0].others == ((1, pytest.approx(0.5)),)
    assert [(spell.cause, spell.constraints, spell.sharers) for spell in slow.spells] == [
        ("share", (0,), 1), ("share", (0,), 0)
    ]  # fmt: skip
    assert fast.lost_s == {0: pytest.approx(8e7 / 54e6)}


def test_a_capacity_that_changes_begins_a_new_spell(writer):
    wire = Link(0, 0, 1, "backhaul", (0,), 1.0, 10e6, 0.0, 1.0, 3.0, False)
    bench = Bench([wire], {0: 10e6}, writer)
    bench.send(0.0, 0, [wire], 2_500_000)
    bench.clock.at(0.5, Turn.FAULT, 0, lambda: bench.network.set_capacity(0, 0.0))
    bench.clock.at(1.5, Turn.FAULT, 0, lambda: bench.network.set_capacity(0, 5e6))
    (passage,) = bench.passages()
    assert [(spell.start_ns, spell.rate_bps, spell.cause) for spell in passage.spells] == [
        (0, 10e6, "share"), (500_000_000, 0.0, "stopped"), (1_500_000_000, 5e6, "share")
    ]  # fmt: skip
    assert passage.bits == pytest.approx(2e7, rel=1e-12)


def test_only_the_flows_of_the_transfer_are_told_and_the_others_still_count(writer):
    """Those that left before it began are not replayed at all."""
    wire = Link(0, 0, 1, "backhaul", (0,), 1.0, 10e6, 0.0, 1.0, 3.0, False)
    bench = Bench([wire], {0: 10e6}, writer)
    for number in range(20):
        bench.send(0.01 * number, number, [wire], 1_000)
    bench.send(0.5, 20, [wire], 1_000_000)
    bench.send(0.6, 21, [wire], 100_000)
    *_, last, _ = bench.passages()
    assert [(spell.rate_bps, spell.sharers) for spell in last.spells] == [(10e6, 0), (5e6, 1), (10e6, 0)]


MOST_BPS, PIECES = 50e6, 7  # the fastest link, and the most fragments a transfer has
SIZES = st.integers(1, 4_000)
PLANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), SIZES, st.integers(0, 900)).filter(lambda plan: plan[0] != plan[1]),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(PLANS, st.lists(st.integers(1, 50), min_size=3, max_size=3), st.sampled_from(["cut-through", "fragments"]))
def test_the_replayed_rates_carry_every_transfer_and_end_when_it_ended(tmp_path_factory, plans, rates, forwarding):
    """On a line: the rates of each add up to its size, and it leaves its last link a delay before it is there."""
    links = "".join(
        f"    - {{between: [n{i}, n{i + 1}], rate: {rate} Mbit/s, delay: 2 ms}}\n" for i, rate in enumerate(rates)
    )
    transfers = "".join(
        f"    - {{from: n{a}, to: n{b}, size: {size} kB, start: {start} ms}}\n" for a, b, size, start in plans
    )
    nodes = ", ".join(f"n{i}: {{tier: edge}}" for i in range(4))
    run = run_text(
        f"topology:\n  nodes: {{{nodes}}}\n  links:\n{links}"
        f"traffic:\n  forwarding: {forwarding}\n  fragment: 700 kB\n  transfers:\n{transfers}",
        tmp_path_factory.mktemp("line"),
    )
    events = run.table("events").to_pylist()
    ends_s = {row["flow"]: row["time_ns"] * NS for row in events if row["kind"] == EventKind.FLOW_END}
    assert set(ends_s) == set(range(len(plans)))
    for number, end_s in ends_s.items():
        story = tell_flow(run, number)
        assert story.exact
        for hop in story.hops:
            rounding_bytes = MOST_BPS / 8 * NS * (1 + len(hop.intervals)) * PIECES
            assert hop.carried_bytes == pytest.approx(story.size_bytes, rel=1e-9, abs=rounding_bytes)
        last = story.hops[-1]
        hops = len(last.route) - 1
        assert last.intervals[-1].end_s + 0.002 * hops == pytest.approx(end_s, abs=2 * NS)
        for hop in story.hops:
            assert all(each.rate_bps <= each.alone_bps * (1 + 1e-9) for each in hop.intervals)
            assert not np.isnan([each.rate_bps for each in hop.intervals]).any()
