"""Statistics over replications, against published numbers and against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wayfare.scenarios.statistics import (
    bootstrap_interval,
    holm,
    paired_difference,
    pareto_front,
    t_interval,
    welch_difference,
)

# Student, "The probable error of a mean", Biometrika 6 (1908): additional hours of sleep with two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

SAMPLES = st.lists(st.floats(-1e3, 1e3).map(lambda value: round(value, 3)), min_size=3, max_size=12).filter(
    lambda values: np.std(values) > 1e-3
)


def test_students_own_data_give_the_published_paired_test():
    found = paired_difference(FIRST, SECOND)
    # R's documentation of t.test on `sleep`: t = -4.0621, df = 9, p = 0.002833, 0.7001142 to 2.4598858.
    assert found.mean == pytest.approx(1.58)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.effect == pytest.approx(4.0621 / math.sqrt(10) * usual_correction(9), rel=1e-3)
    assert (found.number, found.paired) == (10, True)


def test_the_same_data_without_pairs_give_the_published_welch_test():
    found = welch_difference(FIRST, SECOND)
    # R's `t.test(extra ~ group, data = sleep)`: p = 0.07939, -0.2054832 to 3.3654832.
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)
    assert not found.paired


def usual_correction(freedom: int) -> float:
    """Hedges 1981, the factor by its usual approximation 1 - 3 / (4 df - 1)."""
    return 1 - 3 / (4 * freedom - 1)


@given(SAMPLES, st.sampled_from([0.5, 0.9, 0.99]))
@settings(max_examples=20, deadline=None)
def test_an_interval_is_that_of_scipy(values, confidence):
    found = t_interval(values, confidence)
    ends = stats.t.interval(confidence, len(values) - 1, np.mean(values), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-9, abs=1e-9)


@given(SAMPLES, SAMPLES)
@settings(max_examples=20, deadline=None)
def test_a_test_without_pairs_is_that_of_scipy(first, second):
    found = welch_difference(first, second)
    reference = stats.ttest_ind(second, first, equal_var=False)
    assert found.p == pytest.approx(reference.pvalue, rel=1e-6, abs=1e-12)
    ends = reference.confidence_interval()
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-6, abs=1e-9)


def test_the_bootstrap_is_scipys_bias_corrected_and_accelerated_one():
    values = [1.0, 1.2, 1.1, 5.0, 0.9, 1.3, 2.2, 1.7]
    found = bootstrap_interval(values, np.random.default_rng(1), resamples=40_000)
    reference = stats.bootstrap(
        (np.array(values),), np.mean, n_resamples=40_000, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), rel=0.02)
    assert found.high - found.mean > found.mean - found.low  # the long tail is above


def test_a_single_value_has_no_interval_and_none_is_refused():
    found = t_interval([3.0])
    assert found.mean == 3.0
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    with pytest.raises(ValueError, match="no value"):
        t_interval([])
    with pytest.raises(ValueError, match="no pairs"):
        paired_difference([1.0], [1.0, 2.0])


def test_what_does_not_vary_has_no_p_value_and_an_interval_of_no_width():
    found = paired_difference([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert (found.low, found.high) == (1.0, 1.0)
    assert math.isnan(found.p)
    assert bootstrap_interval([2.0, 2.0], np.random.default_rng(0)).low == 2.0


def test_holm_is_that_of_its_paper_in_the_order_given():
    # The smallest of three counts three times, the next twice, and none is smaller than one before it.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert math.isnan(holm([math.nan, 0.01])[0])
    assert holm([math.nan, 0.01])[1] == 0.01


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_the_front_holds_what_nothing_dominates_and_everything_else_is_dominated_by_it(rows):
    front = pareto_front(rows)
    assert any(front)
    best = [row for row, on in zip(rows, front, strict=True) if on]
    for row, on in zip(rows, front, strict=True):
        beaten = any(all(a <= b for a, b in zip(other, row, strict=True)) and other != row for other in best)
        assert beaten is not on
