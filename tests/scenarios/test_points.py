"""The points of a sweep, and what random ones are drawn from."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.scenarios import components, quantities
from wayfare.scenarios.distributions import Bound, Integers, LogUniform, OneOf, Uniform
from wayfare.scenarios.points import SweepSection, points_of

RANDOM = {
    "samples": 4,
    "fields": {
        "learning.learning_rate": {"kind": "log-uniform", "from": 0.01, "to": 1},
        "links.backhaul.delay": {"kind": "uniform", "from": "1 ms", "to": "20 ms"},
        "learning.steps": {"kind": "integers", "from": 1, "to": 50},
        "learning.method": {"kind": "choice", "of": ["mfd", "alone"]},
    },
}


def points(section: dict, seed: int = 1) -> list[dict]:
    found = points_of(components.read(SweepSection, section, {}), seed)
    return [{setting.key: setting.value for setting in point} for point in found]


def test_a_grid_is_every_combination_the_last_field_fastest():
    assert points({"grid": {"a.b": [1, 2], "c": ["x", "y"]}}) == [
        {"a.b": 1, "c": "x"},
        {"a.b": 1, "c": "y"},
        {"a.b": 2, "c": "x"},
        {"a.b": 2, "c": "y"},
    ]


def test_points_are_as_they_are_listed_and_combine_with_a_grid():
    assert points({"points": [{"a": 1, "b": 2}, {"a": 3}]}) == [{"a": 1, "b": 2}, {"a": 3}]
    assert points({"grid": {"c": [8, 9]}, "points": [{"a": 1}]}) == [{"c": 8, "a": 1}, {"c": 9, "a": 1}]


def test_without_a_sweep_there_is_one_point_that_sets_nothing():
    assert points_of(None, 1) == [()]
    assert points({}) == [{}]


def test_random_points_follow_from_the_seed_and_a_further_field_or_sample_moves_no_other():
    four = points({"random": RANDOM})
    assert four == points({"random": RANDOM})
    assert four != points({"random": RANDOM}, seed=2)
    assert points({"random": RANDOM | {"samples": 6}})[:4] == four
    fewer = {"samples": 4, "fields": {key: RANDOM["fields"][key] for key in ("learning.steps",)}}
    assert [point["learning.steps"] for point in points({"random": fewer})] == [
        point["learning.steps"] for point in four
    ]


@given(st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_a_drawn_value_lies_between_its_bounds_and_has_their_unit(seed):
    chance = np.random.default_rng(seed)
    assert 0.01 <= LogUniform(0.01, 1).draw(chance) <= 1
    delay = Uniform("1 ms", "20 ms").draw(chance)
    assert delay.endswith(" ms")
    assert 0.001 <= quantities.parse(delay, "s") <= 0.02
    size = quantities.parse(Uniform("1 kB", "1 MiB").draw(chance), "bytes")
    assert size == int(size)
    assert 1000 <= size <= 2**20
    assert Integers(3, 5).draw(chance) in (3, 4, 5)
    assert OneOf(("a", {"kind": "b"})).draw(chance) in ("a", {"kind": "b"})


def test_a_logarithmic_scale_has_as_much_below_the_geometric_mean_as_above():
    chance = np.random.default_rng(1)
    drawn = [LogUniform(0.001, 10).draw(chance) for _ in range(2000)]
    below = sum(value < math.sqrt(0.001 * 10) for value in drawn)
    assert abs(below - 1000) < 4 * math.sqrt(2000 / 4)  # four standard deviations of the binomial


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(2, 1), "the lower bound comes first"),
        (lambda: Uniform("1 ms", 5), "both must be of one kind"),
        (lambda: Uniform("1 ms", "5 MB"), "from '1 ms' is a time and to '5 MB' is a size"),
        (lambda: Uniform("fast", "slow"), "'fast' is no bound"),
        (lambda: Uniform(True, 2), "is no bound"),
        (lambda: LogUniform(0, 1), "has no logarithm"),
        (lambda: LogUniform("-3 dB", "3 dB"), "has no logarithm"),
        (lambda: Integers(5, 5), "is no range"),
    ],
)
def test_what_nothing_can_be_drawn_from_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_bound_knows_its_kind_and_unit():
    assert Bound.of("20 ms") == Bound(0.02, "s", "ms")
    assert Bound.of(3) == Bound(3.0)
