import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import CI, specific_attenuation_db_per_km


def free_space_db(distance_m, carrier_hz):
    return 20 * math.log10(4 * math.pi * distance_m * carrier_hz / 299_792_458)


@given(st.floats(0.5e9, 100e9), st.floats(1.0, 5000.0))
def test_with_an_exponent_of_two_it_is_free_space_up_to_100_ghz(carrier_hz, distance_m):
    level = {"site_height_m": 1.5, "device_height_m": 1.5}
    loss_db = CI().path_loss_db(distance_m, carrier_hz, los=True, **level)
    assert loss_db == pytest.approx(free_space_db(distance_m, carrier_hz), abs=1e-9)


@given(st.floats(100.001e9, 1000e9), st.floats(1.0, 5000.0))
def test_above_100_ghz_the_air_absorbs(carrier_hz, distance_m):
    distance_3d_m = math.hypot(distance_m, 8.5)
    absorbed_db = specific_attenuation_db_per_km(carrier_hz) * distance_3d_m / 1000
    loss_db = CI().path_loss_db(distance_m, carrier_hz, los=True)
    assert loss_db == pytest.approx(free_space_db(distance_3d_m, carrier_hz) + absorbed_db, abs=1e-9)


def test_140_ghz_over_100_m():
    # Free space over 100 m is 115.37034 dB; then a tenth of the 0.92319 dB/km of ITU-R P.676-12.
    level = {"site_height_m": 1.5, "device_height_m": 1.5}
    assert CI().path_loss_db(100.0, 140e9, los=True, **level) == pytest.approx(115.37034 + 0.092319, abs=1e-5)


def test_absorption_can_start_lower_where_oxygen_matters():
    assert CI().path_loss_db(100.0, 60e9, los=True) + 1.4 < CI(absorption_from_hz=1e9).path_loss_db(
        100.0, 60e9, los=True
    )


def test_the_exponent_counts_tens_of_decibels_a_decade():
    level = {"site_height_m": 1.5, "device_height_m": 1.5}
    model = CI(exponent_los=1.8, exponent_nlos=3.0)
    for los, decade_db in ((True, 18.0), (False, 30.0)):
        near_db, far_db = (model.path_loss_db(d, 28e9, los=los, **level) for d in (10.0, 100.0))
        assert far_db - near_db == pytest.approx(decade_db)


def test_without_line_of_sight_the_default_is_the_optional_formula_of_the_standard():
    # TR 38.901 Table 7.4.1-1, UMi: 32.4 + 20 log f + 31.9 log d3D, its 32.4 dB being free space over a metre, rounded.
    optional_db = 32.4 + 20 * math.log10(28) + 31.9 * math.log10(math.hypot(200.0, 8.5))
    assert CI().path_loss_db(200.0, 28e9, los=False) == pytest.approx(optional_db, abs=0.05)


@pytest.mark.parametrize("exponents", [{"exponent_los": 0.0}, {"exponent_nlos": math.inf}, {"exponent_los": math.nan}])
def test_an_exponent_that_is_none_is_refused(exponents):
    with pytest.raises(ValueError, match="it must be positive"):
        CI(**exponents)
