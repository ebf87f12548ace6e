"""`wayfare compare`: what it prints and draws."""

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
import typer
from rich.console import Console

from wayfare.compare_plots import plot, write_plot
from wayfare.compare_texts import as_csv, as_json, as_latex, differences_table, means_table, notes
from wayfare.scenarios.compared_runs import Group
from wayfare.scenarios.comparison import Measure, compare, default_measures, to_reach
from wayfare.scenarios.expectations import OneRun
from wayfare.scenarios.expecting import RunFigures

ACCURACY = {"mfd": (0.90, 0.92, 0.94), "fedavg": (0.80, 0.86, 0.83), "alone": (0.5, 0.5, 0.5)}
BYTES = {"mfd": 4_000_000, "fedavg": 9_000_000, "alone": 0}


@dataclass(frozen=True)
class Measured:
    """A run of which the figures are known."""

    summary: dict[str, Any]
    learns: bool = True
    record: Any = None

    @property
    def scene(self) -> OneRun:
        return OneRun(RunFigures(self.summary))


@dataclass(frozen=True)
class Folder:
    folder: str


def measured(accuracy: float, carried: int, seed: int) -> Measured:
    summary = {
        "accuracy": {"final": accuracy},
        "bytes": {"total": carried + seed},
        "energy": {"total_j": 30.0},
        "time": {"virtual_s": 1.0},
    }
    return Measured(summary, record=Folder(f"run{seed}"))


def group(method: str, alpha: float = 0.1, shift: float = 0.0) -> Group:
    runs = {seed: measured(value - shift, BYTES[method], seed) for seed, value in enumerate(ACCURACY[method], 1)}
    return Group(f"{method}, alpha={alpha:g}", method, {"data.partition.alpha": alpha}, runs)


@pytest.fixture(scope="module")
def groups():
    return [group(method, alpha, alpha / 100) for alpha in (0.1, 10.0) for method in ACCURACY]


@pytest.fixture(scope="module")
def comparison(groups):
    return compare(groups, default_measures(groups, None))


def printed(table) -> str:
    console = Console(width=250)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_table_has_means_with_their_intervals_and_the_front(comparison):
    text = printed(means_table(comparison))
    # 0.92 ± t(2) 0.02 / sqrt(3), t(2) = 4.3027 at 95 %
    assert re.search(r"mfd, alpha=0.1 +3 +0.919 ± 0.050", text)
    assert re.search(r"fedavg, alpha=0.1 .*9.0000020 ± 0.0000025 MB", text)
    rows = {line.split("  ")[0]: line.rstrip().endswith("on it") for line in text.splitlines()[1:]}
    assert rows["mfd, alpha=0.1"]
    assert rows["alone, alpha=0.1"]
    assert not rows["fedavg, alpha=0.1"]
    assert "Student's t" in notes(comparison)[0]


def test_methods_are_compared_with_the_first_at_the_same_point(comparison):
    assert comparison.baselines["fedavg, alpha=10"] == "mfd, alpha=10"
    cell = comparison.cells["fedavg, alpha=10", "accuracy.final"]
    assert cell.difference.mean == pytest.approx(-0.09)
    assert cell.difference.paired
    assert cell.p_adjusted >= cell.difference.p
    assert re.search(
        r"fedavg, alpha=10 +mfd, alpha=10 +accuracy.final +-0.090 ± 0.066", printed(differences_table(comparison))
    )


def test_a_baseline_can_be_a_method_or_a_group(groups):
    measures = default_measures(groups, None)
    assert compare(groups, measures, baseline="alone").baselines["mfd, alpha=10"] == "alone, alpha=10"
    of_one = compare(groups, measures, baseline="mfd, alpha=0.1").baselines
    assert of_one["mfd, alpha=10"] == "mfd, alpha=0.1"
    assert "mfd, alpha=0.1" not in of_one


def test_csv_has_a_row_a_group_and_figure_with_the_swept_keys(comparison):
    rows = list(csv.DictReader(io.StringIO(as_csv(comparison))))
    assert len(rows) == len(comparison.groups) * len(comparison.measures)
    first = rows[0]
    assert (first["method"], first["data.partition.alpha"], first["figure"]) == ("mfd", "0.1", "accuracy.final")
    assert float(first["mean"]) == pytest.approx(0.919)
    assert (first["baseline"], first["difference"], first["pareto"]) == ("", "", "True")


def test_json_has_every_seed_and_nothing_that_is_no_number(comparison):
    content = json.loads(as_json(comparison), parse_constant=lambda name: pytest.fail(name))
    (figures,) = [each["figures"] for each in content["groups"] if each["label"] == "alone, alpha=0.1"]
    assert figures[0]["by_seed"] == pytest.approx({"1": 0.499, "2": 0.499, "3": 0.499})
    assert figures[0]["effect"] is not None
    assert content["groups"][0]["runs"] == ["run1", "run2", "run3"]


