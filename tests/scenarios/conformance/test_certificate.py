"""The certificate finds what is wrong with rates, whichever way they are wrong."""

import math

import pytest

from wayfare.emulator.sharing import Demand
from wayfare.scenarios.conformance import violation

PAIR = [Demand(((0, 1.0),)), Demand(((0, 1.0),))]


def test_equal_rates_that_fill_a_wire_are_fair():
    assert violation(PAIR, {0: 10.0}, [5.0, 5.0]) == 0.0


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([5.5, 5.5], 0.1),  # a tenth over the capacity
        ([4.0, 4.0], 0.2),  # a fifth is wasted
        ([4.0, 6.0], 1 / 3),  # the first has a third less than the largest
    ],
)
def test_unfair_rates_are_as_wrong_as_they_are_off(rates, expected):
    assert violation(PAIR, {0: 10.0}, rates) == pytest.approx(expected, rel=1e-12)


def test_a_flow_at_its_cap_needs_no_bottleneck_but_may_not_pass_it():
    capped = [Demand(((0, 1.0),), cap_bps=2.0), Demand(((0, 1.0),))]
    assert violation(capped, {0: 10.0}, [2.0, 8.0]) == 0.0
    assert violation(capped, {0: 10.0}, [3.0, 7.0]) == pytest.approx(0.5)


def test_weights_and_coefficients_count():
    cell = [Demand(((0, 1 / 54e6),)), Demand(((0, 1 / 36e6),), weight=2.0)]
    assert violation(cell, {0: 1.0}, [18e6, 24e6]) == pytest.approx(0.0, abs=1e-12)
    assert violation(cell, {0: 1.0}, [27e6, 18e6]) == pytest.approx(0.5)


def test_the_worst_of_several_faults_counts():
    demands = [*PAIR, Demand(((1, 1.0),), cap_bps=math.inf)]
    assert violation(demands, {0: 10.0, 1: 10.0}, [4.9, 5.1, 3.0]) == pytest.approx(0.7)
