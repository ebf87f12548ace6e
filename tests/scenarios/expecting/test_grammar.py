import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.scenarios.expectations import Expectation, OneRun
from wayfare.scenarios.expecting import FIGURES, ExpectationError, RunFigures, parse
from wayfare.scenarios.expecting.figures import SPREAD

ARGUMENTS = {"time": "1 s", "fraction": "0.5", "loss": "0.5", "node": "a", None: ""}


def value(text):
    return parse(text).value(OneRun(RunFigures({})))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("8 / 2 / 2", 2),
        ("8 - 2 - 2", 4),
        ("2 * (3 - 5)", -4),
        ("-2 * 3", -6),
        ("1e3 - 1", 999),
        ("1.5 MB", 1_500_000),
        ("2 KiB", 2048),
        ("100 Mbit/s", 12.5e6),  # bytes a second
        ("10 kJ / 10 s", 1000),
        ("5 W * 2 s - 10 J", 0),
        ("3 / 0", None),
    ],
)
def test_arithmetic_is_as_one_reads_it(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bytes.total + energy.total < 1 J", "a size [B] and an energy [J] cannot be joined by '+'"),
        ("bytes.total < energy.total", "a size [B] and an energy [J] cannot be compared"),
        ("bytes.total < 0.5 * accuracy.final", "a size [B] and a number without a unit cannot be compared"),
        ("bytes.total / time.virtual < 1 MB", "'MB' is a unit of size, not of bit rate"),
        ("bytes.total * bytes.total < 5 J", "a quotient or product [B^2], and '5 J' is an energy [J]"),
        ("bytes.total < 5 XB + 1 B", "'5 XB': unknown unit 'XB'"),
        ("packets.dropped / packets.sent < 5 J", "a number without a unit, and '5 J' is an energy [J]"),
        ("mean(accuracy.final) >= 93", "mean(...) is a fraction: '93' is not a number from 0 to 1"),
        ("accuracy.at >= 0.5", "accuracy.at needs a value in parentheses: accuracy.at(TIME), for example"),
        ("accuracy.final(3 s) >= 0.5", "accuracy.final has no value in parentheses"),
        ("accuracy.at(3) >= 0.5", "accuracy.at: 3.0 has no unit; write a number and a unit of time"),
        ("accuracy.time_to(90) <= 1 s", "accuracy.time_to: '90' is not a fraction"),
        ("accuracy.by_node.p101 >= 0.5", "unknown figure 'accuracy.by_node.p101'"),
        ("accuracy.by_node.avg >= 0.5", "did you mean 'accuracy.by_node.max'?"),
        ("mfd.byte.total < 1 MB", "unknown figure 'mfd.byte.total'; did you mean 'mfd.bytes.total'?"),
        ("avg(accuracy.final) >= 0.5", "unknown function 'avg'"),
        ("mean(max(accuracy.final)) >= 0.5", "max() stands inside another statistic"),
        ("mean >= 0.5", "'mean' is a statistic; write what of, such as mean(accuracy.final)"),
        ("mean(accuracy.final, 99 %) >= 0.5", "only a level of confidence can stand"),
        ("ci_low(accuracy.final, 0.99) >= 0.5", "only a level of confidence can stand"),
        ("0.1 <= accuracy.final <= 0.9", "has 2 comparisons; write a line for each"),
        ("accuracy.final >= 0.5 0.6", "'0.6' follows where +, -, *, / or the end should be"),
        ("bytes.total-energy.total < 1 J", "unknown figure 'bytes.total-energy.total'"),
        ("(accuracy.final >= 0.5", "a parenthesis is not closed"),
        ("accuracy.final >= ()", "')' stands where a figure or a number should be"),
        ("accuracy.final >= __import__('os')", "unknown function '__import__'"),
        ("accuracy.final >= 0.5; 1", "';' has no meaning in"),
        ("accuracy.final == 0.9 ±", "one tolerance can stand after '±'"),
        ("accuracy.final == 0.9 ± bytes.total", "'bytes.total' is no tolerance"),
        ("bytes.total == 9 MB ± 5", "the tolerance: 5 has no unit"),
        ("digest.events == mean(digest.events)", "a digest can be compared with a digest alone"),
        ("(" * 50 + "1" + ")" * 50 + " < accuracy.final", "more than 30 parentheses"),
        ("accuracy.final >= " + "1" * 600, "is not of the form KEY OPERATOR VALUE"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(text, words):
    with pytest.raises(ExpectationError) as caught:
        Expectation.parse(text)
    assert words in str(caught.value)


@given(st.text(max_size=60))
def test_no_text_does_more_than_to_be_refused(text):
    """Whatever stands there, it is an expectation or a message, and never anything that is run."""
    for written in (text, f"accuracy.final >= {text}", f"mean({text}) < 1"):
        with suppress(ExpectationError):
            assert Expectation.parse(written).figures


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("accuracy.final >= 0.93", True),
        ("mfd.bytes.total<0.5*d-psgd.bytes.total", True),
        ("ci_low((mfd.accuracy.final - fedavg.accuracy.final) / 2, 99 %) >= -0.02", True),
        ("bytes.total / time.virtual <= 20 Mbit/s", True),
        ("accuracy.by_node.p99.9 >= .7", True),
        ("energy.of(device 3) == 1.2e3 kJ ± 5 %", True),
        (f"digest.events == {'a' * 64}", True),
        ("accuracy.finl >= 0.93", False),
        ("accuracy.by_node.avg >= 0.93", False),
        ("energy.total <= 5 kWh", False),
        ("accuracy.final => 0.93", False),
        ("accuracy.final >= 0.5 0.6", False),
        ("avg(accuracy.final) >= 0.5", False),
        ("1" * 200 + "x", False),
    ],
)
def test_editors_know_names_units_and_comparisons(text, fits):
    assert bool(re.search(Expectation.PATTERN, text)) is fits


@pytest.mark.parametrize("name", FIGURES)
def test_every_name_that_is_listed_can_be_used(name):
    figure = FIGURES[name]
    text = name.replace(SPREAD, "p90") + (f"({ARGUMENTS[figure.argument]})" if figure.argument else "")
    (named,) = parse(text).parts()
    assert (named.figure.name, named.text, named.whose) == (name, text, None)
    (of_method,) = parse(f"d-psgd.{text}").parts()
    assert (of_method.figure.name, of_method.whose) == (name, "d-psgd")
    assert re.search(Expectation.PATTERN, f"{text} < d-psgd.{text}")


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("accuracy.final == 0.9 ± 0.011", True),
        ("accuracy.final == 0.9 ± 0.009", False),
        ("accuracy.final >= 0.9 +- 0.02", True),
        ("accuracy.final <= 0.88 ± 0.005", False),
        ("accuracy.final < 0.88 ± 0.02", True),
        ("accuracy.final != 0.9 ± 0.02", False),
        ("accuracy.final != 0.9 ± 0.005", True),
        ("bytes.total == 100 MB ± 5 %", True),
        ("bytes.total == 100 MB ± 3 %", False),
        ("bytes.total == 100 MB ± 4.1 MB", True),
        ("bytes.total == 1.5 * bytes.total ± 48 MB", True),
        ("bytes.total == 1.5 * bytes.total ± 47 MB", False),
    ],
)
def test_a_tolerance_is_a_number_or_a_share_of_the_right_side(text, passed):
    scene = OneRun(RunFigures({"accuracy": {"final": 0.89}, "bytes": {"total": 96_000_000}}))
    assert Expectation.parse(text).evaluate({"": scene}).passed is passed
