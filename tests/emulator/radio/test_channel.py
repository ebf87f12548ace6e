import math

import numpy as np
import pytest

from wayfare.emulator.radio import PATH_LOSS, Cell, Channel, UMi, draw_channel


def draws(cell, distance_m, count=4000):
    return [draw_channel(cell, distance_m, np.random.default_rng([7, number])) for number in range(count)]


@pytest.mark.parametrize("model", sorted(PATH_LOSS))
def test_line_of_sight_is_as_frequent_as_its_probability(model):
    distance_m = 6.0 if model == "inh" else 60.0
    seen = sum(channel.los for channel in draws(Cell(model=model), distance_m))
    chance = PATH_LOSS[model]().los_probability(distance_m)
    # Four standard deviations of a binomial count.
    assert abs(seen - 4000 * chance) < 4.0 * math.sqrt(4000 * chance * (1.0 - chance))


@pytest.mark.parametrize("model", sorted(PATH_LOSS))
@pytest.mark.parametrize(("sight", "los"), [("always", True), ("never", False)])
def test_shadowing_has_the_spread_of_the_standard(model, sight, los):
    channels = draws(Cell(model=model, line_of_sight=sight), 60.0)
    assert {channel.los for channel in channels} == {los}
    shadows_db = np.array([channel.shadow_db for channel in channels])
    sigma_db = PATH_LOSS[model]().shadow_sigma_db(60.0, 7e9, los=los)
    # Four standard errors of the mean and of the standard deviation of 4000 normal draws.
    assert abs(shadows_db.mean()) < 4.0 * sigma_db / math.sqrt(4000)
    assert shadows_db.std() == pytest.approx(sigma_db, rel=4.0 / math.sqrt(8000))


def test_the_order_of_the_draws_is_sight_then_shadow():
    chance, deviation = (rng := np.random.default_rng(3)).random(), rng.standard_normal()
    channel = draw_channel(Cell(), 60.0, np.random.default_rng(3))
    assert channel.los == (chance < UMi().los_probability(60.0))
    assert channel.shadow_db == (4.0 if channel.los else 7.82) * deviation


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


def test_an_open_office_and_a_high_device_see_more():
    mixed, open_office = (sum(c.los for c in draws(Cell(model="inh", office=o), 30.0, 500)) for o in ("mixed", "open"))
    assert open_office > mixed + 100
    low, high = (sum(c.los for c in draws(Cell(model="uma", device_height_m=h), 300.0, 500)) for h in (1.5, 22.5))
    assert high > low + 50


def test_the_same_stream_draws_the_same_channel():
    first, second = (draw_channel(Cell(), 60.0, np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert isinstance(first, Channel)
    assert type(first.shadow_db) is float
