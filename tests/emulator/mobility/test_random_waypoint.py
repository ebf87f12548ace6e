from itertools import islice, pairwise
from math import dist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.mobility import Movement, RandomWaypoint
from wayfare.models.streams import generator

AREA_M = ((-10.0, 20.0), (90.0, 220.0))
START_M = (0.0, 100.0)


def walk(**changes):
    return RandomWaypoint(**{"nodes": ("d",), "speed_min_mps": 1.0, "speed_max_mps": 3.0} | changes)


def drawn(component, number, seed=1, area_m=AREA_M):
    return list(islice(component.legs("d", START_M, area_m, generator(seed, "d")), number))


@settings(max_examples=25)
@given(st.integers(0, 1000), st.floats(0.1, 5.0), st.floats(0.0, 20.0), st.sampled_from([0.0, 4.0]))
def test_every_way_is_in_the_area_and_as_fast_as_allowed(seed, slowest_mps, more_mps, pause_s):
    component = walk(speed_min_mps=slowest_mps, speed_max_mps=slowest_mps + more_mps, pause_s=pause_s)
    legs = drawn(component, 60, seed)
    (left_m, low_m), (right_m, high_m) = AREA_M
    assert all(left_m <= leg.x_m <= right_m and low_m <= leg.y_m <= high_m for leg in legs)
    assert legs[0] == (0.0, *START_M)
    for here, ahead in pairwise(legs):
        if here[1:] == ahead[1:]:
            assert ahead.start_s - here.start_s == pytest.approx(pause_s)
        else:
            speed_mps = dist(here[1:], ahead[1:]) / (ahead.start_s - here.start_s)
            assert slowest_mps * (1 - 1e-9) <= speed_mps <= (slowest_mps + more_mps) * (1 + 1e-9)


def test_a_pause_follows_every_way():
    legs = drawn(walk(pause_s=7.0), 41)
    rests = [here[1:] == ahead[1:] for here, ahead in pairwise(legs)]
    assert rests == [False, True] * 20


def test_one_seed_gives_one_movement_and_each_node_has_its_own():
    assert drawn(walk(), 50) == drawn(walk(), 50)
    assert drawn(walk(), 50)[1:] != drawn(walk(), 50, seed=2)[1:]


def test_places_are_uniform_and_the_mean_speed_is_the_harmonic_one():
    legs = drawn(walk(), 20_001)
    places = np.array([leg[1:] for leg in legs[1:]])
    assert places.mean(axis=0) == pytest.approx([40.0, 120.0], abs=4 * 200 / np.sqrt(12 * 20_000))
    # Over time a node has the mean of a uniform speed by distance: (max - min) / ln(max / min).
    way_m = sum(dist(here[1:], ahead[1:]) for here, ahead in pairwise(legs))
    assert way_m / legs[-1].start_s == pytest.approx(2.0 / np.log(3.0), rel=0.01)


def test_nodes_end_up_more_often_in_the_middle_than_at_the_edges():
    side = ((0.0, 0.0), (1.0, 1.0))
    nodes = 2000
    component = walk(speed_min_mps=0.5, speed_max_mps=0.5)
    movement = Movement([component.legs("d", (0.0, 0.0), side, generator(seed)) for seed in range(nodes)])
    places = movement.positions_m(20.0)
    # Bettstetter, Resta and Santi 2003, without pauses: about 36 x (1 - x) y (1 - y).
    middle = np.all(np.abs(places - 0.5) < 0.25, axis=1).mean()
    by_their_law = (6 * (0.75**2 / 2 - 0.75**3 / 3 - 0.25**2 / 2 + 0.25**3 / 3)) ** 2
    assert by_their_law == pytest.approx(0.4727, abs=1e-4)
    assert middle == pytest.approx(by_their_law, abs=0.045)  # four standard errors
    assert places.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.025)


def test_its_own_area_comes_before_that_of_the_topology():
    own = ((500.0, 500.0), (510.0, 520.0))
    legs = drawn(walk(area_m=own), 30)
    assert all(500.0 <= leg.x_m <= 510.0 and 500.0 <= leg.y_m <= 520.0 for leg in legs[1:])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"speed_min_mps": 0.0}, "above 0"),
        ({"speed_min_mps": 4.0}, "highest not below"),
        ({"area_m": ((0.0, 0.0), (-1.0, 5.0))}, "first corner"),
        ({"area_m": ((2.0, 2.0), (2.0, 2.0))}, "single point"),
    ],
)
def test_speeds_and_areas_that_are_none_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        walk(**changes)


def test_a_topology_in_a_single_point_gives_no_area():
    with pytest.raises(ValueError, match="room to move"):
        drawn(walk(), 1, area_m=(START_M, START_M))
