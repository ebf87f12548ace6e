import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.mobility import Leg, Movement, Path, RandomWaypoint, Static, bounding_area, movers
from wayfare.models.streams import generator

TIERS = {"car1": "device", "car2": "device", "mast": "edge"}
AREA_M = ((0.0, 0.0), (100.0, 50.0))


def test_between_two_legs_a_node_goes_straight_at_constant_speed():
    movement = Movement(
        [iter([Leg(0.0, 0.0, 0.0), Leg(10.0, 30.0, 40.0), Leg(20.0, 30.0, 40.0), Leg(21.0, 0.0, 40.0)])]
    )
    times_s = [0.0, 2.5, 10.0, 15.0, 20.5, 21.0, 1e9]
    places = [tuple(movement.positions_m(time_s)[0]) for time_s in times_s]
    assert places == [(0, 0), (7.5, 10), (30, 40), (30, 40), (15, 40), (0, 40), (0, 40)]


def test_before_its_first_leg_a_node_is_at_the_place_of_it():
    movement = Movement([iter([Leg(5.0, 1.0, 2.0), Leg(6.0, 3.0, 2.0)])])
    assert movement.positions_m(0.0).tolist() == [[1.0, 2.0]]
    assert movement.positions_m(5.5).tolist() == [[2.0, 2.0]]


def test_a_jump_counts_from_its_time_on():
    movement = Movement([iter([Leg(0.0, 0.0, 0.0), Leg(1.0, 1.0, 0.0), Leg(1.0, 9.0, 0.0), Leg(2.0, 10.0, 0.0)])])
    assert movement.positions_m(0.75)[0, 0] == 0.75
    assert movement.positions_m(1.0)[0, 0] == 9.0
    assert movement.positions_m(1.5)[0, 0] == 9.5


def test_the_past_is_gone():
    movement = Movement([iter([Leg(0.0, 0.0, 0.0)])])
    movement.positions_m(2.0)
    with pytest.raises(ValueError, match="after those at"):
        movement.positions_m(1.0)


@pytest.mark.parametrize("legs", [[], [Leg(1.0, 0.0, 0.0), Leg(0.0, 0.0, 0.0)]])
def test_legs_that_are_none_or_run_backwards_are_refused(legs):
    with pytest.raises(ValueError, match="leg"):
        Movement([iter(legs)])


@settings(max_examples=30)
@given(st.lists(st.floats(0.0, 400.0), min_size=1, max_size=20), st.integers(0, 5))
def test_the_places_do_not_depend_on_how_often_one_asks(times_s, seed):
    def wander():
        walk = RandomWaypoint(nodes=("car1",), speed_min_mps=1.0, speed_max_mps=9.0, pause_s=2.0)
        return Movement([walk.legs("car1", (1.0, 2.0), AREA_M, generator(seed, "car1"))])

    often = wander()
    for time_s in sorted(times_s):
        places_m = often.positions_m(time_s)
    assert places_m.tolist() == wander().positions_m(max(times_s)).tolist()


def test_many_nodes_move_as_each_would_alone():
    walk = RandomWaypoint(tier="device", speed_min_mps=1.0, speed_max_mps=9.0)
    names = [f"device{number}" for number in range(40)]

    def legs(name):
        return walk.legs(name, (1.0, 2.0), AREA_M, generator(3, "movement", name))

    together = Movement([legs(name) for name in names])
    alone = [Movement([legs(name)]) for name in names]
    for time_s in (0.0, 3.0, 200.0):
        apart = np.concatenate([movement.positions_m(time_s) for movement in alone])
        assert together.positions_m(time_s).tolist() == apart.tolist()


def test_static_nodes_stay_where_they_are():
    legs = Static(nodes=("mast",)).legs("mast", (3.0, 4.0), AREA_M, generator(1))
    assert Movement([legs]).positions_m(1e6).tolist() == [[3.0, 4.0]]


def test_the_bounding_area_holds_all_places():
    assert bounding_area([(3.0, -1.0), (0.0, 5.0), (2.0, 2.0)]) == ((0.0, -1.0), (3.0, 5.0))


def test_a_component_moves_the_nodes_that_it_names_or_those_of_its_tier():
    path = Path(nodes=("car2",), waypoints_m=((0.0, 0.0),), speed_mps=1.0)
    rest = Static(tier="edge")
    assert movers([path, rest], TIERS) == {"car2": path, "mast": rest}
    assert Static(tier="device").selected(TIERS) == ("car1", "car2")


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ([{"nodes": ("car3",)}], "'car3'"),
        ([{"tier": "cloud"}], "tier 'cloud'"),
        ([{"nodes": ("car1",)}, {"tier": "device"}], "'car1' twice"),
        ([{"nodes": ("car1", "car1")}], "'car1' twice"),
        ([{}], "either nodes"),
        ([{"nodes": ("car1",), "tier": "device"}], "either nodes"),
    ],
)
def test_a_node_that_is_unknown_or_moves_twice_is_refused(components, message):
    with pytest.raises(ValueError, match=message):
        movers([Static(**keys) for keys in components], TIERS)
