import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import (
    SIDELINK_SOURCES,
    Sidelink,
    draw_sidelink,
    moved_shadow_db,
    sidelink_budget,
    spectral_efficiency,
    thermal_noise_dbm,
)
from wayfare.models.streams import generator

DISTANCES_M = np.array([10.0, 100.0, 1000.0])


@pytest.mark.parametrize(
    ("model", "los", "losses_db"),
    [
        # The test vectors of ns-3's V2V propagation models, at 5 GHz.
        ("urban", True, [68.1913, 84.8913, 101.5913]),
        ("urban", False, [80.0605, 110.0605, 140.0605]),
        ("highway", True, [66.3794, 86.3794, 106.3794]),
        ("highway", False, [80.0605, 110.0605, 140.0605]),
    ],
)
def test_the_path_loss_is_that_of_tr_37885(model, los, losses_db):
    sidelink = Sidelink(model=model, carrier_hz=5e9, blocked_by="buildings")
    assert sidelink.path_loss_db(DISTANCES_M, los=los) == pytest.approx(losses_db, abs=5e-5)
    assert sidelink.path_loss_db(100.0, los=los) == pytest.approx(losses_db[1], abs=5e-5)


def test_behind_vehicles_the_path_loss_is_that_in_sight():
    sidelink = Sidelink()
    assert sidelink.path_loss_db(100.0, los=False) == sidelink.path_loss_db(100.0, los=True)


@given(
    st.sampled_from(["urban", "highway"]),
    st.sampled_from(["vehicles", "buildings"]),
    st.floats(0.5e9, 100e9),
    st.floats(0.0, 2000.0),
    st.floats(0.0, 2000.0),
)
def test_farther_away_nothing_gets_better(model, blocked_by, carrier_hz, first_m, second_m):
    sidelink = Sidelink(model=model, carrier_hz=carrier_hz, blocked_by=blocked_by)
    near_m, far_m = sorted((first_m, second_m))
    for los in (True, False):
        assert sidelink.path_loss_db(near_m, los=los) <= sidelink.path_loss_db(far_m, los=los) + 1e-9
    assert sidelink.path_loss_db(near_m, los=False) >= sidelink.path_loss_db(near_m, los=True)


def test_the_probability_of_line_of_sight_is_that_of_tr_37885():
    urban, highway = Sidelink(), Sidelink(model="highway")
    assert urban.los_probability(100.0) == pytest.approx(1.05 * math.exp(-1.14))
    assert urban.los_probability(4.0) == 1.0
    by_hand = [1.0, 0.840313, 2.1013e-6 * 475**2 - 0.95 + 1.0193, 0.515, 0.0]
    assert highway.los_probability(np.array([5.0, 100.0, 475.0, 500.0, 2000.0])) == pytest.approx(by_hand)


def test_shadowing_depends_on_what_is_in_the_way():
    both = np.array([True, False])
    assert Sidelink().shadow_sigma_db(both).tolist() == [3.0, 3.0]
    assert Sidelink(blocked_by="buildings").shadow_sigma_db(both).tolist() == [3.0, 4.0]
    assert Sidelink().decorrelation_m(both).tolist() == [10.0, 13.0]
    assert Sidelink(model="highway").decorrelation_m(True) == 25.0


@pytest.mark.parametrize(
    ("height_m", "mean_db"),
    # Of max(0, X) with X normal: both antennas below the car, as high as it, above it.
    [(1.5, 9.038208), (1.6, 5.202347), (1.7, 0.0)],
)
def test_a_vehicle_in_the_way_costs_by_the_height_of_the_antennas(height_m, mean_db):
    sidelink = Sidelink(device_height_m=height_m)
    losses_db = sidelink.vehicle_loss_db(np.full(100_000, 300.0), generator(1).standard_normal(100_000), los=False)
    assert losses_db.min() >= 0.0
    assert losses_db.mean() == pytest.approx(mean_db, abs=4 * 4.5 / math.sqrt(100_000))


def test_a_vehicle_far_off_costs_more_and_in_sight_or_behind_buildings_nothing():
    sidelink = Sidelink()
    assert sidelink.vehicle_loss_db(541.0, 0.0, los=False) == 9.0
    assert sidelink.vehicle_loss_db(1000.0, 1.0, los=False) == pytest.approx(9.0 + 45.0 - 41.0 + 4.5)
    assert sidelink.vehicle_loss_db(1000.0, 1.0, los=np.array([True, False])).tolist() == pytest.approx([0.0, 17.5])
    assert Sidelink(blocked_by="buildings").vehicle_loss_db(1000.0, 1.0, los=False) == 0.0


