import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import specific_attenuation_db_per_km


# Published for ITU-R P.676-12 at 15 degrees, 1013.25 hPa and 7.5 g/m3; the last three are the sums of oxygen and water
# vapour in ITU's own validation examples (CG-3M3J-13-ValEx, sheet P676 SpAtt).
@pytest.mark.parametrize(
    ("carrier_ghz", "attenuation_db_per_km", "tolerance"),
    [
        (28.0, 0.10176, 5e-6),
        (60.0, 14.77832, 5e-6),
        (140.0, 0.92319, 5e-6),
        (12.0, 0.0182336522890195, 1e-13),
        (90.0, 0.380843105494605, 1e-12),
        (130.0, 0.0415090835995228 + 0.751844703646129, 1e-12),
    ],
)
def test_attenuation_matches_known_values(carrier_ghz, attenuation_db_per_km, tolerance):
    assert specific_attenuation_db_per_km(carrier_ghz * 1e9) == pytest.approx(attenuation_db_per_km, abs=tolerance)


@given(st.floats(1e9, 1000e9), st.floats(0.0, 30.0))
def test_air_absorbs_and_damp_air_absorbs_more(carrier_hz, vapour_g_per_m3):
    dry = specific_attenuation_db_per_km(carrier_hz, vapour_g_per_m3=0.0)
    damp = specific_attenuation_db_per_km(carrier_hz, vapour_g_per_m3=vapour_g_per_m3 + 1.0)
    assert damp > 0.0
    # Close to an oxygen line damp air may absorb a little less: vapour widens the line and lowers its peak.
    assert damp > 0.97 * dry


def test_absorption_peaks_at_oxygen_and_at_water_vapour():
    for valley_ghz, peak_ghz in ((40.0, 60.0), (100.0, 118.75), (15.0, 22.235), (140.0, 183.31)):
        assert specific_attenuation_db_per_km(peak_ghz * 1e9) > 2.0 * specific_attenuation_db_per_km(valley_ghz * 1e9)


@pytest.mark.parametrize("carrier_hz", [0.9e9, 1001e9, float("nan")])
def test_a_frequency_outside_the_sum_over_lines_is_refused(carrier_hz):
    with pytest.raises(ValueError, match="holds from 1 to 1000 GHz"):
        specific_attenuation_db_per_km(carrier_hz)
