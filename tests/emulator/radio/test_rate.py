import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import rate_bps, spectral_efficiency

directions = st.sampled_from(["down", "up"])


# TR 38.803 clause 5.2.7: down alpha 0.6 up to 30 dB, up alpha 0.4 up to 22 dB, nothing below -10 dB.
@pytest.mark.parametrize(
    ("sinr_db", "direction", "efficiency"),
    [
        (0.0, "down", 0.6),
        (10.0, "down", 2.075659),
        (30.0, "down", 5.980336),
        (31.0, "down", 5.980336),
        (float("inf"), "down", 5.980336),
        (-10.0, "down", 0.6 * math.log2(1.1)),
        (math.nextafter(-10.0, -11.0), "down", 0.0),
        (float("-inf"), "down", 0.0),
        (0.0, "up", 0.4),
        (22.0, "up", 0.4 * math.log2(1.0 + 10**2.2)),
        (30.0, "up", 0.4 * math.log2(1.0 + 10**2.2)),
        (-10.1, "up", 0.0),
    ],
)
def test_spectral_efficiency_matches_known_values(sinr_db, direction, efficiency):
    assert spectral_efficiency(sinr_db, direction) == pytest.approx(efficiency, abs=5e-7)


@given(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0), directions)
def test_spectral_efficiency_never_falls_with_the_ratio(first_db, second_db, direction):
    low, high = (spectral_efficiency(sinr_db, direction) for sinr_db in sorted((first_db, second_db)))
    assert 0.0 <= low <= high


@given(st.floats(-200.0, 200.0), directions)
def test_spectral_efficiency_never_exceeds_shannon(sinr_db, direction):
    assert spectral_efficiency(sinr_db, direction) <= math.log2(1.0 + 10.0 ** (sinr_db / 10.0))


def test_the_rate_is_the_efficiency_times_the_bandwidth():
    assert rate_bps(0.0, 100e6, "down") == pytest.approx(60e6)
    assert isinstance(rate_bps(0.0, 100e6, "down"), float)


def test_arrays_give_what_their_elements_give():
    ratios_db = np.array([-20.0, -10.0, 3.0, 40.0])
    efficiencies = spectral_efficiency(ratios_db, "up")
    assert efficiencies.tolist() == [spectral_efficiency(float(ratio_db), "up") for ratio_db in ratios_db]


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="direction is 'sideways'; it must be 'down' or 'up'"):
        spectral_efficiency(0.0, "sideways")


def test_a_ratio_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        spectral_efficiency(float("nan"), "down")
