from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.mobility import GaussMarkov
from wayfare.emulator.mobility.gauss_markov import mirrored, nearest_turn
from wayfare.models.streams import generator

WIDE_M = ((-1e9, -1e9), (1e9, 1e9))


def walk(**changes):
    return GaussMarkov(**{"nodes": ("d",), "speed_mps": 10.0, "speed_deviation_mps": 1.0} | changes)


def places(component, number, seed=1, area_m=WIDE_M, start_m=(0.0, 0.0)):
    """Places after each update, shape (number, 2) [m]."""
    legs = list(islice(component.legs("d", start_m, area_m, generator(seed, "d")), number))
    assert [leg.start_s for leg in legs] == [update * component.interval_s for update in range(number)]
    return np.array([leg[1:] for leg in legs])


def correlation(values, apart):
    return np.corrcoef(values[:-apart], values[apart:])[0, 1]


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_speed_remembers_as_much_as_the_memory_says(memory):
    steps = np.diff(places(walk(memory=memory, interval_s=0.5), 40_000), axis=0)
    speeds_mps = np.hypot(*steps.T) / 0.5
    samples = len(speeds_mps) * (1 - memory) / (1 + memory)  # of independent ones
    assert speeds_mps.mean() == pytest.approx(10.0, abs=4 / np.sqrt(samples))
    assert speeds_mps.std() == pytest.approx(1.0, abs=4 / np.sqrt(samples))
    for apart in (1, 2, 5):
        assert correlation(speeds_mps, apart) == pytest.approx(memory**apart, abs=4 / np.sqrt(samples))


def test_the_direction_swings_about_its_mean():
    steps = np.diff(places(walk(memory=0.8, direction_deviation_deg=10.0), 40_000), axis=0)
    angles = np.degrees(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
    assert angles.std() == pytest.approx(10.0, rel=0.05)
    assert correlation(angles, 3) == pytest.approx(0.8**3, abs=0.05)


def test_without_deviations_a_node_goes_straight_on():
    ways = places(walk(speed_deviation_mps=0.0, direction_deviation_deg=0.0), 50)
    assert np.diff(ways, axis=0) == pytest.approx(np.tile(ways[1], (49, 1)), abs=1e-6)
    assert np.hypot(*ways[1]) == pytest.approx(10.0)


@settings(max_examples=25)
@given(st.integers(0, 1000), st.floats(0.0, 1.0), st.floats(0.1, 500.0), st.sampled_from([None, 0.0, 1e6]))
def test_nobody_leaves_the_area(seed, memory, speed_mps, margin_m):
    area = ((-20.0, 5.0), (30.0, 25.0))
    component = walk(memory=memory, speed_mps=speed_mps, speed_deviation_mps=speed_mps, margin_m=margin_m)
    ways = places(component, 200, seed, area, (-20.0, 25.0))
    assert np.all((ways >= area[0]) & (ways <= area[1]))


def test_near_an_edge_the_mean_direction_turns_away_from_it():
    area = ((0.0, 0.0), (1000.0, 1000.0))
    still = walk(speed_mps=1.0, speed_deviation_mps=0.0, direction_deviation_deg=0.0, margin_m=100.0)
    for start_m, away in (((990.0, 500.0), (-1, 0)), ((500.0, 10.0), (0, 1)), ((990.0, 990.0), (-1, -1))):
        ways = places(still, 60, 1, area, start_m)
        last = ways[-1] - ways[-2]
        assert last == pytest.approx(np.array(away) / np.hypot(*away), abs=1e-3)


def test_nodes_do_not_stay_near_the_edges():
    area = ((0.0, 0.0), (1000.0, 1000.0))
    ends = np.array([places(walk(), 300, seed, area, (5.0, 5.0))[-1] for seed in range(150)])
    near = np.any((ends < 100.0) | (ends > 900.0), axis=1).mean()
    assert near < 0.36  # their share of the area


def test_a_mirror_throws_back_and_forth():
    assert mirrored(12.0, 0.0, 10.0) == (8.0, True)
    assert mirrored(-3.0, 0.0, 10.0) == (3.0, True)
    assert mirrored(25.0, 0.0, 10.0) == (5.0, False)
    assert mirrored(7.0, 4.0, 4.0) == (4.0, False)


@given(st.floats(-100.0, 100.0), st.floats(-100.0, 100.0))
def test_the_nearest_turn_is_the_same_direction_within_half_a_turn(mean, direction):
    turned = nearest_turn(mean, direction)
    assert abs(turned - direction) <= np.pi + 1e-9
    assert np.cos(turned - mean) == pytest.approx(1.0)


def test_a_start_outside_the_area_is_refused():
    with pytest.raises(ValueError, match="d starts at"):
        places(walk(area_m=((1.0, 1.0), (2.0, 2.0))), 1)
