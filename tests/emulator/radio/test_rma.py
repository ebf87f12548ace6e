import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import RMa


def first_slope(d, fc, h):
    return (
        20 * math.log10(40 * math.pi * d * fc / 3)
        + min(0.03 * h**1.72, 10) * math.log10(d)
        - min(0.044 * h**1.72, 14.77)
        + 0.002 * math.log10(h) * d
    )


def standard(d2d, fc, los, h_bs, h_ut, h, w):
    """TR 38.901 v16.1 Table 7.4.1-1, row RMa, written out as the table has it."""
    d3d, d_bp = math.sqrt(d2d**2 + (h_bs - h_ut) ** 2), 2 * math.pi * h_bs * h_ut * fc * 1e9 / 3.0e8
    pl_2 = first_slope(d_bp, fc, h) + 40 * math.log10(d3d / d_bp)
    pl_los = first_slope(d3d, fc, h) if d2d <= d_bp else pl_2
    pl_nlos = (
        161.04
        - 7.1 * math.log10(w)
        + 7.5 * math.log10(h)
        - (24.37 - 3.7 * (h / h_bs) ** 2) * math.log10(h_bs)
        + (43.42 - 3.1 * math.log10(h_bs)) * (math.log10(d3d) - 3)
        + 20 * math.log10(fc)
        - (3.2 * math.log10(11.75 * h_ut) ** 2 - 4.97)
    )
    return pl_los if los else max(pl_los, pl_nlos)


def test_path_loss_matches_known_values():
    # Defaults at 5 GHz.
    assert RMa().path_loss_db(100.0, 5e9, los=True) == pytest.approx(87.2965, abs=5e-5)
    # The example of MathWorks' nrPathLoss: h 7, W 25, base station (0, 0, 30), device (1000, 1000, 1.5).
    loss_db = RMa(7.0, 25.0).path_loss_db(math.hypot(1000.0, 1000.0), 3.5e9, los=True, site_height_m=30.0)
    assert loss_db == pytest.approx(110.1615, abs=5e-5)
    assert RMa().los_probability(100.0) == pytest.approx(0.913931, abs=5e-7)


@given(
    st.floats(10.0, 10000.0),
    st.floats(0.5, 30.0),
    st.booleans(),
    st.floats(10.0, 150.0),
    st.floats(1.0, 10.0),
    st.floats(5.0, 50.0),
    st.floats(5.0, 50.0),
)
def test_path_loss_is_the_table_of_the_standard_over_its_whole_range(d2d, fc, los, h_bs, h_ut, h, w):
    loss_db = RMa(h, w).path_loss_db(d2d, fc * 1e9, los=los, site_height_m=h_bs, device_height_m=h_ut)
    table_db = standard(d2d, fc, los, h_bs, h_ut, h, w)
    d_bp = 2 * math.pi * h_bs * h_ut * fc * 1e9 / 3.0e8
    # Just beyond the breakpoint the standard's second formula may begin below the first; the model stays up.
    at_breakpoint = first_slope(math.hypot(d_bp, h_bs - h_ut), fc, h)
    expected_db = max(table_db, at_breakpoint) if d2d > d_bp else table_db
    assert loss_db == pytest.approx(expected_db, abs=1e-9)


def test_with_the_defaults_the_standard_and_the_model_differ_by_less_than_a_ten_thousandth_of_a_decibel():
    for carrier_ghz in (0.7, 3.5, 7.0, 30.0):
        breakpoint_m = RMa().breakpoint_m(carrier_ghz * 1e9)
        for distance_m in (breakpoint_m, math.nextafter(breakpoint_m, math.inf), breakpoint_m * 1.001):
            table_db = standard(distance_m, carrier_ghz, True, 35.0, 1.5, 5.0, 20.0)
            assert RMa().path_loss_db(distance_m, carrier_ghz * 1e9, los=True) == pytest.approx(table_db, abs=1e-4)


def test_shadowing_with_line_of_sight_is_wider_beyond_the_breakpoint():
    breakpoint_m = RMa().breakpoint_m(1e9)
    # 2 pi x 35 m x 1.5 m x 1e9 Hz / 3e8 m/s
    assert breakpoint_m == pytest.approx(1099.557, abs=5e-4)
    assert RMa().shadow_sigma_db(breakpoint_m, 1e9, los=True) == 4.0
    assert RMa().shadow_sigma_db(math.nextafter(breakpoint_m, math.inf), 1e9, los=True) == 6.0
    assert RMa().shadow_sigma_db(5000.0, 1e9, los=False) == 8.0


def test_line_of_sight_is_certain_up_to_10_m():
    assert RMa().los_probability(10.0) == 1.0
    assert RMa().los_probability(1010.0) == pytest.approx(math.exp(-1.0))


@pytest.mark.parametrize("sizes", [{"building_height_m": 4.9}, {"street_width_m": 51.0}, {"street_width_m": math.nan}])
def test_houses_and_streets_outside_the_model_are_refused(sizes):
    with pytest.raises(ValueError, match="the RMa model takes 5 to 50 m"):
        RMa(**sizes)
