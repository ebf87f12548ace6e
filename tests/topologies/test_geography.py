import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.topologies.geography import EARTH_RADIUS_M, FIBRE_DELAY_S_PER_M, fibre_delay_s, great_circle_m, projected_m

globe = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def test_light_in_fibre_takes_4_8974_microseconds_a_kilometre():
    delay_s = FIBRE_DELAY_S_PER_M * 1e3
    assert delay_s == pytest.approx(4.8974e-6, abs=5e-11)


def test_a_degree_of_the_equator_is_111_2_kilometres():
    assert great_circle_m((0, 0), (1, 0)) == pytest.approx(111_195, rel=1e-5)
    assert great_circle_m((179.5, 0), (-179.5, 0)) == pytest.approx(111_195, rel=1e-5)


def test_from_pole_to_pole_is_half_the_circumference():
    assert great_circle_m((0, 90), (123, -90)) == pytest.approx(math.pi * EARTH_RADIUS_M)


@given(globe, globe)
def test_distances_are_the_same_both_ways_and_never_more_than_half_the_circumference(first, second):
    assert great_circle_m(first, second) == pytest.approx(great_circle_m(second, first), abs=1e-3)
    assert 0 <= great_circle_m(first, second) <= math.pi * EARTH_RADIUS_M * (1 + 1e-12)
    assert fibre_delay_s(first, second) == great_circle_m(first, second) * FIBRE_DELAY_S_PER_M


@given(st.tuples(st.floats(-179, 179), st.floats(-60, 60)), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_near_places_are_as_far_apart_on_the_map_as_on_the_globe(place, east, north):
    other = (place[0] + east, place[1] + north)
    flat = projected_m({"a": place, "b": other})
    assert math.dist(flat["a"], flat["b"]) == pytest.approx(great_circle_m(place, other), rel=2e-2, abs=1.0)


def test_a_map_may_cross_the_date_line():
    flat = projected_m({"Suva": (178.4, -18.1), "Apia": (-171.8, -13.8)})
    assert flat["Apia"][0] - flat["Suva"][0] == pytest.approx(math.radians(9.8) * EARTH_RADIUS_M * 0.96, rel=0.01)


def test_no_places_make_an_empty_map():
    assert projected_m({}) == {}
