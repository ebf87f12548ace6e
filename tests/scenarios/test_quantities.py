import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.scenarios import quantities
from wayfare.scenarios.quantities import KINDS, QuantityError


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5 ms", "s", 0.005),
        ("5ms", "s", 0.005),
        ("0.1 s", "s", 0.1),
        ("100 ms", "s", 0.1),
        ("3 us", "s", 3e-6),
        ("3 µs", "s", 3e-6),
        ("2 min", "s", 120.0),
        ("1 h", "s", 3600.0),
        ("100 Mbit/s", "bps", 100e6),
        ("1.5e3 kbit/s", "bps", 1.5e6),
        ("4 GiB", "bytes", 4 * 2**30),
        ("10 MB", "bytes", 10_000_000),
        ("7 GHz", "hz", 7e9),
        ("36 km/h", "mps", 10.0),
        ("-5 dBm", "dbm", -5.0),
        (" 2.7 W ", "w", 2.7),
        ("5 kJ", "j", 5000.0),
        ("19.5 TFLOP/s", "flop_per_s", 19.5e12),
        (".5 km", "m", 500.0),
    ],
)
def test_a_number_and_a_unit_become_si(text, kind, value):
    assert quantities.parse(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (5, "s", "5 has no unit; write a number and a unit of time"),
        ("5", "s", "'5' has no unit"),
        (float("nan"), "s", "nan is not a finite number"),
        ("5 Mbps", "bps", "unknown unit 'Mbps'; did you mean 'Mbit/s'?"),
        ("5 mbit/s", "bps", "did you mean 'Mbit/s'?"),
        ("5 GFLOPS", "flop_per_s", "did you mean 'GFLOP/s'?"),
        ("5 MB", "bps", "'MB' is a unit of size, not of bit rate"),
        ("5 s", "j", "'s' is a unit of time, not of energy; write a number and a unit of energy (J, mJ, kJ, MJ)"),
        ("5 parsec", "m", "unknown unit 'parsec'"),
        ("fast", "bps", "'fast' is not a bit rate; write a number and a unit of bit rate"),
        ("inf s", "s", "'inf s' is not a time"),
        ("1e999 s", "s", "'1e999 s' is too large for a time"),
        ("1e9999 s", "s", "unknown unit 'e9999 s'"),
        ("1_000 s", "s", "unknown unit '_000 s'"),
        ("٣ s", "s", "is not a time"),
        (True, "s", "true is not a time"),
        ("lots", "j", "'lots' is not an energy; write a number and a unit of energy"),
        (None, "s", "nothing is not a time"),
        (["5 ms"], "s", "a list is not a time"),
        ("9" * 500 + " s", "s", "is not a time"),
    ],
)
def test_what_is_no_quantity_is_refused_in_words(text, kind, words):
    with pytest.raises(QuantityError) as caught:
        quantities.parse(text, kind)
    assert words in str(caught.value)


@given(st.sampled_from(sorted(KINDS)), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_is_read_back_as_the_same_number(kind, value):
    assert quantities.parse(quantities.format(value, kind), kind) == value


@given(st.sampled_from(sorted(KINDS)), st.integers(min_value=-(10**12), max_value=10**12))
def test_no_writing_in_another_unit_is_shorter(kind, value):
    number = quantities.format(value, kind).split()[0]
    assert len(number) <= len(str(value))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.0, "s", "0 s"),
        (-0.0, "dbm", "0 dBm"),
        (0.1, "s", "100 ms"),
        (10.0, "s", "10 s"),
        (3600.0, "s", "3600 s"),
        (5e-3, "s", "5 ms"),
        (1e9, "bps", "1 Gbit/s"),
        (4 * 2**30, "bytes", "4 GiB"),
        (10_000_000, "bytes", "10 MB"),
        (0.5e9, "hz", "500 MHz"),
        (1 / 3, "s", "333.3333333333333 ms"),
    ],
)
def test_quantities_are_written_in_the_unit_that_needs_fewest_digits(value, kind, text):
    assert quantities.format(value, kind) == text


def test_a_quantity_can_be_written_in_a_given_unit():
    assert quantities.format(0.95, "s", "s") == "0.95 s"
    assert quantities.format(5200.0, "j", "kJ") == "5.2 kJ"


@pytest.mark.parametrize(
    ("name", "key", "kind"),
    [
        ("delay_s", "delay", "s"),
        ("compute_flop_per_s", "compute", "flop_per_s"),
        ("site_power_dbm", "site_power", "dbm"),
        ("site_antenna_gain_db", "site_antenna_gain", "db"),
        ("steps", "steps", None),
        ("hidden", "hidden", None),
    ],
)
def test_the_suffix_of_a_name_is_its_kind(name, key, kind):
    assert quantities.split_name(name) == (key, kind)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_shows_an_example_that_is_right(kind):
    example = KINDS[kind].example
    assert quantities.format(quantities.parse(example, kind), kind) == example
    assert re.match(KINDS[kind].pattern, example)
