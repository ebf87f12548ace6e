from itertools import islice

import pytest

from wayfare.emulator.mobility import Movement, Path
from wayfare.models.streams import generator

AREA_M = ((0.0, 0.0), (1.0, 1.0))
SQUARE_M = ((0.0, 0.0), (30.0, 0.0), (30.0, 40.0))


def path(**changes):
    return Path(**{"nodes": ("car",), "waypoints_m": SQUARE_M} | changes)


def drawn(component, number=100, start_m=(0.0, 0.0)):
    return list(islice(component.legs("car", start_m, AREA_M, generator(1)), number))


def test_a_node_arrives_when_distance_over_speed_says():
    legs = drawn(path(speed_mps=5.0), start_m=(0.0, 20.0))
    assert legs == [(0, 0, 20), (4, 0, 0), (10, 30, 0), (18, 30, 40)]
    movement = Movement([iter(legs)])
    assert movement.positions_m(14.0).tolist() == [[30.0, 20.0]]
    assert movement.positions_m(99.0).tolist() == [[30.0, 40.0]]


def test_a_path_that_repeats_goes_back_to_its_first_waypoint():
    legs = drawn(path(speed_mps=10.0, repeat=True), 8)
    assert [leg.start_s for leg in legs] == [0, 0, 3, 7, 12, 15, 19, 24]
    assert legs[4][1:] == legs[7][1:] == (0.0, 0.0)


def test_times_say_when_a_node_is_at_each_waypoint():
    movement = Movement([iter(drawn(path(times_s=(10.0, 20.0, 60.0)), start_m=(0.0, 100.0)))])
    assert movement.positions_m(5.0).tolist() == [[0.0, 50.0]]
    assert movement.positions_m(10.0).tolist() == [[0.0, 0.0]]
    assert movement.positions_m(40.0).tolist() == [[30.0, 20.0]]


def test_a_first_time_of_zero_puts_the_node_there_from_the_start():
    movement = Movement([iter(drawn(path(times_s=(0.0, 3.0, 4.0)), start_m=(7.0, 7.0)))])
    assert movement.positions_m(0.0).tolist() == [[0.0, 0.0]]
    assert movement.positions_m(1.0).tolist() == [[10.0, 0.0]]


def test_a_path_with_times_repeats_with_its_period():
    there_and_back = path(waypoints_m=((0.0, 0.0), (8.0, 0.0), (0.0, 0.0)), times_s=(1.0, 2.0, 5.0), repeat=True)
    movement = Movement([there_and_back.legs("car", (0.0, 0.0), AREA_M, generator(1))])
    first = [movement.positions_m(1.0 + 0.25 * step).tolist() for step in range(16)]
    movement.positions_m(4000.0)
    assert [movement.positions_m(4001.0 + 0.25 * step).tolist() for step in range(16)] == first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "either a speed or times"),
        ({"speed_mps": 1.0, "times_s": (0.0, 1.0, 2.0)}, "either a speed or times"),
        ({"times_s": (0.0, 1.0)}, "3 waypoints and 2 times"),
        ({"times_s": (0.0, 1.0, 1.0)}, "must grow"),
        ({"times_s": (-1.0, 1.0, 2.0)}, "must grow"),
        ({"times_s": (0.0, 1.0, 2.0), "repeat": True}, "where it begins"),
        ({"waypoints_m": ((1.0, 1.0),), "speed_mps": 1.0, "repeat": True}, "different places"),
        ({"waypoints_m": (), "speed_mps": 1.0}, "needs a waypoint"),
    ],
)
def test_a_path_that_cannot_be_gone_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        path(**changes)
