import math
from random import Random

import pytest
import simpy
from hypothesis import example, given
from hypothesis import strategies as st

from wayfare.emulator.clock import Clock, Turn

times = st.floats(0, 1e12, allow_nan=False)
entries = st.tuples(st.sampled_from([0.0, 0.1, 0.3, 1.0]), st.sampled_from(list(Turn)), st.integers(0, 3))


@given(st.lists(entries))
def test_an_agenda_runs_in_order_of_time_turn_and_id_however_it_was_written(planned):
    clock, seen = Clock(), []
    for entry in planned:
        clock.at(*entry, lambda entry=entry: seen.append((clock.now, *entry[1:])))
    clock.run()
    assert seen == sorted(planned)


def test_what_ties_in_time_turn_and_id_runs_in_the_order_of_making():
    clock, seen = Clock(), []
    for letter in "abcd":
        clock.at(1.0, Turn.TIMER, 0, lambda letter=letter: seen.append(letter))
    clock.run()
    assert seen == list("abcd")


@given(times, times)
@example(0.012552, 0.09320795012477158)  # no delay rounds from the one to the other: halfway sums go to even
def test_an_appointment_happens_at_its_time_to_the_last_bit(first, second):
    first, second = sorted((first, second))
    clock, seen = Clock(), []
    clock.at(first, Turn.TIMER, 0, lambda: clock.at(second, Turn.TIMER, 0, lambda: seen.append(clock.now)))
    clock.run()
    assert seen == [second]


@given(st.lists(times, min_size=1, max_size=20))
def test_time_never_runs_backwards_and_no_appointment_is_forgotten(planned):
    clock, seen = Clock(), []
    for number, time_s in enumerate(planned):
        clock.at(time_s, Turn.TIMER, number, lambda: seen.append(clock.now))
    clock.run()
    assert seen == sorted(planned)


def test_a_hundred_scattered_appointments_all_happen_at_their_times():
    for seed in range(40):
        random = Random(seed)
        planned = [10 * random.random() * random.random() for _ in range(100)]
        clock, seen = Clock(), []
        for number, time_s in enumerate(planned):
            clock.at(time_s, Turn.TIMER, number, lambda clock=clock, seen=seen: seen.append(clock.now))
        clock.run()
        assert seen == sorted(planned)


def test_what_is_made_in_an_instant_for_an_earlier_turn_still_happens_in_it():
    clock, seen = Clock(), []
    clock.at(2.0, Turn.SHARE, 0, lambda: clock.at(2.0, Turn.FLOW_END, 0, lambda: seen.append(clock.now)))
    clock.at(2.0, Turn.STOP, 0, lambda: seen.append("stop"))
    clock.run()
    assert seen == [2.0, "stop"]


def test_a_cancelled_appointment_does_not_happen_and_the_others_do():
    clock, seen = Clock(), []
    for number in range(4):
        appointment = clock.at(float(number), Turn.TIMER, 0, lambda number=number: seen.append((clock.now, number)))
        if number % 2 == 0:
            clock.cancel(appointment)
    clock.run()
    assert seen == [(1.0, 1), (3.0, 3)]


def test_what_was_cancelled_does_not_pile_up_before_its_time():
    clock, seen = Clock(), []
    for number in range(50_000):
        clock.cancel(clock.at(60.0 + number, Turn.TIMER, 0, lambda: seen.append("cancelled")))
        if number % 10_000 == 0:
            clock.at(1.0 + number, Turn.TIMER, 0, lambda number=number: seen.append(number))
    assert len(clock._agenda) < 2_000
    clock.run()
    assert seen == [0, 10_000, 20_000, 30_000, 40_000]


def test_an_earlier_appointment_made_later_does_not_wait_for_the_first_one():
    clock, seen = Clock(), []
    clock.at(5.0, Turn.TIMER, 0, lambda: seen.append(clock.now))
    clock.at(3.0, Turn.TIMER, 0, lambda: seen.append(clock.now))
    clock.run()
    assert seen == [3.0, 5.0]


@pytest.mark.parametrize("time_s", [0.999, -1.0, math.nan, -math.inf])
def test_an_appointment_in_the_past_is_refused(time_s):
    clock = Clock()
    clock.at(1.0, Turn.TIMER, 0, lambda: None)
    clock.run()
    with pytest.raises(ValueError, match="an appointment at"):
        clock.at(time_s, Turn.TIMER, 0, lambda: None)


def test_a_negative_delay_is_refused():
    with pytest.raises(ValueError, match="an appointment at"):
        Clock().after(-1e-9, Turn.TIMER, 0, lambda: None)


def test_an_error_in_an_action_ends_the_run():
    clock = Clock()
    clock.at(1.0, Turn.TIMER, 0, lambda: [].pop())
    with pytest.raises(IndexError):
        clock.run()


def test_a_process_sees_the_instant_in_which_it_was_woken():
    clock, seen = Clock(), []
    woken = clock.event()

    def program():
        yield woken
        seen.append(clock.now)

    clock.process(program())
    clock.at(0.1 + 0.2, Turn.TIMER, 0, lambda: woken.succeed())
    clock.run()
    assert seen == [0.1 + 0.2]


def test_the_clock_goes_on_by_itself_until_a_process_or_an_interruption_is_due():
    clock, seen = Clock(), []
    for second in (1.0, 2.0, 3.0, 4.0):
        clock.at(second, Turn.TIMER, 0, lambda: seen.append(clock.now))
    clock.at(3.0, Turn.STOP, 0, clock.interrupt)
    clock.timeout(1.5)
    clock.step()
    assert seen == [1.0]  # the timeout comes first
    clock.step()
    assert (seen, clock.now) == ([1.0], 1.5)
    clock.step()
    assert seen == [1.0, 2.0, 3.0]


def test_the_time_of_what_comes_next_counts_processes_and_appointments():
    clock = Clock()
    assert clock.peek() == math.inf
    with pytest.raises(simpy.core.EmptySchedule):
        clock.step()
    clock.timeout(2.0)
    assert clock.peek() == 2.0
    clock.at(1.0, Turn.TIMER, 0, lambda: None)
    assert clock.peek() == 1.0


def test_appointments_and_processes_of_one_instant_take_turns_in_the_order_of_making():
    clock, seen = Clock(), []

    def program(name):
        yield clock.timeout(1.0)
        seen.append(name)

    clock.process(program("before"))
    clock.run(until=0.5)
    clock.at(1.0, Turn.TIMER, 0, lambda: seen.append("appointment"))
    clock.timeout(0.5).callbacks.append(lambda _: seen.append("after"))
    clock.run()
    assert seen == ["before", "appointment", "after"]
