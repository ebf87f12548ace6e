"""Statistics over replications: intervals, differences paired by seed, effect sizes, and the Pareto front.

All of them take the values of independent runs. Two runs with the same seed share their network, their data and their
first weights, so a difference between methods is taken seed by seed where both have it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

How = Literal["t", "bootstrap"]

RESAMPLES = 9_999
"""Of the bootstrap; Davison and Hinkley 1997, section 5.2: a thousand or more for an interval of 95 %."""

Values = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval.

    Attributes:
        mean: Of the values.
        low: Lower end; not a number where there are too few values.
        high: Upper end.
        number: How many values there are.
        deviation: Standard deviation of the values, with n - 1; not a number of one value.
    """

    mean: float
    low: float
    high: float
    number: int
    deviation: float


@dataclass(frozen=True)
class Difference:
    """A difference between the means of two samples.

    Attributes:
        mean: Second less first.
        low: Lower end of its confidence interval.
        high: Upper end.
        p: That of the t test against no difference, two-sided.
        effect: The difference in standard deviations, Hedges' g: of the differences where they are paired, else of the
            pooled values.
        number: How many pairs, or values of the smaller sample, it is of.
        paired: Whether it is taken pair by pair.
    """

    mean: float
    low: float
    high: float
    p: float
    effect: float
    number: int
    paired: bool


def t_interval(values: Values, confidence: float = 0.95) -> Interval:
    """Return the mean with Student's interval: mean ± t(n - 1) s / sqrt(n).

    Raises:
        ValueError: There is no value.
    """
    sample = _sample(values)
    mean, deviation = float(sample.mean()), _deviation(sample)
    if len(sample) < 2:
        return Interval(mean, math.nan, math.nan, len(sample), math.nan)
    half = float(stdtrit(len(sample) - 1, (1 + confidence) / 2)) * deviation / math.sqrt(len(sample))
    return Interval(mean, mean - half, mean + half, len(sample), deviation)


def bootstrap_interval(
    values: Values, chance: np.random.Generator, confidence: float = 0.95, resamples: int = RESAMPLES
) -> Interval:
    """Return the mean with the bootstrap's interval, bias-corrected and accelerated (Efron 1987).

    It assumes no distribution; of fewer than about ten values it is too narrow all the same.

    Args:
        values: The sample.
        chance: What resamples.
        confidence: Of the interval.
        resamples: How many there are.

    Raises:
        ValueError: There is no value.
    """
    sample = _sample(values)
    mean, deviation = float(sample.mean()), _deviation(sample)
    if len(sample) < 2:
        return Interval(mean, math.nan, math.nan, len(sample), math.nan)
    if deviation == 0:
        return Interval(mean, mean, mean, len(sample), 0.0)
    means = sample[chance.integers(len(sample), size=(resamples, len(sample)))].mean(axis=1)
    low, high = np.quantile(means, _accelerated(sample, means, confidence))
    return Interval(mean, float(low), float(high), len(sample), deviation)


def paired_difference(first: Values, second: Values, confidence: float = 0.95) -> Difference:
    """Return second less first, pair by pair: Student's paired t test and interval; the effect size is d_z.

    Raises:
        ValueError: They are not of the same length, or there is no pair.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} values are no pairs")
    differences = _sample(second) - _sample(first)
    interval = t_interval(differences, confidence)
    error = interval.deviation / math.sqrt(interval.number)
    p = _p(interval.mean, error, interval.number - 1)
    effect = _ratio(interval.mean, interval.deviation) * _correction(interval.number - 1)
    return Difference(interval.mean, interval.low, interval.high, p, effect, interval.number, True)


def welch_difference(first: Values, second: Values, confidence: float = 0.95) -> Difference:
    """Return second less first of two samples that are not paired: Welch's t test and interval, Hedges' g.

    Raises:
        ValueError: One has no value.
    """
    one, two = _sample(first), _sample(second)
    mean, number = float(two.mean() - one.mean()), min(len(one), len(two))
    if number < 2:
        return Difference(mean, math.nan, math.nan, math.nan, math.nan, number, False)
    squares = [_deviation(sample) ** 2 / len(sample) for sample in (one, two)]
    error, freedom = math.sqrt(sum(squares)), len(one) + len(two) - 2
    parts = sum(square**2 / (len(sample) - 1) for square, sample in zip(squares, (one, two), strict=True))
    welch = sum(squares) ** 2 / parts if error else freedom
    half = float(stdtrit(welch, (1 + confidence) / 2)) * error
    pooled = math.sqrt(
        sum(square * len(x) * (len(x) - 1) for square, x in zip(squares, (one, two), strict=True)) / freedom
    )
    effect = _ratio(mean, pooled) * _correction(freedom)
    return Difference(mean, mean - half, mean + half, _p(mean, error, welch), effect, number, False)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for being several (Holm 1979), in the same order; what is not a number stays so."""
    order = sorted((index for index, p in enumerate(p_values) if not math.isnan(p)), key=lambda index: p_values[index])
    adjusted, largest = list(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def pareto_front(costs: Sequence[Sequence[float]]) -> list[bool]:
    """Say of each row of costs whether no other is as low in all of them and lower in one."""
    rows = [tuple(row) for row in costs]
    return [not any(_dominates(other, row) for other in rows) for row in rows]


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and any(a < b for a, b in zip(one, other, strict=True))


def _sample(values: Values) -> NDArray[np.float64]:
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        raise ValueError("there is no value")
    return sample


def _deviation(sample: NDArray[np.float64]) -> float:
    """Return the standard deviation; exactly none of equal values, whose mean may be off by the last bit."""
    if (sample == sample[0]).all():
        return 0.0 if len(sample) > 1 else math.nan
    return float(sample.std(ddof=1))


def _p(mean: float, error: float, freedom: float) -> float:
    """Return the two-sided p value of Student's t; nothing can be said of what does not vary."""
    return 2 * float(stdtr(freedom, -abs(mean / error))) if error > 0 else math.nan


def _ratio(mean: float, deviation: float) -> float:
    return mean / deviation if deviation > 0 else math.nan


def _correction(freedom: float) -> float:
    """Return what takes the bias of a few values out of an effect size (Hedges 1981, its exact form)."""
    if freedom < 2:
        return math.nan
    return math.exp(float(gammaln(freedom / 2) - gammaln((freedom - 1) / 2))) / math.sqrt(freedom / 2)


def _accelerated(sample: NDArray[np.float64], means: NDArray[np.float64], confidence: float) -> NDArray[np.float64]:
    """Return which quantiles of the resampled means are the ends of the interval; Efron 1987, equation 2.3."""
    below = float(np.mean(means < sample.mean()) + np.mean(means == sample.mean()) / 2)
    bias = float(ndtri(below))
    left_out = (sample.sum() - sample) / (len(sample) - 1)
    spread = left_out.mean() - left_out
    acceleration = float((spread**3).sum() / (6 * (spread**2).sum() ** 1.5))
    ends = bias + ndtri(np.array([(1 - confidence) / 2, (1 + confidence) / 2]))
    quantiles: NDArray[np.float64] = ndtr(bias + ends / (1 - acceleration * ends))
    return quantiles
