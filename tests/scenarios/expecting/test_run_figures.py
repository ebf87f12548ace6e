import pytest

from wayfare.scenarios.expectations import Expectation, OneRun
from wayfare.scenarios.expecting import ExpectationError, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("accuracy.final", 0.8),
        ("drops.deadline", 1),
        ("drops.buffer-full", 0),
        ("refused.total", 3),
        ("packets.dropped / packets.sent", pytest.approx(1 / 3)),
        ("accuracy.at(0.5 s)", None),  # nothing was measured by then
        ("accuracy.at(1 s)", 0.5),
        ("accuracy.at(1999 ms)", 0.5),
        ("accuracy.at(2 s)", 0.9),
        ("accuracy.at(4 s)", None),  # the run was over
        ("loss.at(3 s)", 1.25),
        ("accuracy.time_to(0.5)", 1.0),
        ("accuracy.time_to(0.6)", 2.0),
        ("accuracy.time_to(0.95)", None),
        ("loss.time_to(1.5)", 2.0),
        ("accuracy.bytes_to(0.6)", 600.0),  # the bins of the first two seconds
        ("accuracy.energy_to(0.6)", 6.0),
        ("bytes.at(1 s)", 400.0),
        ("bytes.at(1.9 s)", 400.0),
        ("bytes.at(3 s)", 700.0),
        ("energy.at(2 s)", 6.0),
        ("accuracy.by_node.min", 0.6),
        ("accuracy.by_node.mean", pytest.approx(0.65)),
        ("accuracy.by_node.p50", pytest.approx(0.65)),
        ("accuracy.by_node.p100", 0.7),
        ("accuracy.by_node.p2.5", pytest.approx(0.6025)),
        ("accuracy.of(a)", 0.7),
        ("bytes.by_node.max", 700.0),
        ("bytes.of(node-b)", 0.0),
        ("bytes.by_link.median", 350.0),
        ("energy.of(a)", 3.0),
        ("energy.of(node-b)", 7.0),
        ("energy.by_link.std", pytest.approx(2**0.5)),
        ("flows.duration.mean", 0.75),
        ("flows.duration.max", 1.0),  # what has not arrived does not count
        ("2 * bytes.total - 1 kB", 400.0),
        ("(energy.total + 2 J) / time.virtual", 4.0),
        ("-bytes.total", -700),
    ],
)
def test_a_figure_has_the_value_that_the_record_gives(figures, text, value):
    assert parse(text).value(OneRun(figures)) == value


def test_energy_by_node_adds_up_to_the_total(figures):
    nodes = [parse(f"energy.of({name})").value(OneRun(figures)) for name in ("a", "node-b")]
    assert sum(nodes) == parse("energy.total").value(OneRun(figures))


def test_a_goal_that_is_never_reached_fails_either_way_and_says_so(figures):
    for comparison in ("<=", ">"):
        outcome = Expectation.parse(f"accuracy.time_to(0.95) {comparison} 2 s").evaluate({"": OneRun(figures)})
        assert not outcome.passed
        assert str(outcome) == f"accuracy.time_to(0.95) was never reached, expected {comparison} 2 s"


def test_an_unknown_node_is_named_with_the_nearest(figures):
    with pytest.raises(ExpectationError, match="unknown node 'nodeb'; did you mean 'node-b'"):
        parse("bytes.of(nodeb)").value(OneRun(figures))
