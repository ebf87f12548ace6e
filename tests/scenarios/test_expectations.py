import pytest

from wayfare.scenarios.expectations import Expectation, ExpectationError, evaluate

DIGEST = "0ae24b83e9ce5bd358fd252ba1f6c143f8ed902bbf0592f6a235d4c94529c24a"
SUMMARY = {
    "accuracy": {"final": 0.91, "nodes": None, "best": 0.9299996},
    "time": {"virtual_s": 10.0, "wall_s": 3.2},
    "bytes": {"total": 12_345_678, "by_class": {"access-up": 9_000_000, "d2d": 0}},
    "energy": {"total_j": 5200.0, "by_cause": {"compute": 5000.0, "radio": 200.0}},
    "packets": {"sent": 4, "delivered": 4, "dropped": 0},
    "flows": {"count": 3, "last_end_s": 0.9499999999},
    "training": {"jobs": 12, "batches": 3, "samples": 240},
    "digest": {"events": DIGEST, "weights": None},
}


@pytest.mark.parametrize(
    ("text", "passed", "report"),
    [
        ("accuracy.final >= 0.93", False, "accuracy.final = 0.91, expected >= 0.93"),
        ("accuracy.final > 0.9", True, "accuracy.final = 0.91, expected > 0.9"),
        ("accuracy.best >= 0.93", False, "accuracy.best = 0.9299996, expected >= 0.93"),
        ("accuracy.nodes >= 0.5", False, "accuracy.nodes was not measured in this run, expected >= 0.5"),
        (
            "bytes.by_class.backhaul <= 1 B",
            False,
            "bytes.by_class.backhaul was not measured in this run, expected <= 1 B",
        ),
        ("flows.last_end <= 0.95 s", True, "flows.last_end = 0.95 s, expected <= 0.95 s"),
        ("flows.last_end<950 ms", True, "flows.last_end = 949.9999999 ms, expected <950 ms"),
        ("flows.last_end <= 900 ms", False, "flows.last_end = 950 ms, expected <= 900 ms"),
        ("energy.total <= 5 kJ", False, "energy.total = 5.2 kJ, expected <= 5 kJ"),
        ("energy.by_cause.radio == 200 J", True, "energy.by_cause.radio = 200 J, expected == 200 J"),
        ("bytes.by_class.access-up <= 10 MB", True, "bytes.by_class.access-up = 9 MB, expected <= 10 MB"),
        ("bytes.total <= 12 MB", False, "bytes.total = 12.35 MB, expected <= 12 MB"),
        ("time.virtual == 10 s", True, "time.virtual = 10 s, expected == 10 s"),
        ("packets.dropped == 0", True, "packets.dropped = 0, expected == 0"),
        ("packets.sent != 4", False, "packets.sent = 4, expected != 4"),
        ("training.samples < 240", False, "training.samples = 240, expected < 240"),
        (f"digest.events == {DIGEST}", True, f"digest.events = {DIGEST}, expected == {DIGEST}"),
        (f"digest.weights != {DIGEST}", False, f"digest.weights was not measured in this run, expected != {DIGEST}"),
    ],
)
def test_an_expectation_is_compared_with_the_figure_and_says_both(text, passed, report):
    (outcome,) = evaluate([Expectation.parse(text)], SUMMARY)
    assert (outcome.passed, str(outcome)) == (passed, report)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("accuracy.finl >= 0.9", "unknown figure 'accuracy.finl'; did you mean 'accuracy.final'?"),
        ("accuracy >= 0.9", "unknown figure 'accuracy'"),
        ("accuracy.final_ >= 0.9", "unknown figure 'accuracy.final_'; did you mean 'accuracy.final'?"),
        ("flows.last_end_s <= 1 s", "did you mean 'flows.last_end'?"),
        ("accuracy.final = 0.9", "unknown comparison '='; did you mean '=='? allowed: <=, >=, ==, !=, <, >"),
        ("accuracy.final ≥ 0.9", "did you mean '>='?"),
        ("accuracy.final >= 93 %", "accuracy.final is a fraction: '93 %' is not a number from 0 to 1 without a unit"),
        ("accuracy.final >= 1.2", "is not a number from 0 to 1"),
        ("accuracy.final >= nan", "unknown figure 'nan'"),
        ("accuracy.final >=", "nothing stands after '>='"),
        ("0.9 <= 0.95", "names no figure"),
        ("packets.dropped == 0 packets", "packets.dropped is a count: '0 packets' is not a whole number"),
        ("packets.dropped == -1", "'-1' is not a whole number without a unit"),
        ("energy.total <= 5", "energy.total: 5 has no unit; write a number and a unit of energy (J, mJ, kJ, MJ)"),
        ("energy.total <= 5.5", "energy.total: 5.5 has no unit"),
        ("energy.total <= 5 kW", "energy.total: 'kW' is a unit of power, not of energy"),
        ("digest.events == 12ab", "digest.events is a digest: '12ab' is not 64 hexadecimal digits"),
        ("digest.events > 12ab", "it can be compared with == and !=, not with >"),
        ("", "'' is not of the form KEY OPERATOR VALUE, for example 'accuracy.final >= 0.93'"),
        (0.9, "0.9 is not of the form KEY OPERATOR VALUE"),
        ({"accuracy.final": 0.9}, "a mapping is not of the form KEY OPERATOR VALUE"),
    ],
)
def test_what_is_no_expectation_is_refused_in_words(text, words):
    with pytest.raises(ExpectationError) as caught:
        Expectation.parse(text)
    assert words in str(caught.value)


def test_outcomes_keep_line_text_value_and_verdict_for_the_summary():
    promises = [Expectation.parse("accuracy.final >= 0.93"), Expectation.parse("energy.total  <=  6 kJ")]
    assert [outcome.record() for outcome in evaluate(promises, SUMMARY)] == [
        {"line": None, "text": "accuracy.final >= 0.93", "value": 0.91, "limit": 0.93, "passed": False},
        {"line": None, "text": "energy.total <= 6 kJ", "value": 5200.0, "limit": 6000.0, "passed": True},
    ]


@pytest.mark.parametrize(
    ("text", "about_learning"),
    [
        ("accuracy.final >= 0", True),
        ("training.jobs > 0", True),
        ("flows.count > 0", False),
        ("bytes.total < 1 B", False),
    ],
)
def test_figures_of_learning_are_known_as_such(text, about_learning):
    assert Expectation.parse(text).about_learning is about_learning


@pytest.mark.parametrize(
    ("text", "said"),
    [("bytes.total <= 1 GB", "5 kB"), ("bytes.total <= 9 MB", "5 kB"), ("bytes.total <= 50 B", "5000 B")],
)
def test_a_value_is_shown_in_the_unit_of_its_limit_where_it_is_of_its_size(text, said):
    (outcome,) = evaluate([Expectation.parse(text)], {"bytes": {"total": 5000}})
    assert str(outcome).startswith(f"bytes.total = {said}, expected")


def test_a_time_before_the_run_is_refused():
    with pytest.raises(ExpectationError, match="'-1 s' is before the run begins"):
        Expectation.parse("bytes.at(-1 s) <= 1 MB")
