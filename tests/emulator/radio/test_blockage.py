import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wayfare.emulator.radio import Blockers, blockage_db
from wayfare.models.streams import named_streams

CENTIMETRE_WAVES_HZ = 29_979_245_800.0
AREA_M = ((-50.0, 0.0), (150.0, 80.0))


def loss_db(blockers_m, site_m=(10.0, 0.0), device_m=(0.0, 0.0), **changes):
    """Loss between one site and one device."""
    keys = {"site_height_m": 1.5, "device_height_m": 1.5, "width_m": 0.3, "height_m": 1.7}
    found = blockage_db(
        np.array([site_m]),
        np.array([device_m]),
        np.array(blockers_m, dtype=float).reshape(-1, 2),
        **{**keys, "carrier_hz": CENTIMETRE_WAVES_HZ} | changes,
    )
    assert found.shape == (1, 1)
    return float(found[0, 0])


def share(to_device_m, to_site_m, line_m, sign=1):
    """F of an edge, waves of 1 cm."""
    return math.atan(sign * math.pi / 2 * math.sqrt(math.pi / 0.01 * (to_device_m + to_site_m - line_m))) / math.pi


def test_a_person_in_the_middle_of_a_line_by_hand():
    # 5 m from either end; edges 0.15 m beside the line, 0.2 m above it, and 1.5 m below it on the ground.
    beside = share(math.hypot(5, 0.15), math.hypot(5, 0.15), 10)
    above, below = share(math.hypot(5, 0.2), math.hypot(5, 0.2), 10), share(math.hypot(5, 1.5), math.hypot(5, 1.5), 10)
    by_hand = -20 * math.log10(1 - 2 * beside * (above + below))
    assert by_hand == pytest.approx(7.78, abs=0.005)
    assert loss_db([5.0, 0.0]) == pytest.approx(by_hand, abs=1e-9)


def test_a_person_beside_a_line_that_rises_by_hand():
    # The line rises from 1 m to 5 m over 40 m; the person stands 4 m along it, where it is 1.4 m high, 0.5 m beside it.
    near, far = (share(math.hypot(4, m), math.hypot(36, m), 40, sign) for m, sign in ((0.35, -1), (0.65, 1)))
    top = share(math.hypot(4, 1.7 - 1), math.hypot(36, 1.7 - 5), math.hypot(40, 4))
    ground = share(math.hypot(4, 1), math.hypot(36, 5), math.hypot(40, 4))
    by_hand = -20 * math.log10(1 - (near + far) * (top + ground))
    found = loss_db([4.0, 0.5], site_m=(40.0, 0.0), site_height_m=5.0, device_height_m=1.0)
    assert found == pytest.approx(by_hand, abs=1e-9)
    assert 0.1 < found < 6.0


def test_a_person_below_a_line_by_hand():
    # The line is 3 m high: the top is the near edge.
    beside = share(math.hypot(5, 0.15), math.hypot(5, 0.15), 10)
    top = share(math.hypot(5, 1.3), math.hypot(5, 1.3), 10, sign=-1)
    ground = share(math.hypot(5, 3), math.hypot(5, 3), 10)
    by_hand = -20 * math.log10(1 - 2 * beside * (top + ground))
    assert loss_db([5.0, 0.0], site_height_m=3.0, device_height_m=3.0) == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize("place_m", [(-0.5, 0.0), (10.5, 0.0), (-3.0, 1.0)])
def test_who_is_not_between_the_ends_blocks_nothing(place_m):
    assert loss_db(place_m) == 0.0


def test_a_line_that_grazes_one_edge_of_a_large_screen_loses_six_decibels():
    tall = {"site_height_m": 500.0, "device_height_m": 500.0, "carrier_hz": 3e11}
    by_its_side = loss_db([5.0, 500.0], width_m=1000.0, height_m=1000.0, **tall)
    by_its_top = loss_db([5.0, 0.0], width_m=1000.0, height_m=500.0, **tall)
    assert by_its_side == pytest.approx(20 * math.log10(2), abs=0.05)
    assert by_its_top == pytest.approx(20 * math.log10(2), abs=0.05)


def test_a_vehicle_across_the_line_costs_more_the_higher_the_carrier():
    losses = [
        loss_db([5.0, 0.0], width_m=4.8, height_m=1.4, site_height_m=0.7, device_height_m=0.7, carrier_hz=carrier_hz)
        for carrier_hz in (1e9, 6e9, 30e9, 100e9)
    ]
    assert losses == sorted(losses)
    assert losses[-1] > 20.0


