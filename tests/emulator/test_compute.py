import math
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.compute import Processor, Work
from wayfare.emulator.laws import LawBroken
from wayfare.emulator.meter import Meter
from wayfare.emulator.nodes import NodeClass
from wayfare.models.streams import named_streams


class Desk:
    """A processor with a note of when each job started, for how long, and when it was done."""

    def __init__(self, writer, slots=1, jitter=0.0, name="n"):
        hardware = NodeClass(
            compute_flop_per_s=1e6,
            efficiency=0.5,
            memory_bytes=1,
            power_idle_w=0,
            power_busy_w=1,
            slots=slots,
            jitter=jitter,
        )
        self.clock, self.started, self.done = Clock(), [], []
        self.meter, self.name = Meter([], [hardware], writer), name
        self.processor = Processor(self.clock, 0, hardware, self.meter, self.streams)

    def streams(self, numbers):
        return named_streams(1).numbered("job", self.name, numbers=numbers)

    def submit(self, name, flop, at_s=0.0):
        work = Work(
            flop,
            lambda duration_s: self.started.append((name, self.clock.now, duration_s)),
            lambda: self.done.append((name, self.clock.now)),
        )
        self.clock.at(at_s, Turn.TIMER, 0, lambda: self.processor.submit(work))

    def run(self):
        self.clock.run()
        return self.done


def test_a_job_lasts_its_flop_over_rate_and_efficiency(writer):
    desk = Desk(writer)
    desk.submit("a", 2e6, at_s=1.0)
    assert desk.run() == [("a", 5.0)]
    assert desk.started == [("a", 1.0, 4.0)]


def test_jobs_wait_for_a_slot_first_in_first_out(writer):
    desk = Desk(writer)
    for name, flop, at_s in (("a", 2e6, 0.0), ("long", 1e6, 1.0), ("short", 1e5, 1.0)):
        desk.submit(name, flop, at_s)
    assert dict(desk.run()) == pytest.approx({"a": 4.0, "long": 6.0, "short": 6.2})
    assert [name for name, _ in desk.done] == ["a", "long", "short"]


def test_slots_compute_side_by_side(writer):
    desk = Desk(writer, slots=2)
    for name in "abc":
        desk.submit(name, 1e6)
    assert desk.run() == [("a", 2.0), ("b", 2.0), ("c", 4.0)]


def test_a_processor_is_metered_for_what_its_slots_did(writer):
    desk = Desk(writer, slots=2)
    for name in "abc":
        desk.submit(name, 1e6)
    desk.run()
    desk.meter.close_bin(4.0)
    assert desk.meter.ledger.by_cause()["compute"] == pytest.approx(1.0 * (2.0 + 2.0 / 2))


def test_jitter_is_the_jobs_own_and_the_same_every_time(writer):
    def durations(jobs, slots, name="n"):
        desk = Desk(writer, slots=slots, jitter=0.3, name=name)
        for number in range(jobs):
            desk.submit(number, 1e6)
        desk.run()
        return {number: duration_s for number, _, duration_s in desk.started}

    some, more = durations(3, slots=1), durations(9, slots=4)
    assert some == {number: more[number] for number in range(3)}
    assert len(set(more.values())) == 9
    assert durations(3, slots=1, name="another") != some
    many = durations(90, slots=4)  # most of them drawn ahead
    drawn = [named_streams(1)("job", "n", number).standard_normal() for number in range(1, 91)]
    assert list(many.values()) == [2.0 * math.exp(0.3 * one - 0.3**2 / 2) for one in drawn]


def test_jitter_is_lognormal_with_mean_one(writer):
    desk = Desk(writer, jitter=0.5)
    for number in range(4000):
        desk.submit(number, 1e6)
    desk.run()
    factors = [duration_s / 2.0 for _, _, duration_s in desk.started]
    mean = sum(factors) / len(factors)
    logs = [math.log(factor) for factor in factors]
    spread = math.sqrt(sum((x - sum(logs) / len(logs)) ** 2 for x in logs) / len(logs))
    assert mean == pytest.approx(1.0, abs=0.03)
    assert spread == pytest.approx(0.5, abs=0.02)


def test_a_job_that_costs_nothing_breaks_a_law(writer):
    desk = Desk(writer)
    desk.submit("free", 0.0)
    with pytest.raises(LawBroken, match=r"job 1 of node 0 takes 0\.0 s"):
        desk.run()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(1e3, 5e6)), min_size=1, max_size=15), st.integers(1, 4))
def test_no_more_jobs_run_than_there_are_slots_and_none_overtakes(writer, jobs, slots):
    desk = Desk(writer, slots=slots)
    jobs = sorted(jobs)
    for number, (at_s, flop) in enumerate(jobs):
        desk.clock.at(at_s, Turn.TIMER, number, partial(desk.processor.submit, _noted(desk, number, flop)))
    desk.run()
    assert [name for name, _, _ in desk.started] == list(range(len(jobs)))
    spans = [(start, start + duration) for _, start, duration in desk.started]
    for start, _ in spans:
        assert sum(a <= start < b - 1e-9 for a, b in spans) <= slots
    assert len(desk.done) == len(jobs)


def _noted(desk, number, flop):
    return Work(
        flop,
        lambda duration_s: desk.started.append((number, desk.clock.now, duration_s)),
        lambda: desk.done.append((number, desk.clock.now)),
    )
