import math
from dataclasses import fields, replace
from typing import get_args, get_type_hints

import annotated_types
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.emulator.radio import UMI_SHADOW_DB, Cell, Channel, draw_channel, link_budget, umi_los_probability

distances = st.floats(0.0, 5000.0)
directions = st.sampled_from(["down", "up"])


def rate_at(distance_m, *, cell=None, los=True, shadow_db=0.0, direction="down"):
    return link_budget(cell or Cell(), distance_m, los=los, shadow_db=shadow_db, direction=direction).rate_bps


def draws(cell, distance_m, count=4000):
    return [draw_channel(cell, distance_m, np.random.default_rng([7, number])) for number in range(count)]


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


@given(distances, distances, st.booleans(), st.floats(-30, 30), directions, st.floats(0.5e9, 100e9))
def test_the_rate_never_rises_with_distance(first_m, second_m, los, shadow_db, direction, carrier_hz):
    near_bps, far_bps = (
        rate_at(distance_m, cell=Cell(carrier_hz=carrier_hz), los=los, shadow_db=shadow_db, direction=direction)
        for distance_m in sorted((first_m, second_m))
    )
    assert near_bps >= far_bps


@given(distances, st.floats(-30, 30), st.floats(-30, 30), directions)
def test_the_rate_never_rises_with_shadowing(distance_m, first_db, second_db, direction):
    light_bps, deep_bps = (
        rate_at(distance_m, shadow_db=shadow_db, direction=direction) for shadow_db in sorted((first_db, second_db))
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


def test_line_of_sight_is_as_frequent_as_its_probability():
    seen = sum(channel.los for channel in draws(Cell(), 60.0))
    chance = umi_los_probability(60.0)
    # Four standard deviations of a binomial count.
    assert abs(seen - 4000 * chance) < 4.0 * math.sqrt(4000 * chance * (1.0 - chance))


@pytest.mark.parametrize(("sight", "los"), [("always", True), ("never", False)])
def test_shadowing_has_the_spread_of_the_standard(sight, los):
    channels = draws(Cell(line_of_sight=sight), 60.0)
    assert {channel.los for channel in channels} == {los}
    shadows_db = np.array([channel.shadow_db for channel in channels])
    # Four standard errors of the mean and of the standard deviation of 4000 normal draws.
    assert abs(shadows_db.mean()) < 4.0 * UMI_SHADOW_DB[los] / math.sqrt(4000)
    assert shadows_db.std() == pytest.approx(UMI_SHADOW_DB[los], rel=4.0 / math.sqrt(8000))


def test_imposing_line_of_sight_leaves_the_shadowing_of_links_that_had_it():
    drawn, imposed = draws(Cell(), 60.0, 50), draws(Cell(line_of_sight="always"), 60.0, 50)
    assert any(channel.los for channel in drawn)
    for before, after in zip(drawn, imposed, strict=True):
        assert not before.los or before == after


def test_without_shadowing_the_sight_stays_as_drawn():
    drawn, calm = draws(Cell(), 60.0, 50), draws(Cell(shadowing=False), 60.0, 50)
    assert [channel.los for channel in calm] == [channel.los for channel in drawn]
    assert {channel.shadow_db for channel in calm} == {0.0}


def test_a_device_on_the_same_stream_loses_sight_once_as_it_stands_farther():
    sights = [
        draw_channel(Cell(), float(distance_m), np.random.default_rng(3)).los for distance_m in range(0, 2000, 10)
    ]
    assert sights == sorted(sights, reverse=True)
    assert sights[0] is True
    assert sights[-1] is False


def test_the_same_stream_draws_the_same_channel():
    first, second = (draw_channel(Cell(), 60.0, np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert isinstance(first, Channel)


@pytest.mark.parametrize("choice", ["model", "duplex", "airtime", "line_of_sight"])
def test_an_unknown_choice_is_refused_with_what_is_allowed(choice):
    with pytest.raises(ValueError, match=f"{choice} of the cell is 'ideal'; it must be '"):
        Cell(**{choice: "ideal"})


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="it must be 'down' or 'up'"):
        rate_at(100.0, direction="sideways")


def test_every_field_has_a_sentence_and_a_default_within_its_own_bounds():
    hints = get_type_hints(Cell, include_extras=True)
    for field in fields(Cell):
        _, sentence, *bounds = get_args(hints[field.name])
        assert sentence.endswith(".")
        for bound in bounds:
            limit = getattr(bound, {"Gt": "gt", "Ge": "ge", "Le": "le"}[type(bound).__name__])
            assert isinstance(bound, annotated_types.BaseMetadata)
            assert field.default >= limit if type(bound).__name__ in ("Gt", "Ge") else field.default <= limit


def test_a_cell_is_a_value():
    assert replace(Cell(), carrier_hz=28e9) == Cell(carrier_hz=28e9)
    assert hash(Cell()) == hash(Cell())
