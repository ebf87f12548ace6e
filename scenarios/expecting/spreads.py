"""Statistics: of many values of one run, and of one value of many runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Values = Sequence[float]

SPREADS: Mapping[str, Callable[[Any], Any]] = {
    "min": np.min,
    "max": np.max,
    "mean": np.mean,
    "median": np.median,
    "std": lambda values: np.std(values, ddof=1) if len(values) > 1 else math.nan,
}
"""Of the nodes, links or transfers of a run; `p90` and the like are percentiles (linear between two values)."""

CONFIDENCE = 0.95


def spread(values: Values, name: str) -> float | None:
    """Return a statistic of `SPREADS`, or a percentile such as `p90`; None where there are too few values for it."""
    if not len(values):
        return None
    if name in SPREADS:
        value = float(SPREADS[name](np.asarray(values, dtype=float)))
    else:
        value = float(np.percentile(np.asarray(values, dtype=float), float(name[1:])))
    return None if math.isnan(value) else value


def interval(values: Values, level: float = CONFIDENCE) -> tuple[float, float] | None:
    """Return the confidence interval of the mean of independent values, by Student's t; None of fewer than two."""
    if len(values) < 2:
        return None
    from wayfare.scenarios.statistics import t_interval

    found = t_interval(values, level)
    return found.low, found.high


def _low(values: Values, level: float) -> float | None:
    found = interval(values, level)
    return None if found is None else found[0]


def _high(values: Values, level: float) -> float | None:
    found = interval(values, level)
    return None if found is None else found[1]


STATISTICS: Mapping[str, tuple[str, Callable[[Values, float], float | None]]] = {
    "mean": ("The mean over the replications.", lambda values, _: spread(values, "mean")),
    "median": ("The median over the replications.", lambda values, _: spread(values, "median")),
    "std": ("The standard deviation over the replications (n - 1).", lambda values, _: spread(values, "std")),
    "min": ("The least of the replications.", lambda values, _: spread(values, "min")),
    "max": ("The largest of the replications.", lambda values, _: spread(values, "max")),
    "ci_low": ("The lower end of the 95 % confidence interval of the mean, by Student's t.", _low),
    "ci_high": ("The upper end of it; ci_high(x, 99 %) takes another level.", _high),
}
"""Of the replications of a run, by the name of a function: a sentence, and the function of values and level."""
