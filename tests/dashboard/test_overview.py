from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.overview import read_overview
from wayfare.dashboard.runs_table import in_words, run_row, runs_count
from wayfare.dashboard.texts import words_of
from wayfare.emulator.records import LOST_AFTER_S, RecordError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def manifest(**changes: Any) -> dict[str, Any]:
    beat = (NOW - timedelta(seconds=5)).isoformat()
    usual = {"format": 1, "status": "running", "name": "walk", "method": "mfd", "started": beat, "heartbeat": beat}
    return usual | {"progress": {"virtual_s": 2.0, "stop_s": 8.0, "accuracy": 0.5}} | changes


def test_a_running_run_shows_its_progress() -> None:
    run = read_overview("x", manifest(), None)
    assert (run.status_at(NOW), run.progress, run.accuracy_final, run.virtual_s) == ("running", 0.25, 0.5, 2.0)


@pytest.mark.parametrize(("silence_s", "status"), [(LOST_AFTER_S - 1, "running"), (LOST_AFTER_S + 1, "lost")])
def test_a_run_is_lost_when_the_records_say_so(silence_s: float, status: str) -> None:
    beat = (NOW - timedelta(seconds=silence_s)).isoformat()
    assert read_overview("x", manifest(heartbeat=beat), None).status_at(NOW) == status


def test_a_finished_run_is_not_lost_however_old() -> None:
    assert read_overview("x", manifest(status="finished", heartbeat=None), {}).status_at(NOW) == "finished"


def test_the_summary_has_the_last_word() -> None:
    summary = {"accuracy": {"final": 0.9}, "bytes": {"total": 5, "by_class": {"core": 5, "d2d": 0}}}
    run = read_overview("x", manifest(status="finished"), summary)
    assert (run.accuracy_final, run.bytes_total, run.bytes_by_class) == (0.9, 5.0, {"core": 5.0})


@pytest.mark.parametrize("changes", [{"format": 2}, {"format": None}, {"status": "asleep"}, {"status": ["running"]}])
def test_a_manifest_of_another_kind_is_refused_with_the_reason(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match=r"run\.json: (format|status)"):
        read_overview("x", manifest(**changes), None)


@given(st.dictionaries(st.sampled_from(list(manifest())), JSON), st.none() | st.dictionaries(st.text(max_size=9), JSON))
def test_no_content_breaks_the_table(changes: dict[str, Any], summary: dict[str, Any] | None) -> None:
    run = read_overview("x", manifest() | changes | {"format": 1, "status": "running"}, summary)
    assert run_row(run, NOW)["status"] in ("running", "lost")


@given(st.dictionaries(st.sampled_from(["accuracy", "bytes", "expectations", "time", "packets"]), JSON))
def test_no_summary_breaks_the_table(summary: dict[str, Any]) -> None:
    assert run_row(read_overview("x", manifest(status="finished"), summary), NOW)["status"] == "finished"


def test_the_count_says_how_many_run() -> None:
    row = run_row(read_overview("x", manifest(), None), NOW)
    counts = [runs_count(rows, words_of("en")) for rows in ([], [row], [row, row])]
    assert counts == ["0 runs", "1 run, 1 running", "2 runs, 2 running"]


@pytest.mark.parametrize(("status", "note"), [("stopped", "x"), ("failed", "the disk is full"), ("finished", "x")])
def test_a_run_is_named_by_its_folder_unless_something_went_wrong(status: str, note: str) -> None:
    error = None if status == "finished" else "the disk is full"
    assert run_row(read_overview("x", manifest(status=status, error=error), None), NOW)["note"] == note


@pytest.mark.parametrize(
    ("passed", "said"), [((), None), ((True, True), None), ((True, False), "Expectations that failed: 1")]
)
def test_a_finished_run_says_how_many_expectations_failed(passed: tuple[bool, ...], said: str | None) -> None:
    summary = {"expectations": [{"text": "bytes.total <= 60 MB", "passed": one} for one in passed]}
    run = read_overview("x", manifest(status="finished"), summary)
    [row] = in_words([run_row(run, NOW)], words_of("en"))
    assert (row["unmet"], row["status"], row["state"]) == (said, "finished", "finished")
