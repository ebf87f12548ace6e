import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.radio import A3, Handover

SITES_M = np.array([0.0, 200.0])
TICK_S = 0.01
FIRST, SECOND = np.array([0]), np.array([1])


def received_dbm(places_m):
    """Two equal cells on a line, slope 35.3 dB a decade; shape (devices, sites)."""
    return -35.3 * np.log10(np.abs(np.atleast_1d(places_m)[:, None] - SITES_M))


def handovers(handover, places_m, tick_s=TICK_S):
    """Times, places and targets of all handovers of a device, which is at one place after the other."""
    event, serving, found = A3(handover, FIRST, 2), FIRST, []
    for number, place_m in enumerate(places_m):
        target = event.update(number * tick_s, received_dbm(place_m), serving)
        if target[0] >= 0:
            found.append((number * tick_s, place_m, int(target[0])))
            serving = target
    return found


def of(handover, *levels_dbm, serving=FIRST):
    """Targets after each measurement of the second site against 0 dBm of the first, a second apart."""
    event = A3(handover, serving, 2)
    return [
        int(event.update(float(second), np.array([[0.0, level_dbm]]), serving)[0])
        for second, level_dbm in enumerate(levels_dbm)
    ]


@pytest.mark.parametrize(("offset_db", "hysteresis_db"), [(3.0, 0.0), (1.0, 2.0), (-1.0, 4.0)])
def test_two_equal_cells_are_changed_where_the_difference_is_three_decibels(offset_db, hysteresis_db):
    at_once = Handover(offset_db=offset_db, hysteresis_db=hysteresis_db, time_to_trigger_s=0.0)
    places_m = 50.0 + 1e-3 * np.arange(100_000)
    nearby = np.zeros(len(places_m), dtype=int)
    targets = A3(at_once, nearby, 2).update(0.0, received_dbm(places_m), nearby)
    first = int(np.argmax(targets == 1))
    assert places_m[first] == pytest.approx(109.7533, abs=1e-3)
    assert np.all(targets[:first] == -1)
    assert np.all(targets[first:] == 1)


@pytest.mark.parametrize("time_to_trigger_s", [0.04, 0.16, 0.64])
def test_a_moving_device_changes_a_time_to_trigger_after_the_entry(time_to_trigger_s):
    places_m = 50.0 + 10.0 * TICK_S * np.arange(1400)
    ((time_s, _, target),) = handovers(Handover(time_to_trigger_s=time_to_trigger_s), places_m)
    entry_s = (109.7533 - 50.0) / 10.0
    assert target == 1
    assert entry_s <= time_s - time_to_trigger_s < entry_s + TICK_S


def test_hysteresis_keeps_a_device_on_the_border_from_changing_to_and_fro():
    swinging_m = 100.0 + 5.0 * np.sin(0.05 * np.arange(2000))  # 1.53 dB either way
    bare = Handover(offset_db=0.0, hysteresis_db=0.0, time_to_trigger_s=0.0)
    assert len(handovers(bare, swinging_m)) > 25
    assert handovers(Handover(offset_db=0.0, hysteresis_db=2.0, time_to_trigger_s=0.0), swinging_m) == []
    # A turn takes 1.26 s, and less than half of it is spent on either side.
    assert handovers(Handover(offset_db=0.0, hysteresis_db=0.0, time_to_trigger_s=0.64), swinging_m) == []


def test_nobody_changes_between_equals():
    equal = np.zeros((3, 4))
    event = A3(Handover(offset_db=0.0, time_to_trigger_s=0.0), np.array([0, 1, 3]), 4)
    assert all((event.update(now_s, equal, np.array([0, 1, 3])) == -1).all() for now_s in (0.0, 1.0, 2.0))