def test_the_link_budget_by_hand():
    sidelink = Sidelink()
    budget = sidelink_budget(sidelink, 200.0, los=False, shadow_db=2.0, vehicle_db=9.0)
    loss_db = 38.77 + 16.7 * math.log10(200) + 18.2 * math.log10(5.9)
    noise_dbm = thermal_noise_dbm(20e6, 9.0)
    snr_db = 23.0 + 3.0 + 3.0 - loss_db - 2.0 - 9.0 - noise_dbm
    assert (budget.path_loss_db, budget.noise_dbm) == (pytest.approx(loss_db), noise_dbm)
    assert budget.snr_db == pytest.approx(snr_db)
    assert 0.0 < snr_db < 22.0
    assert budget.rate_bps == pytest.approx(20e6 * 0.4 * math.log2(1 + 10 ** (snr_db / 10)))


def test_near_devices_have_the_highest_rate_of_the_uplink_and_far_ones_none():
    rates_bps = sidelink_budget(
        Sidelink(), np.array([0.0, 20.0, 1e6]), los=True, shadow_db=0.0, vehicle_db=0.0
    ).rate_bps
    highest_bps = 20e6 * spectral_efficiency(22.0, "up")
    assert rates_bps.tolist() == pytest.approx([highest_bps, highest_bps, 0.0])
    table = sidelink_budget(Sidelink(rate_model="mcs"), 1.0, los=True, shadow_db=0.0, vehicle_db=0.0)
    assert table.spectral_efficiency == pytest.approx(6 * 948 / 1024)


def test_as_many_links_are_in_sight_as_the_probability_says():
    sidelink = Sidelink()
    drawn = [draw_sidelink(sidelink, 60.0, generator(1, "link", number)) for number in range(4000)]
    chance = 1.05 * math.exp(-0.0114 * 60)
    assert np.mean([channel.los for channel in drawn]) == pytest.approx(chance, abs=4 * 0.5 / math.sqrt(4000))
    assert np.std([channel.shadow_db for channel in drawn]) == pytest.approx(3.0, rel=4 / math.sqrt(8000))


def test_imposing_one_draw_leaves_the_others_as_they_were():
    free = draw_sidelink(Sidelink(), 60.0, generator(1))
    seen = draw_sidelink(Sidelink(line_of_sight="always"), 60.0, generator(1))
    blocked = draw_sidelink(Sidelink(line_of_sight="never", blocked_by="buildings"), 60.0, generator(1))
    bare = draw_sidelink(Sidelink(shadowing=False), 60.0, generator(1))
    assert (seen.los, blocked.los) == (True, False)
    assert seen.shadow_db == free.shadow_db == pytest.approx(0.75 * blocked.shadow_db)
    assert free.vehicle_deviate == seen.vehicle_deviate == blocked.vehicle_deviate == bare.vehicle_deviate
    assert (bare.los, bare.shadow_db) == (free.los, 0.0)


def test_the_shadowing_of_links_that_move_has_the_models_own_law():
    sidelink, los = Sidelink(), np.array([True, False])
    law = {"sigma_db": sidelink.shadow_sigma_db(los), "decorrelation_m": sidelink.decorrelation_m(los)}
    moved_db = moved_shadow_db(np.array([1.0, 1.0]), np.array([10.0, 13.0]), np.zeros(2), **law)
    assert moved_db == pytest.approx([math.exp(-1.0)] * 2)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"model": "rural"}, "model of the sidelink is 'rural'"),
        ({"blocked_by": "trees"}, "'vehicles' or 'buildings'"),
        ({"mcs_table": "256qam"}, "mcs_table is only for rate_model 'mcs'"),
        ({"blocked_by": "buildings", "blocker_height_m": 3.0}, "blocker_height is only for blocked_by 'vehicles'"),
    ],
)
def test_what_is_unknown_or_would_change_nothing_is_refused(keys, message):
    with pytest.raises(ValueError, match=message):
        Sidelink(**keys)


def test_a_distance_that_is_none_is_refused():
    for distance_m in (-1.0, math.nan):
        with pytest.raises(ValueError, match="distance"):
            sidelink_budget(Sidelink(), distance_m, los=True, shadow_db=0.0, vehicle_db=0.0)


def test_every_default_has_a_source():
    assert list(SIDELINK_SOURCES) == [field.name for field in fields(Sidelink)]
    assert all(SIDELINK_SOURCES.values())
