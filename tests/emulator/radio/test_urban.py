"""UMa and UMi."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import UMa, UMi

carriers = st.floats(0.5e9, 100e9)
site_heights = st.floats(3.0, 50.0)
device_heights = st.floats(1.5, 22.5)


def standard(name, d2d, fc_hz, los, h_bs, h_ut):
    """TR 38.901 v16.1 Table 7.4.1-1, rows UMa and UMi - Street Canyon, written out as the table has them."""
    d3d, fc = math.sqrt(d2d**2 + (h_bs - h_ut) ** 2), fc_hz / 1e9
    d_bp = 4 * (h_bs - 1.0) * (h_ut - 1.0) * fc_hz / 3.0e8
    if name == "uma":
        pl_1 = 28.0 + 22 * math.log10(d3d) + 20 * math.log10(fc)
        pl_2 = 28.0 + 40 * math.log10(d3d) + 20 * math.log10(fc) - 9 * math.log10(d_bp**2 + (h_bs - h_ut) ** 2)
        pl_nlos = 13.54 + 39.08 * math.log10(d3d) + 20 * math.log10(fc) - 0.6 * (h_ut - 1.5)
    else:
        pl_1 = 32.4 + 21 * math.log10(d3d) + 20 * math.log10(fc)
        pl_2 = 32.4 + 40 * math.log10(d3d) + 20 * math.log10(fc) - 9.5 * math.log10(d_bp**2 + (h_bs - h_ut) ** 2)
        pl_nlos = 35.3 * math.log10(d3d) + 22.4 + 21.3 * math.log10(fc) - 0.3 * (h_ut - 1.5)
    pl_los = pl_1 if d2d <= d_bp else pl_2
    return pl_los if los else max(pl_los, pl_nlos)


# Published values at 5 GHz and, for the link budget, at 3.5 GHz; 300 m is UMi's breakpoint at 5 GHz.
@pytest.mark.parametrize(
    ("model", "distance_m", "carrier_hz", "los", "loss_db"),
    [
        (UMa(), 100.0, 5e9, True, 86.2362),
        (UMa(), 1000.0, 5e9, False, 144.7641),
        (UMi(), 100.0, 5e9, True, 88.4122),
        (UMi(), 1000.0, 5e9, True, 119.3114),
        (UMi(), 100.0, 3.5e9, True, 85.3142),
    ],
)
def test_path_loss_matches_known_values(model, distance_m, carrier_hz, los, loss_db):
    assert model.path_loss_db(distance_m, carrier_hz, los=los) == pytest.approx(loss_db, abs=5e-5)


@given(st.sampled_from(["uma", "umi"]), st.floats(10.0, 5000.0), carriers, st.booleans(), site_heights, device_heights)
def test_path_loss_is_the_table_of_the_standard_over_its_whole_range(
    name, distance_m, carrier_hz, los, site_m, device_m
):
    model = {"uma": UMa(), "umi": UMi()}[name]
    loss_db = model.path_loss_db(distance_m, carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m)
    assert loss_db == pytest.approx(standard(name, distance_m, carrier_hz, los, site_m, device_m), abs=1e-9)


def test_the_breakpoint_uses_the_heights_above_the_environment():
    # 4 x 9 m x 0.5 m x 5e9 Hz / 3e8 m/s, and with 24 m for 9 m.
    assert UMi().breakpoint_m(5e9) == pytest.approx(300.0)
    assert UMa().breakpoint_m(5e9) == pytest.approx(800.0)


@pytest.mark.parametrize(("model", "chance"), [(UMa(), 0.347671), (UMi(), 0.230985)])
def test_the_chance_of_line_of_sight_matches_known_values(model, chance):
    assert model.los_probability(100.0) == pytest.approx(chance, abs=5e-7)
    assert model.los_probability(18.0) == 1.0
    assert model.los_probability(0.0) == 1.0


@given(st.floats(18.0, 5000.0))
def test_the_chance_of_line_of_sight_in_a_street_is_the_formula_of_the_standard(distance_m):
    formula = 18 / distance_m + math.exp(-distance_m / 36) * (1 - 18 / distance_m)
    assert UMi().los_probability(distance_m) == pytest.approx(formula, rel=1e-12)


@given(st.floats(18.0, 5000.0), device_heights)
def test_the_chance_of_line_of_sight_to_a_high_site_is_the_formula_of_the_standard(distance_m, device_m):
    c = 0.0 if device_m <= 13 else ((device_m - 13) / 10) ** 1.5
    formula = (18 / distance_m + math.exp(-distance_m / 63) * (1 - 18 / distance_m)) * (
        1 + c * 5 / 4 * (distance_m / 100) ** 3 * math.exp(-distance_m / 150)
    )
    assert UMa().los_probability(distance_m, device_m) == pytest.approx(min(formula, 1.0), rel=1e-12)


def test_a_device_high_up_more_often_sees_a_macro_site():
    distances_m = np.array([50.0, 200.0, 1000.0])
    assert np.all(UMa().los_probability(distances_m, 22.0) > UMa().los_probability(distances_m, 13.0))
    assert np.array_equal(UMa().los_probability(distances_m, 13.0), UMa().los_probability(distances_m, 1.5))