def test_the_condition_must_hold_at_every_measurement_until_it_triggers():
    three_seconds = Handover(offset_db=3.0, hysteresis_db=1.0, time_to_trigger_s=3.0)
    assert of(three_seconds, 5, 5, 5, 5) == [-1, -1, -1, 1]
    assert of(three_seconds, 5, 5, 4, 5, 5, 5, 5) == [-1, -1, -1, -1, -1, -1, 1]


def test_once_triggered_a_neighbour_stays_so_until_the_leaving_condition_has_held_as_long():
    two_seconds = Handover(offset_db=3.0, hysteresis_db=1.0, time_to_trigger_s=2.0)
    # Below 4 dB it would not enter, and not below 2 dB it does not leave.
    assert of(two_seconds, 5, 5, 5, 2, 1, 1, 3, 1, 1, 1, 5, 5, 5) == [-1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, 1]


def test_the_strongest_of_those_that_triggered_is_the_target():
    event = A3(Handover(time_to_trigger_s=1.0), FIRST, 4)
    levels = np.array([[0.0, 5.0, 9.0, 2.0]])
    assert event.update(0.0, levels, FIRST).tolist() == [-1]
    assert event.update(0.5, np.array([[0.0, 5.0, 9.0, 20.0]]), FIRST).tolist() == [-1]
    # The fourth is the strongest and came too late to have triggered.
    assert event.update(1.0, np.array([[0.0, 5.0, 9.0, 20.0]]), FIRST).tolist() == [2]


def test_after_a_handover_a_device_begins_anew():
    event = A3(Handover(time_to_trigger_s=1.0), FIRST, 3)
    levels = np.array([[0.0, 5.0, 20.0]])
    assert [int(event.update(now_s, levels, FIRST)[0]) for now_s in (0.0, 1.0)] == [-1, 2]
    assert [int(event.update(now_s, -levels, np.array([2]))[0]) for now_s in (2.0, 3.0)] == [-1, 0]


def test_a_site_that_cannot_be_measured_is_no_target_and_keeps_nobody():
    at_once = Handover(time_to_trigger_s=0.0)
    levels = np.array([[0.0, np.nan, -np.inf], [np.nan, 50.0, 0.0], [-np.inf, -90.0, -80.0], [-np.inf] * 3])
    serving = np.zeros(4, dtype=int)
    # Against a serving site that is not a number nothing can be compared; against one of no power everybody is better.
    assert A3(at_once, serving, 3).update(0.0, levels, serving).tolist() == [-1, -1, 2, -1]


def test_a_device_without_a_site_gets_the_strongest():
    nobody = np.array([-1])
    event = A3(Handover(time_to_trigger_s=1.0), nobody, 2)
    levels = np.array([[-100.0, -90.0]])
    assert [int(event.update(now_s, levels, nobody)[0]) for now_s in (0.0, 1.0)] == [-1, 1]


def test_a_time_to_trigger_of_whole_measurements_is_not_a_measurement_longer_by_rounding():
    event = A3(Handover(time_to_trigger_s=0.3), FIRST, 2)
    levels = np.array([[0.0, 10.0]])
    assert [int(event.update(0.1 * number, levels, FIRST)[0]) for number in range(1, 5)] == [-1, -1, -1, 1]


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_many_devices_change_as_each_would_alone(seed):
    rng = np.random.default_rng(seed)
    levels = 5.0 * rng.standard_normal((12, 6, 3)).cumsum(axis=0)
    serving = rng.integers(0, 3, 6)
    handover = Handover(hysteresis_db=1.0, time_to_trigger_s=0.2)

    def targets(devices):
        event, now = A3(handover, serving[devices], 3), serving[devices]
        found = []
        for number, measured in enumerate(levels):
            target = event.update(0.1 * number, measured[devices], now)
            assert np.all(target != now)
            now = np.where(target >= 0, target, now)
            found.append(target)
        return np.array(found)

    alone = [targets(np.array([device])) for device in range(6)]
    assert targets(np.arange(6)).tolist() == np.concatenate(alone, axis=1).tolist()
