import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.traffic import MOST_POINTS, Traffic
from wayfare.emulator.records import BINS


def bins(*rows: tuple[float, int, int, float, float]) -> pa.Table:
    """Rows of (start [s], link, node, bytes, utilisation)."""
    full = [(round(start_s * 1e9), link, node, size, busy, busy, 1.0) for start_s, link, node, size, busy in rows]
    columns = list(zip(*full, strict=True)) if full else [()] * 7
    arrays = [pa.array(values, field.type) for values, field in zip(columns, BINS.schema, strict=True)]
    return pa.table(arrays, schema=BINS.schema)


def test_rows_of_nodes_count_as_energy_and_not_as_traffic() -> None:
    traffic = Traffic.from_table(bins((0.0, -1, 3, 0.0, 1.0), (0.0, 0, -1, 8.0, 1.0)), 0.1)
    assert (traffic.total_bytes, traffic.energy_j) == (8.0, 2.0)


def test_a_run_without_bins_has_quiet_links() -> None:
    traffic = Traffic.from_table(bins(), 0.1)
    starts, rates = traffic.rates_by_class(["core", "core"], 0.0)
    assert traffic.total_bytes == 0
    assert (starts.tolist(), rates) == ([0.0], {})


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 3), st.integers(0, 10**6)), max_size=40),
    st.integers(4001, 9000),
)
def test_the_drawn_rates_carry_exactly_the_recorded_bytes(rows: list[tuple[int, int, int]], last: int) -> None:
    traffic = Traffic.from_table(bins(*((step * 0.1, link, -1, float(size), 0.0) for step, link, size in rows)), 0.1)
    starts, rates = traffic.rates_by_class(["access-up", "access-down", "core", "core"], last * 0.1)
    assert len(starts) <= MOST_POINTS
    step_s = starts[1] - starts[0]
    drawn = sum(float(rate.sum()) for rate in rates.values()) * step_s * 1e6 / 8
    assert drawn == pytest.approx(sum(size for *_, size in rows))
    assert all(np.all(rate >= 0) for rate in rates.values())