def test_the_farther_beside_the_line_the_less_is_lost():
    losses = [loss_db([5.0, beside_m]) for beside_m in (0.0, 0.2, 0.5, 2.0, 20.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.05


@settings(max_examples=60)
@given(
    st.tuples(st.floats(-60, 60), st.floats(-60, 60)),
    st.tuples(st.floats(0, 40), st.floats(0, 40)),
    st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)),
    st.floats(0.5e9, 300e9),
)
@example((1.3125, 7.9375), (0.0, 0.0), (3.0, 1.0), 8450461223.0)  # the line grazes the lower edge
def test_a_blocker_never_helps_and_costs_the_same_both_ways(place_m, heights_m, screen_m, carrier_hz):
    keys = {"width_m": screen_m[0], "height_m": screen_m[1], "carrier_hz": carrier_hz}
    ends = (np.array([[30.0, -7.0]]), np.array([[-12.0, 20.0]]))
    blockers_m = np.array([place_m])
    there = blockage_db(*ends, blockers_m, site_height_m=heights_m[0], device_height_m=heights_m[1], **keys)
    back = blockage_db(*ends[::-1], blockers_m, site_height_m=heights_m[1], device_height_m=heights_m[0], **keys)
    assert np.isfinite(there).all()
    assert there >= 0.0
    assert there == pytest.approx(back, rel=1e-9, abs=1e-9)


def test_several_add_up_and_every_pair_is_its_own():
    rng = np.random.default_rng(1)
    sites_m, devices_m, blockers_m = 40 * rng.random((3, 2)), 40 * rng.random((5, 2)), 40 * rng.random((7, 2))
    keys = {"site_height_m": 2.0, "device_height_m": 1.0}
    screen = {"width_m": 4.8, "height_m": 1.4, "carrier_hz": 28e9}
    found = blockage_db(sites_m, devices_m, blockers_m, **keys, **screen)
    assert found.shape == (5, 3)
    for row, device_m in enumerate(devices_m):
        for column, site_m in enumerate(sites_m):
            alone = [loss_db(blocker_m, site_m, device_m, **keys, **screen) for blocker_m in blockers_m]
            assert found[row, column] == pytest.approx(sum(alone), abs=1e-9)
    assert found.max() > 3.0


def test_a_device_under_its_site_and_no_blockers_lose_nothing():
    assert loss_db([1.0, 0.0], site_m=(0.0, 0.0), site_height_m=10.0) == 0.0
    assert loss_db([]) == 0.0


def test_blockers_go_straight_and_are_thrown_back_at_the_edges():
    moving = Blockers(count=200, kind="vehicle", speed_mps=20.0).draw(AREA_M, named_streams(1))
    speeds_mps = np.hypot(*moving.velocities_mps.T)
    assert np.all(speeds_mps <= 20.0)
    assert speeds_mps.mean() == pytest.approx(10.0, abs=4 * 20 / math.sqrt(12 * 200))
    for now_s in (0.0, 3.0, 1000.0):
        places_m = moving.positions_m(now_s)
        assert np.all((places_m >= AREA_M[0]) & (places_m <= AREA_M[1]))
        steps_m = np.abs(moving.positions_m(now_s + 0.01) - places_m)
        straight = np.isclose(steps_m, np.abs(moving.velocities_mps) * 0.01, atol=1e-9).all(axis=1)
        assert straight.mean() > 0.95  # all but those that meet an edge just then
    assert moving.positions_m(0.0) == pytest.approx(moving.starts_m)


def test_one_more_blocker_moves_no_other():
    few, more = (Blockers(count=count).draw(AREA_M, named_streams(1, "blockage")) for count in (3, 4))
    assert more.positions_m(77.0)[:3].tolist() == few.positions_m(77.0).tolist()
    assert Blockers(count=0).draw(AREA_M, named_streams(1)).positions_m(1.0).shape == (0, 2)


def test_an_area_without_width_keeps_its_blockers():
    line = ((0.0, 5.0), (100.0, 5.0))
    places_m = Blockers(count=9).draw(line, named_streams(1)).positions_m(1e4)
    assert np.all(places_m[:, 1] == 5.0)
    assert np.ptp(places_m[:, 0]) > 0.0


def test_sizes_and_speeds_are_those_of_the_kind_unless_they_are_given():
    human, vehicle = Blockers(count=1).screen, Blockers(count=1, kind="vehicle").screen
    assert (human.width_m, human.height_m, human.speed_mps) == (0.3, 1.7, pytest.approx(3 / 3.6))
    assert (vehicle.width_m, vehicle.height_m, vehicle.speed_mps) == (4.8, 1.4, pytest.approx(100 / 3.6))
    given = Blockers(count=1, width_m=1.0, height_m=2.0, speed_mps=0.0).screen
    assert (given.width_m, given.height_m, given.speed_mps) == (1.0, 2.0, 0.0)
    with pytest.raises(ValueError, match="'tree'"):
        Blockers(count=1, kind="tree")


def test_without_sites_or_devices_there_is_nothing_to_lose():
    keys = {"site_height_m": 10.0, "device_height_m": 1.5, "width_m": 0.3, "height_m": 1.7, "carrier_hz": 7e9}
    none, two = np.empty((0, 2)), np.zeros((2, 2))
    assert blockage_db(none, two, two, **keys).shape == (2, 0)
    assert blockage_db(two, none, two, **keys).shape == (0, 2)
