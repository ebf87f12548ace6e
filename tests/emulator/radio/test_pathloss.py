import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import UMI_SHADOW_DB, umi_los_probability, umi_path_loss_db
from wayfare.emulator.radio.pathloss import umi_breakpoint_m

distances = st.floats(0.0, 5000.0)
carriers = st.floats(0.5e9, 100e9)
site_heights = st.floats(3.0, 25.0)
device_heights = st.floats(1.5, 22.5)


def standard(d2d, fc_hz, los, h_bs, h_ut):
    """TR 38.901 v16.1 Table 7.4.1-1, UMi - Street Canyon, written out row by row as the table has it."""
    d3d, fc = math.sqrt(d2d**2 + (h_bs - h_ut) ** 2), fc_hz / 1e9
    d_bp = 4 * (h_bs - 1.0) * (h_ut - 1.0) * fc_hz / 3.0e8
    if d2d <= d_bp:
        pl_los = 32.4 + 21 * math.log10(d3d) + 20 * math.log10(fc)
    else:
        pl_los = 32.4 + 40 * math.log10(d3d) + 20 * math.log10(fc) - 9.5 * math.log10(d_bp**2 + (h_bs - h_ut) ** 2)
    pl_nlos = 35.3 * math.log10(d3d) + 22.4 + 21.3 * math.log10(fc) - 0.3 * (h_ut - 1.5)
    return pl_los if los else max(pl_los, pl_nlos)


# Published values: TR 38.901 at 5 GHz (either side of the 300 m breakpoint) and at 3.5 GHz.
@pytest.mark.parametrize(
    ("distance_m", "carrier_hz", "loss_db"),
    [(100.0, 5e9, 88.4122), (1000.0, 5e9, 119.3114), (100.0, 3.5e9, 85.3142)],
)
def test_path_loss_with_line_of_sight_matches_known_values(distance_m, carrier_hz, loss_db):
    assert umi_path_loss_db(distance_m, carrier_hz, los=True) == pytest.approx(loss_db, abs=5e-5)


@given(st.floats(10.0, 5000.0), carriers, st.booleans(), site_heights, device_heights)
def test_path_loss_is_the_table_of_the_standard_over_its_whole_range(distance_m, carrier_hz, los, site_m, device_m):
    loss_db = umi_path_loss_db(distance_m, carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m)
    assert loss_db == pytest.approx(standard(distance_m, carrier_hz, los, site_m, device_m), abs=1e-9)


@given(distances, distances, carriers, st.booleans(), site_heights, device_heights)
def test_path_loss_never_falls_with_distance(first_m, second_m, carrier_hz, los, site_m, device_m):
    near_db, far_db = (
        umi_path_loss_db(distance_m, carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m)
        for distance_m in sorted((first_m, second_m))
    )
    assert near_db <= far_db


@given(carriers, site_heights, device_heights)
def test_path_loss_never_falls_across_the_breakpoint(carrier_hz, site_m, device_m):
    breakpoint_m = umi_breakpoint_m(carrier_hz, site_m, device_m)
    around_m = breakpoint_m * (1.0 + np.arange(-20, 21) * 2.0**-52)
    loss_db = umi_path_loss_db(around_m, carrier_hz, los=True, site_height_m=site_m, device_height_m=device_m)
    assert np.all(np.diff(loss_db) >= 0.0)


@given(distances, carriers, device_heights)
def test_path_loss_without_line_of_sight_is_never_below_that_with_it(distance_m, carrier_hz, device_m):
    seen_db, blocked_db = (
        umi_path_loss_db(distance_m, carrier_hz, los=los, device_height_m=device_m) for los in (True, False)
    )
    assert blocked_db >= seen_db


@given(st.floats(0.0, 10.0), carriers, st.booleans())
def test_path_loss_nearer_than_10_m_is_that_at_10_m(distance_m, carrier_hz, los):
    assert umi_path_loss_db(distance_m, carrier_hz, los=los) == umi_path_loss_db(10.0, carrier_hz, los=los)


def test_the_breakpoint_uses_the_heights_above_the_environment():
    # 4 x 9 m x 0.5 m x 5e9 Hz / 3e8 m/s
    assert umi_breakpoint_m(5e9) == pytest.approx(300.0)


def test_arrays_give_what_their_elements_give():
    distances_m = np.array([0.0, 10.0, 99.0, 300.0, 2000.0])
    los = np.array([True, False, True, False, True])
    losses_db = umi_path_loss_db(distances_m, 7e9, los=los)
    assert losses_db.tolist() == [umi_path_loss_db(d, 7e9, los=bool(s)) for d, s in zip(distances_m, los, strict=True)]
    chances = umi_los_probability(distances_m)
    assert chances.tolist() == [umi_los_probability(float(distance_m)) for distance_m in distances_m]


def test_a_number_gives_a_number():
    assert isinstance(umi_path_loss_db(100.0, 7e9, los=True), float)
    assert isinstance(umi_path_loss_db(100.0, 7e9, los=False), float)
    assert isinstance(umi_los_probability(100.0), float)


def test_the_chance_of_line_of_sight_matches_known_values():
    assert umi_los_probability(100.0) == pytest.approx(0.230985, abs=5e-7)
    assert umi_los_probability(18.0) == 1.0
    assert umi_los_probability(0.0) == 1.0


@given(st.floats(18.0, 5000.0))
def test_the_chance_of_line_of_sight_is_the_formula_of_the_standard(distance_m):
    formula = 18 / distance_m + math.exp(-distance_m / 36) * (1 - 18 / distance_m)
    assert umi_los_probability(distance_m) == pytest.approx(formula, rel=1e-12)


@given(distances, distances)
def test_the_chance_of_line_of_sight_is_a_probability_that_never_rises_with_distance(first_m, second_m):
    near, far = (umi_los_probability(distance_m) for distance_m in sorted((first_m, second_m)))
    assert 0.0 <= far <= 1.0
    assert far <= near + 1e-15


def test_shadowing_is_that_of_the_table():
    assert UMI_SHADOW_DB == {True: 4.0, False: 7.82}


@pytest.mark.parametrize("carrier_hz", [0.0, 0.49e9, 101e9, -7e9, float("nan")])
def test_a_carrier_outside_the_model_is_refused(carrier_hz):
    with pytest.raises(ValueError, match=r"from 0\.5 to 100 GHz"):
        umi_path_loss_db(100.0, carrier_hz, los=True)


@pytest.mark.parametrize("distance_m", [-1.0, float("nan"), float("inf"), np.array([10.0, float("nan")])])
def test_a_distance_that_is_none_is_refused(distance_m):
    with pytest.raises(ValueError, match="must be finite and not negative"):
        umi_path_loss_db(distance_m, 7e9, los=True)
    with pytest.raises(ValueError, match="must be finite and not negative"):
        umi_los_probability(distance_m)


@pytest.mark.parametrize("heights", [{"site_height_m": 1.0}, {"device_height_m": 0.5}, {"site_height_m": float("nan")}])
def test_an_antenna_within_the_environment_is_refused(heights):
    with pytest.raises(ValueError, match="above its environment height of 1 m"):
        umi_path_loss_db(100.0, 7e9, los=True, **heights)
