import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import PATH_LOSS, Cell, link_budget

distances = st.floats(0.0, 5000.0)
directions = st.sampled_from(["down", "up"])
rate_models = st.sampled_from(["shannon", "mcs"])


@st.composite
def cells(draw):
    model = draw(st.sampled_from(sorted(PATH_LOSS)))
    carrier_hz = draw(st.floats(*PATH_LOSS[model].carriers_hz))
    return Cell(model=model, carrier_hz=carrier_hz, rate_model=draw(rate_models))


def rate_at(distance_m, *, cell=None, los=True, shadow_db=0.0, direction="down"):
    return link_budget(cell or Cell(), distance_m, los=los, shadow_db=shadow_db, direction=direction).rate_bps


def test_the_link_budget_at_100_m_and_3_5_ghz_matches_known_values():
    budget = link_budget(Cell(carrier_hz=3.5e9), 100.0, los=True, shadow_db=0.0, direction="down")
    assert budget.path_loss_db == pytest.approx(85.3142, abs=5e-5)
    assert budget.noise_dbm == pytest.approx(-84.975, abs=5e-4)
    assert budget.snr_db == pytest.approx(32.6610, abs=5e-5)
    assert budget.rate_bps == pytest.approx(598.034e6, abs=500)
    assert 8e6 / budget.rate_bps == pytest.approx(13.3772e-3, abs=5e-8)


def test_the_uplink_uses_the_power_of_the_device_and_the_noise_of_the_site():
    budget = link_budget(Cell(carrier_hz=3.5e9), 100.0, los=True, shadow_db=0.0, direction="up")
    # 23 dBm - 85.3142 dB - (-93.9752 + 5) dBm
    assert budget.noise_dbm == pytest.approx(-88.9752, abs=5e-5)
    assert budget.snr_db == pytest.approx(26.6610, abs=5e-5)
    assert budget.rate_bps == pytest.approx(0.4e8 * math.log2(1 + 10**2.2))


def test_the_rate_model_of_the_cell_counts():
    # 598.034 Mbit/s by the bound; of the 64QAM table's rows the best is the last, 6 x 948/1024 bit/s/Hz.
    assert rate_at(100.0, cell=Cell(carrier_hz=3.5e9, rate_model="mcs")) == pytest.approx(6 * 948 / 1024 * 1e8)
    wide = Cell(carrier_hz=3.5e9, rate_model="mcs", mcs_table="256qam")
    # 32.6610 dB allow 0.6 log2(1 + SINR) = 6.51 bit/s/Hz: 256QAM at 797/1024.
    assert rate_at(100.0, cell=wide) == pytest.approx(8 * 797 / 1024 * 1e8)


@given(distances, distances, st.booleans(), st.floats(-30, 30), directions, cells())
def test_the_rate_never_rises_with_distance(first_m, second_m, los, shadow_db, direction, cell):
    near_bps, far_bps = (
        rate_at(distance_m, cell=cell, los=los, shadow_db=shadow_db, direction=direction)
        for distance_m in sorted((first_m, second_m))
    )
    assert near_bps >= far_bps


@given(distances, st.floats(-30, 30), st.floats(-30, 30), directions, cells())
def test_the_rate_never_rises_with_shadowing(distance_m, first_db, second_db, direction, cell):
    light_bps, deep_bps = (
        rate_at(distance_m, cell=cell, shadow_db=shadow_db, direction=direction)
        for shadow_db in sorted((first_db, second_db))
    )
    assert light_bps >= deep_bps


@given(distances, st.booleans(), directions, st.floats(0, 30), st.floats(0, 30))
def test_antenna_gains_and_shadowing_are_decibels_of_the_ratio(distance_m, los, direction, site_db, device_db):
    plain, changed = Cell(), Cell(site_antenna_gain_db=site_db, device_antenna_gain_db=device_db)
    first = link_budget(plain, distance_m, los=los, shadow_db=0.0, direction=direction)
    second = link_budget(changed, distance_m, los=los, shadow_db=3.0, direction=direction)
    assert second.snr_db - first.snr_db == pytest.approx(site_db + device_db - 3.0, abs=1e-9)


def test_a_link_out_of_reach_has_no_rate():
    assert rate_at(5000.0, los=False, direction="up") == 0.0


def test_arrays_give_what_their_elements_give():
    distances_m, los, shadow_db = (
        np.array([5.0, 80.0, 900.0]),
        np.array([True, False, True]),
        np.array([0.0, 3.0, -2.0]),
    )
    rates_bps = rate_at(distances_m, los=los, shadow_db=shadow_db)
    each = zip(distances_m.tolist(), los.tolist(), shadow_db.tolist(), strict=True)
    assert rates_bps.tolist() == [rate_at(d, los=seen, shadow_db=shadow) for d, seen, shadow in each]


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="it must be 'down' or 'up'"):
        rate_at(100.0, direction="sideways")
