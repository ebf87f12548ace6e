import pytest

from wayfare.scenarios.expectations import Expectation
from wayfare.scenarios.expecting import ExpectationError, RunFigures
from wayfare.scenarios.expecting.many_runs import ManyRuns, StudyRun

ACCURACIES = {"mfd": (0.90, 0.92, 0.94), "fedavg": (0.80, 0.86, 0.98)}
SEEDS = (7, 11, 13)


@pytest.fixture
def study() -> ManyRuns:
    return ManyRuns(
        [
            StudyRun(0, method, number, seed, "", RunFigures({"accuracy": {"final": accuracy}}))
            for method, accuracies in ACCURACIES.items()
            for number, (seed, accuracy) in enumerate(zip(SEEDS, accuracies, strict=True), 1)
        ]
    )


@pytest.mark.parametrize(
    ("text", "passed", "said"),
    [
        ("accuracy.final >= 0.8", True, "accuracy.final = 0.8 (fedavg, seed 7; the worst of 6), expected >= 0.8"),
        ("accuracy.final >= 0.9", False, "accuracy.final = 0.8 (fedavg, seed 7; 2 of 6 fail), expected >= 0.9"),
        ("mfd.accuracy.final >= 0.9", True, "mfd.accuracy.final = 0.9 (seed 7; the worst of 3), expected >= 0.9"),
        (
            "mfd.accuracy.final > fedavg.accuracy.final",
            False,
            "mfd.accuracy.final = 0.94 (seed 13; 1 of 3 fail), expected > fedavg.accuracy.final (= 0.98)",
        ),
        (
            "mfd.accuracy.final > fedavg.accuracy.final ± 0.05",
            True,
            "mfd.accuracy.final = 0.94 (seed 13; the worst of 3), expected > fedavg.accuracy.final ± 0.05 (= 0.98)",
        ),
        (
            "mean(accuracy.final) >= 0.88",
            True,
            "mean(accuracy.final) = 0.88 (fedavg; the worst of 2), expected >= 0.88",
        ),
        ("min(mfd.accuracy.final) == 0.9", True, "min(mfd.accuracy.final) = 0.9, expected == 0.9"),
        ("median(fedavg.accuracy.final) == 0.86", True, "median(fedavg.accuracy.final) = 0.86, expected == 0.86"),
    ],
)
def test_each_method_and_seed_counts_unless_a_name_or_a_statistic_says_otherwise(study, text, passed, said):
    expectation = Expectation.parse(text)
    outcome = expectation.evaluate(study.scenes(expectation))
    assert (outcome.passed, str(outcome)) == (passed, said)


def test_a_difference_inside_a_statistic_is_paired_by_seed(study):
    """Differences 0.10, 0.06, -0.04: mean 0.04, s 0.0721, t(0.975, 2) 4.3027, so the interval is 0.04 ± 0.1791."""
    for text, value in (("ci_low", -0.1391), ("ci_high", 0.2191)):
        expectation = Expectation.parse(f"{text}(mfd.accuracy.final - fedavg.accuracy.final) < 1")
        assert expectation.evaluate(study.scenes(expectation)).value == pytest.approx(value, abs=1e-4)
    expectation = Expectation.parse("ci_low(mfd.accuracy.final, 50 %) < 1")  # t(0.75, 2) is 0.8165
    assert expectation.evaluate(study.scenes(expectation)).value == pytest.approx(
        0.92 - 0.8165 * 0.02 / 3**0.5, abs=1e-6
    )


def test_one_seed_has_no_interval_and_a_run_that_broke_down_no_value(study):
    alone = ManyRuns([StudyRun(0, "mfd", 1, 7, "", RunFigures({"accuracy": {"final": 0.9}}))])
    expectation = Expectation.parse("ci_low(accuracy.final) > 0.1")
    assert str(expectation.evaluate(alone.scenes(expectation))) == (
        "ci_low() needs two replications or more, expected > 0.1"
    )
    broken = ManyRuns([StudyRun(0, "mfd", number, number, "", None) for number in (1, 2)])
    outcome = expectation.evaluate(broken.scenes(expectation))
    assert not outcome.passed
    assert "accuracy.final was not measured in this run" in str(outcome)


def test_a_method_that_is_not_there_is_named_with_the_nearest(study):
    expectation = Expectation.parse("fedagv.accuracy.final > 0.1")
    with pytest.raises(ExpectationError, match="unknown method 'fedagv'; did you mean 'fedavg'"):
        study.scenes(expectation)