def test_latex_escapes_what_it_must_and_has_a_row_a_group(comparison):
    text = as_latex(comparison)
    means, differences = text.split(r"\end{tabular}")[:2]
    assert means.count(r"\\") == 1 + len(comparison.groups)
    assert differences.count(r"\\") == 1 + len(comparison.baselines) * len(comparison.measures)
    assert r"mfd, alpha=0.1 & $3$ &" in means
    assert r"$9.0000020 \pm 0.0000025$ MB" in means
    assert r"& accuracy.final & $-0.090 \pm 0.066$ &" in differences
    assert r"$0.919 \pm 0.050$" in text
    odd = [Group("50 % & a_b", None, {}, {1: measured(0.5, 0, 1)})]
    assert r"50 \% \& a\_b & $1$ & $0.5$" in as_latex(compare(odd, [Measure.of("accuracy.final")]))


def seldom(*seeds: int) -> Group:
    """Return the group of three runs of which some alone have a value of energy, the least of all."""
    runs = {seed: measured(0.9, 5, seed) for seed in (1, 2, 3)}
    for seed, run in runs.items():
        run.summary["energy"] = {"total_j": 1.0} if seed in seeds else {}
    return Group(f"seldom {seeds}", "seldom", {"data.partition.alpha": 0.1}, runs)


def test_what_few_seeds_have_makes_nothing_the_best_and_no_difference_between_two_seeds():
    found = compare([group("mfd"), seldom(1), seldom(2)], [Measure.of("energy.total")], baseline="seldom (1,)")
    assert found.front == {"mfd, alpha=0.1": True, "seldom (1,)": False, "seldom (2,)": False}
    assert "not on the front, for want of values: seldom (2,) (energy.total in 1 of 3 runs)" in notes(found)
    text = printed(differences_table(found))
    assert re.search(r"seldom \(2,\) +seldom \(1,\) +energy.total +- \(1 of 3 less 1 of 3\) +- +- +-", text)
    assert re.search(r"mfd, alpha=0.1 +seldom \(1,\) +energy.total +29 J \(3 of 3 less 1 of 3\) +- +- +1", text)
    row = list(csv.DictReader(io.StringIO(as_csv(found))))[2]
    assert (row["difference"], row["values"], row["baseline_values"], row["baseline_runs"]) == ("", "1", "1", "3")
    assert " & -- (1 of 3 less 1 of 3) & -- & -- & --" in as_latex(found)


def test_a_threshold_adds_what_it_takes_to_reach_it():
    reached = ["accuracy.time_to(0.5)", "accuracy.bytes_to(0.5)", "accuracy.energy_to(0.5)"]
    assert [measure.text for measure in to_reach(0.5)] == reached
    assert to_reach(None) == []


def test_a_rate_is_in_bits_with_a_prefix(groups):
    found = compare(groups, [Measure.of("bytes.total / time.virtual")])
    assert re.search(r"fedavg, alpha=0.1 +3 +72.000016 ± 0.000020 Mbit/s", printed(means_table(found)))
    assert json.loads(as_json(found))["groups"][1]["figures"][0]["unit"] == "bit/s"


def test_long_swept_values_are_numbered_with_a_legend():
    numbered = [Group("b #1", None, {}, {1: measured(0.5, 0, 1)}, {"b #1": "x" * 50})]
    assert notes(compare(numbered, [Measure.of("accuracy.final")]))[-1] == "b #1: " + "x" * 50


def test_the_bootstrap_is_the_same_each_time_and_says_from_and_to(groups):
    measures = [Measure.of("accuracy.final")]
    one, two = (compare(groups, measures, how="bootstrap") for _ in range(2))
    assert one.cells == two.cells
    assert re.search(r"0.919 \[0.\d+, 0.\d+\]", printed(means_table(one)))
    assert "bootstrap" in notes(one)[0]


@pytest.mark.parametrize(("kind", "traces"), [(None, 3), ("field", 3), ("bars", 1), ("pareto", 6)])
def test_a_plot_shows_what_was_measured(comparison, kind, traces):
    figure = plot(comparison, kind)
    assert len(figure.data) == traces
    if kind == "field":
        line = figure.data[0]
        assert (line.name, tuple(line.x)) == ("mfd", (0.1, 10.0))
        assert tuple(line.y) == pytest.approx((0.919, 0.82))
        assert line.error_y.array[0] == pytest.approx(4.302653 * 0.02 / 3**0.5)


def test_a_plot_is_a_page_that_needs_nothing_else(comparison, tmp_path):
    write_plot(comparison, tmp_path / "figure.html", "bars")
    page = (tmp_path / "figure.html").read_text()
    assert "<html>" in page
    assert "Plotly.newPlot" in page
    assert not re.search(r'<script[^>]+src="http', page)
    with pytest.raises(typer.BadParameter, match=r"must end in \.html, \.png"):
        write_plot(comparison, tmp_path / "figure.gif", None)


@pytest.mark.slow
def test_what_is_wrong_with_a_comparison_gives_one_message(wayfare, network):
    folder = wayfare("run", network, "--quiet").folder
    for arguments, message in (
        (["--figure", "bytes.totla"], "did you mean 'bytes.total'"),
        (["--figure", "bytes.total + energy.total"], "cannot be joined by '+'"),
        (["--baseline", "x"], "unknown baseline 'x'"),
        (["--plot", "x.html", "--kind", "curve"], "no run has a curve"),
    ):
        said = wayfare("compare", folder, *arguments)
        assert (said.code, "Traceback" in said.err) == (2, False)
        assert message in " ".join(said.err.split())
