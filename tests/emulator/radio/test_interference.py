import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import Cell, downlink, link_budget, received_dbm, uplink

SITES_M = np.array([[0.0, 0.0], [300.0, 0.0], [0.0, 400.0]])
DEVICES_M = np.array([[20.0, 10.0], [150.0, 30.0], [280.0, 5.0], [40.0, 390.0]])
SERVING = np.array([0, 0, 1, 2])
CELL = Cell(carrier_hz=3.5e9)
SILENCE = np.zeros(3)

shares = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(np.array)
activities = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4).map(np.array)


def powers(direction, cell=CELL):
    return received_dbm(cell, SITES_M, DEVICES_M, los=True, shadow_db=0.0, direction=direction)


def milliwatts(level_dbm):
    return 10 ** (level_dbm / 10)


def test_without_load_it_is_the_link_budget_of_every_pair():
    for direction in ("down", "up"):
        field = (
            downlink(CELL, powers("down"), SILENCE)
            if direction == "down"
            else uplink(CELL, powers("up"), SERVING, np.zeros(4))
        )
        for row, device_m in enumerate(DEVICES_M):
            for column, site_m in enumerate(SITES_M):
                distance_m = math.hypot(*(device_m - site_m))
                budget = link_budget(CELL, distance_m, los=True, shadow_db=0.0, direction=direction)
                assert field.sinr_db[row, column] == pytest.approx(budget.snr_db, abs=1e-9)
                assert field.rate_bps[row, column] == pytest.approx(budget.rate_bps, rel=1e-9)


def test_downlink_interference_is_the_other_sites_power_times_their_load():
    load = np.array([1.0, 0.5, 0.25])
    received, field = powers("down"), downlink(CELL, powers("down"), load)
    # By hand for the second device at the first site.
    signal, other, third = (milliwatts(level_dbm) for level_dbm in received[1])
    noise = milliwatts(CELL.noise_dbm("down"))
    by_hand = 10 * math.log10(signal / (noise + 0.5 * other + 0.25 * third))
    assert field.sinr_db[1, 0] == pytest.approx(by_hand, abs=1e-9)


def test_uplink_interference_is_what_devices_of_other_cells_send():
    activity = np.array([0.2, 0.8, 0.5, 1.0])
    received, field = powers("up"), uplink(CELL, powers("up"), SERVING, activity)
    at_first = milliwatts(received[:, 0])
    noise = milliwatts(CELL.noise_dbm("up"))
    # By hand at the first site: its own two devices take turns, those of the other two sites are heard.
    by_hand = 10 * math.log10(at_first[1] / (noise + 0.5 * at_first[2] + 1.0 * at_first[3]))
    assert field.sinr_db[1, 0] == pytest.approx(by_hand, abs=1e-9)
    # If the third device moved to the first site, it would not disturb itself there.
    after_moving = 10 * math.log10(at_first[2] / (noise + 1.0 * at_first[3]))
    assert field.sinr_db[2, 0] == pytest.approx(after_moving, abs=1e-9)


@given(shares, shares)
def test_more_load_never_helps_anybody_else(first, second):
    received = powers("down")
    light = downlink(CELL, received, np.minimum(first, second))
    heavy = downlink(CELL, received, np.maximum(first, second))
    assert np.all(light.sinr_db >= heavy.sinr_db - 1e-9)
    assert np.all(light.rate_bps >= heavy.rate_bps - 1e-3)


@given(activities)
def test_interference_never_raises_a_ratio_above_that_to_noise(activity):
    received = powers("up")
    field = uplink(CELL, received, SERVING, activity)
    assert np.all(field.sinr_db <= received - CELL.noise_dbm("up") + 1e-9)
    assert np.all(np.isfinite(field.sinr_db))


def test_a_sites_own_load_does_not_disturb_its_devices():
    received = powers("down")
    alone = downlink(CELL, received, np.array([1.0, 0.0, 0.0]))
    assert alone.sinr_db[:, 0] == pytest.approx(received[:, 0] - CELL.noise_dbm("down"), abs=1e-9)


def test_the_rate_is_that_of_the_cells_rate_model():
    cell = Cell(carrier_hz=3.5e9, rate_model="mcs")
    field = downlink(cell, powers("down", cell), np.ones(3))
    assert field.rate_bps.tolist() == (cell.spectral_efficiency(field.sinr_db, "down") * cell.bandwidth_hz).tolist()


def test_line_of_sight_and_shadowing_are_of_each_pair():
    los = np.array([[True, False, False]] * 4)
    shadow_db = np.arange(12.0).reshape(4, 3)
    received = received_dbm(CELL, SITES_M, DEVICES_M, los=los, shadow_db=shadow_db, direction="down")
    assert received[1, 0] == pytest.approx(33.0 - CELL.path_loss_db(math.hypot(150.0, 30.0), los=True) - 3.0)
    assert CELL.path_loss_db(math.hypot(150.0, 370.0), los=False) == pytest.approx(33.0 - received[1, 2] - 5.0)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="load is outside 0 to 1"):
        downlink(CELL, powers("down"), np.array([0.0, share, 0.0]))
    with pytest.raises(ValueError, match="activity is outside 0 to 1"):
        uplink(CELL, powers("up"), SERVING, np.array([0.0, share, 0.0, 0.0]))
