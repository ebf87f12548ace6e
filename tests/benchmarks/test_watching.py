"""The interval that the benchmark of watching prints is that of the median."""

import pytest
from watching import Pair, median_interval


@pytest.mark.parametrize(("count", "ranks"), [(5, None), (6, (1, 6)), (12, (3, 10)), (20, (6, 15)), (100, (40, 61))])
def test_the_median_lies_between_these_order_statistics(count: int, ranks: tuple[int, int] | None) -> None:
    """The ranks are those of Conover, Practical Nonparametric Statistics, for 95 % at least."""
    assert median_interval(range(count, 0, -1)) == ranks


def test_a_watched_run_that_took_a_tenth_more_cost_ten_percent() -> None:
    assert Pair(2.0, 2.2).more_percent == pytest.approx(10)
