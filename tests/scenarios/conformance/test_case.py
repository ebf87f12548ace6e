import math
from dataclasses import replace

import pytest

from wayfare.scenarios.conformance import Case

TEN = Case(name="ten", subject="numbers", source="by hand", expected=10.0, tolerance=0.01, unit="s", compute=lambda: 10)


@pytest.mark.parametrize(("value", "passed"), [(10.0, True), (10.0099, True), (9.9901, True), (10.02, False)])
def test_a_value_passes_within_the_tolerance_on_either_side(value, passed):
    assert replace(TEN, compute=lambda: value).judge().passed is passed


def test_a_relative_tolerance_grows_with_the_expected_value():
    relative = replace(TEN, expected=-1e6, tolerance=1e-3, relative=True)
    assert relative.allowed == 1e3
    assert replace(relative, compute=lambda: -1e6 - 999).judge().passed
    assert not replace(relative, compute=lambda: -1e6 - 1001).judge().passed


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_does_not_pass(value):
    assert not replace(TEN, compute=lambda: value).judge().passed


def test_without_tolerance_only_the_value_itself_passes():
    exact = replace(TEN, tolerance=0.0)
    assert exact.judge().passed
    assert not replace(exact, compute=lambda: math.nextafter(10.0, 11.0)).judge().passed


def test_a_computation_that_breaks_down_does_not_pass_and_says_why():
    verdict = replace(TEN, compute=lambda: 1 / 0).judge()
    assert not verdict.passed
    assert verdict.trouble == "ZeroDivisionError: division by zero"
    assert TEN.judge().trouble is None


@pytest.mark.parametrize(("tolerance", "decimals"), [(5e-5, 6), (1e-9, 10), (0.1, 2), (0.43, 2), (20.0, 1), (0.0, 9)])
def test_a_value_is_written_to_one_decimal_beyond_the_tolerance(tolerance, decimals):
    assert replace(TEN, tolerance=tolerance).judge().decimals == decimals
