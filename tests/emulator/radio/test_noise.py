import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import thermal_noise_dbm


def test_thermal_noise_matches_known_values():
    assert thermal_noise_dbm(1.0) == pytest.approx(-173.9752, abs=5e-5)
    assert thermal_noise_dbm(100e6) == pytest.approx(-93.975, abs=5e-4)
    assert thermal_noise_dbm(100e6, 9.0) == pytest.approx(-84.975, abs=5e-4)


@given(st.floats(1.0, 1e10))
def test_twice_the_bandwidth_is_3_db_more_noise(bandwidth_hz):
    assert thermal_noise_dbm(2.0 * bandwidth_hz) - thermal_noise_dbm(bandwidth_hz) == pytest.approx(3.0103, abs=1e-5)


@pytest.mark.parametrize("bandwidth_hz", [0.0, -1.0, float("inf"), float("nan")])
def test_a_bandwidth_that_is_none_is_refused(bandwidth_hz):
    with pytest.raises(ValueError, match="must be positive and finite"):
        thermal_noise_dbm(bandwidth_hz)
