import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.quantity_text import (
    bytes_text,
    duration_text,
    moment,
    number,
    seed_text,
    si_text,
    text,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 J"),
        (1, "1.00 J"),
        (999.6, "1.00 kJ"),
        (412.7, "413 J"),
        (12_345, "12.3 kJ"),
        (0.0123, "12.3 mJ"),
        (-60.0, "-60.0 J"),
        (5e15, "5000 TJ"),
        (None, "–"),
    ],
)
def test_a_value_shows_three_figures_and_a_prefix(value: float | None, shown: str) -> None:
    assert si_text(value, "J") == shown


@given(st.floats(1e-9, 1e14))
def test_the_shown_figure_is_within_half_a_percent_of_the_value(value: float) -> None:
    figure, unit = si_text(value, "x").split(" ")
    scale = {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "": 1, "m": 1e-3, "µ": 1e-6, "n": 1e-9}[unit.removesuffix("x")]
    assert float(figure) * scale == pytest.approx(value, rel=0.0051)


def test_bytes_below_a_kilobyte_are_whole() -> None:
    assert (bytes_text(0), bytes_text(7), bytes_text(61.6e6)) == ("0 B", "7 B", "61.6 MB")


def test_long_durations_are_minutes_and_hours() -> None:
    assert [duration_text(value) for value in (0.02, 90, 600, 9000)] == ["20.0 ms", "90.0 s", "10.0 min", "2.5 h"]


@pytest.mark.parametrize("value", [True, "3", None, math.nan, math.inf, [1], {"a": 1}, 10**400])
def test_what_is_no_finite_number_counts_as_absent(value: object) -> None:
    assert number(value) is None


@pytest.mark.parametrize("value", [3, "yesterday", "2026-01-01T00:00:00", None])
def test_a_time_without_a_zone_is_none(value: object) -> None:
    assert moment(value) is None


def test_a_long_text_is_cut_and_broken_characters_are_replaced() -> None:
    assert text("x" * 300, 10) == "xxxxxxxxx…"
    assert text("a\udcffb") == "a?b"
    assert text("") is None


def test_a_seed_that_was_drawn_is_shortened() -> None:
    assert [seed_text(seed) for seed in (7, 20261123, 4928168270209577007)] == ["7", "20261123", "4928…7007"]
