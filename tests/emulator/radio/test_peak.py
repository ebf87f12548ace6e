import pytest

from wayfare.emulator.radio import OVERHEAD, peak_rate_bps


def test_the_peak_rate_of_a_100_mhz_carrier_matches_the_known_value():
    # TS 38.306 clause 4.1.2: 4 layers, 256QAM, 273 resource blocks of 30 kHz subcarriers.
    assert peak_rate_bps(273, 1, layers=4) == pytest.approx(2337.000e6, abs=500)


def test_layers_bits_blocks_and_symbols_multiply():
    one = peak_rate_bps(100, 0)
    assert peak_rate_bps(200, 0) == pytest.approx(2 * one)
    assert peak_rate_bps(100, 3) == pytest.approx(8 * one)
    assert peak_rate_bps(100, 0, layers=2, modulation_bits=4, scaling=0.8) == pytest.approx(0.8 * one)


def test_overhead_is_that_of_the_standard():
    assert OVERHEAD == {("down", "fr1"): 0.14, ("down", "fr2"): 0.18, ("up", "fr1"): 0.08, ("up", "fr2"): 0.10}
    down, up = (peak_rate_bps(66, 3, overhead=OVERHEAD[direction, "fr2"]) for direction in ("down", "up"))
    assert up / down == pytest.approx(0.90 / 0.82)
