"""Fading of links whose ends move: the laws of TR 38.901, clauses 7.4.4 and 7.6.3."""

from functools import partial

import numpy as np
import pytest

from wayfare.emulator.radio import Cell, Sidelink, draw_channel, draw_sidelink
from wayfare.emulator.radio.deviates import normal_deviates, pair_keys
from wayfare.emulator.radio.fading import CellFading, Fading, SidelinkFading
from wayfare.models.streams import generator

MANY = 40_000


def keys(count=MANY):
    return np.random.default_rng(1).integers(2**63, size=count).astype(np.uint64)


def fading(law, distance_m, count=MANY):
    rng = np.random.default_rng(2)
    chance, deviate, obstacle = rng.random(count), rng.standard_normal(count), rng.standard_normal(count)
    return Fading(law, keys(count), np.full(count, float(distance_m)), chance, deviate, obstacle)


def test_hashed_numbers_are_normal_and_independent_of_each_other():
    first, second, other_use = (normal_deviates(keys(), *which) for which in ((0,), (1,), (0, 1)))
    for numbers in (first, second, other_use):
        assert numbers.mean() == pytest.approx(0, abs=0.02)
        assert numbers.std() == pytest.approx(1, abs=0.02)
        assert (numbers**4).mean() == pytest.approx(3, abs=0.2)
    assert np.corrcoef([first, second, other_use]) == pytest.approx(np.eye(3), abs=0.02)


def test_hashed_numbers_belong_to_their_pair_whatever_else_there_is():
    devices, sites = keys(6), keys(9)[6:]
    few = normal_deviates(pair_keys(devices[:2, None], sites[None, :1]), 7)
    all_of_them = normal_deviates(pair_keys(devices[:, None], sites[None, :]), 7)
    assert (few == all_of_them[:2, :1]).all()
    assert len(np.unique(all_of_them)) == all_of_them.size


def test_a_link_begins_with_what_it_would_always_have():
    cell, sidelink, distances_m = Cell(), Sidelink(), np.array([20.0, 90.0, 300.0])
    streams = [partial(generator, "link", number) for number in range(3)]
    draws = np.array([(rng.random(), rng.standard_normal(), rng.standard_normal()) for rng in (s() for s in streams)]).T
    begun = Fading(CellFading(cell), keys(3), distances_m, *draws)
    drawn = [draw_channel(cell, distance_m, stream()) for distance_m, stream in zip(distances_m, streams, strict=True)]
    assert begun.los.tolist() == [channel.los for channel in drawn]
    assert begun.shadow_db.tolist() == [channel.shadow_db for channel in drawn]
    begun = Fading(SidelinkFading(sidelink), keys(3), distances_m, *draws)
    pairs = [draw_sidelink(sidelink, distance_m, s()) for distance_m, s in zip(distances_m, streams, strict=True)]
    assert begun.los.tolist() == [channel.los for channel in pairs]
    assert begun.shadow_db.tolist() == [channel.shadow_db for channel in pairs]
    assert begun.obstacle.tolist() == [channel.vehicle_deviate for channel in pairs]


@pytest.mark.parametrize("steps", [1, 5])
def test_shadow_fading_keeps_exp_of_minus_the_way_over_the_decorrelation_distance(steps):
    """UMi with line of sight: sigma 4 dB, 10 m (TR 38.901, Table 7.5-6)."""
    links = fading(CellFading(Cell(line_of_sight="always")), 50)
    before_db = links.shadow_db.copy()
    for _ in range(steps):
        links.move(np.full(MANY, 50.0), np.full(MANY, 7.0 / steps))
    assert links.shadow_db.std() == pytest.approx(4.0, rel=0.02)
    assert np.corrcoef(before_db, links.shadow_db)[0, 1] == pytest.approx(np.exp(-0.7), abs=0.015)


def test_as_many_links_are_in_sight_as_their_distance_says_wherever_they_moved():
    law = CellFading(Cell())
    links = fading(law, 100)
    links.move(np.full(MANY, 60.0), np.full(MANY, 40.0))
    assert links.los.mean() == pytest.approx(float(law.los_probability(np.array(60.0))), abs=0.01)


def test_a_link_that_moves_little_rarely_loses_sight():
    links = fading(CellFading(Cell()), 100)
    before = links.los.copy()
    links.move(np.full(MANY, 100.0), np.full(MANY, 1.0))
    assert 0 < (links.los != before).mean() < 0.07
    links.move(np.full(MANY, 100.0), np.full(MANY, 1000.0))
    share = before.mean()
    assert (links.los != before).mean() == pytest.approx(2 * share * (1 - share), abs=0.01)


def test_what_is_in_the_way_stays_until_the_sight_changes():
    links = fading(SidelinkFading(Sidelink()), 60)
    sight, obstacle = links.los.copy(), links.obstacle.copy()
    links.move(np.full(MANY, 60.0), np.full(MANY, 3.0))
    assert ((links.obstacle != obstacle) == (links.los != sight)).all()
