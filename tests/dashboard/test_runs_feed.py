from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wayfare.dashboard.overview import Overview
from wayfare.dashboard.run_store import RunStore
from wayfare.dashboard.runs_feed import RunsFeed
from wayfare.emulator.records import LOST_AFTER_S

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class ScriptedRuns:
    """Gives the overviews that a test has put there."""

    def __init__(self) -> None:
        self.runs: dict[str, Overview] = {}

    def __call__(self) -> list[Overview]:
        return list(self.runs.values())


def hrefs(changes: dict[str, list[dict[str, Any]]] | None) -> dict[str, list[str]]:
    assert changes is not None
    return {what: [row["href"] for row in rows] for what, rows in changes.items() if rows}


def test_a_page_is_told_what_has_changed_and_nothing_else() -> None:
    runs = ScriptedRuns()
    runs.runs = {name: Overview(name, "finished") for name in ("a", "b", "c")}
    feed = RunsFeed(runs)
    first, rows = feed.everything(NOW)
    assert len(rows) == 3
    assert feed.since(first, NOW) == (first, {"add": [], "update": [], "remove": []})
    runs.runs["b"] = replace(runs.runs["b"], accuracy_final=0.5)
    runs.runs["d"] = Overview("d", "finished")
    del runs.runs["a"]
    second, changes = feed.since(first, NOW)
    assert hrefs(changes) == {"add": ["/run/d"], "update": ["/run/b"], "remove": ["/run/a"]}
    assert feed.since(second, NOW) == (second, {"add": [], "update": [], "remove": []})
    assert hrefs(feed.since(first, NOW)[1]) == hrefs(changes)


def test_a_run_falls_silent_without_any_change_on_the_disk() -> None:
    runs = ScriptedRuns()
    runs.runs = {"a": Overview("a", "running", heartbeat=NOW)}
    feed = RunsFeed(runs)
    version, [row] = feed.everything(NOW)
    assert row["status"] == "running"
    _, changes = feed.since(version, NOW + timedelta(seconds=LOST_AFTER_S + 1))
    assert changes is not None
    assert changes["update"][0]["status"] == "lost"


@pytest.mark.parametrize("version", ["", "x", "0:0", "nothing:5", "0:-1"])
def test_a_page_of_another_server_is_given_everything_anew(version: str) -> None:
    assert RunsFeed(ScriptedRuns()).since(version, NOW)[1] is None


def test_the_table_opens_no_table_of_a_run(walks: Any) -> None:
    for place in range(3):
        run = walks.write(f"walk-{place}")
        for file in run.glob("*.parquet"):
            file.write_bytes(b"not to be opened")
    _, rows = RunsFeed(RunStore(walks.parent).overviews).everything(NOW)
    assert [row["status"] for row in rows] == ["finished"] * 3
    assert all(row["accuracy"] == 0.934 for row in rows)


def test_a_run_is_read_once_however_often_the_folder_is_looked_at(walks: Any) -> None:
    runs = [walks.write(f"walk-{place}") for place in range(3)]
    store = RunStore(walks.parent)
    before = {overview.name: overview for overview in store.overviews()}
    (runs[0] / "summary.json").touch()
    after = {overview.name: overview for overview in store.overviews()}
    assert [after[run.name] is before[run.name] for run in runs] == [False, True, True]
