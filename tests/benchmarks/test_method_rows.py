"""What is measured of a run, and the file that remembers it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from method_rows import COLUMNS, EQUAL_STEPS, THRESHOLD, Curve, Results, ResultsError, measure
from methods import COMMON, SCENARIO

from wayfare.emulator.records import RunRecord
from wayfare.scenarios import load, run


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A short run of FedAdam, which is quick to learn."""
    changes = ("learning.method=fedadam", *COMMON, "stop=400 ms", "learning.steps=20", "data.partition=iid")
    return RunRecord(run(load(SCENARIO, changes, 7), tmp_path_factory.mktemp("runs"), cache=False).folder)


def test_at_the_end_of_the_curve_all_is_spent(record):
    row, summary = measure(record, "iid"), record.summary
    *_, last = Curve(record, summary).moments()
    assert last.time_s == row.virtual_s == 0.4
    assert last.accuracy == row.accuracy
    assert last.bytes == pytest.approx(row.bytes, abs=5)  # the summary rounds each class of links
    assert last.work_j == pytest.approx(row.work_j, rel=1e-6)
    assert last.steps == row.steps
    assert 0 <= summary["training"]["jobs"] * 20 - row.steps <= 10 * 20  # those that were under way


def test_a_goal_is_reached_at_the_first_look_that_has_it(record):
    row = measure(record, "iid")
    moments = list(Curve(record, record.summary).moments())
    before = [moment for moment in moments if moment.time_s < row.reached_s]
    (at,) = (moment for moment in moments if moment.time_s == row.reached_s)
    assert before
    assert all(moment.accuracy < THRESHOLD for moment in before)
    assert at.accuracy >= THRESHOLD
    assert (row.reached_bytes, row.reached_work_j, row.reached_steps) == (at.bytes, at.work_j, at.steps)
    assert row.accuracy_at_steps == next(one.accuracy for one in moments if one.steps >= EQUAL_STEPS)


def test_what_is_spent_never_falls(record):
    moments = list(Curve(record, record.summary).moments())
    for earlier, later in pairwise(moments):
        assert later.bytes >= earlier.bytes
        assert later.steps >= earlier.steps
        assert later.work_j >= earlier.work_j - 1e-6


def test_a_row_comes_back_from_the_file_as_it_was(record, tmp_path):
    row = measure(record, "iid")
    Results(tmp_path / "rows.csv").add(row)
    again = Results(tmp_path / "rows.csv")
    again.add(replace(row, seed=8, reached_s=None))
    assert Results(tmp_path / "rows.csv").get(row.key) == row
    assert Results(tmp_path / "rows.csv").get(replace(row, seed=8).key).reached_s is None


@pytest.mark.parametrize("change", [{"scenario_hash": "other"}, {"code": "other"}, {"seed": 9}, {"setting": "other"}])
def test_a_stale_row_is_never_used(record, tmp_path, change):
    row = measure(record, "iid")
    results = Results(tmp_path / "rows.csv")
    results.add(row)
    assert results.get(row.key) == row
    assert results.get(replace(row, **change).key) is None


def test_a_file_of_something_else_is_refused_and_kept(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ResultsError, match="does not have the columns of this benchmark"):
        Results(file)
    assert file.read_text() == "a,b\n1,2\n"
    file.write_text(",".join(COLUMNS) + "\n" + ",".join("x" for _ in COLUMNS) + "\n")
    with pytest.raises(ResultsError, match=r"rows\.csv:2: is no row"):
        Results(file)


def test_a_write_that_was_cut_off_leaves_the_rows_before_it(record, tmp_path):
    row = measure(record, "iid")
    Results(tmp_path / "rows.csv").add(row)
    (tmp_path / "rows.csv.part").write_text(",".join(COLUMNS)[:30])
    assert Results(tmp_path / "rows.csv").get(row.key) == row
