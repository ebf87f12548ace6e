import json
from pathlib import Path
from typing import Any

import pytest

from wayfare.dashboard.run_store import RUN_TABLES, RunStore
from wayfare.emulator.records import RecordError
from wayfare.emulator.records.files import read_manifest, write_manifest


def test_runs_are_listed_the_newest_first(walks: Any) -> None:
    old, new = walks.write("a-first"), walks.write("b-second")
    listed = RunStore(walks.parent).overviews()
    assert [run.name for run in listed] == sorted([old.name, new.name], reverse=True)
    assert {run.scenario for run in listed} == {"a-first", "b-second"}


def test_the_folder_may_be_a_single_run(walks: Any) -> None:
    run = walks.write()
    store = RunStore(run)
    assert [overview.name for overview in store.overviews()] == [run.name]
    assert store.open(run.name).end_s == 8.0


def test_a_folder_that_does_not_exist_yet_has_no_runs(tmp_path: Path) -> None:
    assert RunStore(tmp_path / "later").overviews() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "cannot be read"),
        ("[1, 2]", "no JSON object"),
        ('{"format": 9}', "format 9"),
        ('{"format": 1, "status": ', "cannot be read"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_a_damaged_run_is_listed_with_the_reason(walks: Any, content: str, reason: str) -> None:
    good = walks.write()
    walks.damage("torn", content)
    by_name = {run.name: run for run in RunStore(walks.parent).overviews()}
    assert by_name[good.name].status == "finished"
    assert by_name["torn"].status == "damaged"
    assert reason in (by_name["torn"].error or "")


def test_a_run_without_its_manifest_is_listed_as_damaged(walks: Any) -> None:
    run = walks.write()
    (run / "run.json").unlink()
    [listed] = RunStore(walks.parent).overviews()
    assert (listed.status, "no run.json" in (listed.error or "")) == ("damaged", True)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "..\\x", "nul\0", "nobody"])
def test_names_that_are_no_run_of_the_folder_are_refused(walks: Any, name: str) -> None:
    walks.write()
    with pytest.raises(RecordError, match="there is no run"):
        RunStore(walks.parent).open(name)


def test_a_run_of_another_version_says_so_whatever_else_it_lacks(walks: Any) -> None:
    walks.damage("old", '{"format": 9, "status": "finished"}')
    with pytest.raises(RecordError, match="format 9"):
        RunStore(walks.parent).open("old")


def test_the_runs_of_a_sweep_know_each_other(walks: Any) -> None:
    sweep = walks.parent / "alpha.sweep"
    sweep.mkdir()
    (sweep / "sweep.json").write_text("{}")
    inside = [walks.damage(f"alpha.sweep/run{place}") for place in range(2)]
    alone = walks.damage("alone")
    store = RunStore(walks.parent)
    assert store.siblings(f"alpha.sweep/{inside[0].name}") == ["alpha.sweep/run0", "alpha.sweep/run1"]
    assert store.siblings(alone.name) == []


def test_a_link_that_leads_out_of_the_folder_is_refused(walks: Any, tmp_path: Path) -> None:
    run = walks.write()
    (tmp_path / "inside").symlink_to(run)
    store = RunStore(tmp_path)
    with pytest.raises(RecordError, match="leads out of"):
        store.open("inside")
    assert [overview.status for overview in store.overviews()] == ["damaged"]


@pytest.mark.parametrize("file", ["run.json", "topology.json", *(f"{name}.parquet" for name in RUN_TABLES)])
@pytest.mark.parametrize("content", [b"\0", b"\xff\x00nonsense", b"{}"])
def test_a_file_that_is_damaged_gives_a_reason_and_no_other_error(walks: Any, file: str, content: bytes) -> None:
    run = walks.write()
    (run / file).write_bytes(content)

    def read_all() -> None:
        opened = RunStore(walks.parent).open(run.name)
        assert [opened.flows, opened.lives, opened.ledger]

    with pytest.raises(RecordError):
        read_all()


def test_a_run_that_has_not_flushed_anything_yet_can_be_opened(walks: Any) -> None:
    run = walks.write(status="running", until_s=0.0)
    for table in ("events", "metrics", "bins"):
        (run / f"{table}.arrows").write_bytes(b"")
    opened = RunStore(walks.parent).open(run.name)
    assert (opened.end_s, opened.overview.packets_sent, opened.learning.exists) == (0.0, 0, False)


def test_a_table_that_names_unknown_links_is_refused(walks: Any) -> None:
    run = walks.write()
    topology = json.loads((run / "topology.json").read_text())
    topology["edges"] = topology["edges"][:3]
    (run / "topology.json").write_text(json.dumps(topology))
    write_manifest(run, {key: value for key, value in read_manifest(run).items() if key != "files"})
    with pytest.raises(RecordError, match="bins: names a link"):
        RunStore(walks.parent).open(run.name)


def test_tables_are_read_once_until_they_change(walks: Any) -> None:
    run = walks.write(status="running", until_s=2.0)
    store = RunStore(walks.parent, pace=0)
    first = store.open(run.name)
    write_manifest(run, read_manifest(run) | {"heartbeat": "2026-01-01T00:00:00+00:00"})
    second = store.open(run.name)
    assert second.stamp != first.stamp
    assert second.flows is first.flows
    writer = walks.open_runs[-1]
    writer.metric(2.5, "accuracy", 0.77)
    writer.metrics.flush()
    third = store.open(run.name)
    assert third.learning.answer.last == 0.77
    assert third.flows is first.flows


def test_a_run_without_a_summary_has_the_figures_so_far(walks: Any) -> None:
    run = RunStore(walks.parent).open(walks.write(status="failed", until_s=2.4).name)
    assert run.overview.packets_sent == run.flows.sent > 0
    assert run.overview.bytes_total == pytest.approx(run.traffic.total_bytes)
    assert run.overview.virtual_s == run.end_s == pytest.approx(2.4)


def test_a_run_that_runs_is_read_again_only_after_a_while(walks: Any) -> None:
    run = walks.write(status="running", until_s=2.0)
    store = RunStore(walks.parent, pace=1e9)
    first = store.open(run.name)
    walks.open_runs[-1].metric(2.5, "accuracy", 0.77)
    walks.open_runs[-1].metrics.flush()
    assert store.open(run.name) is first
    walks.open_runs[-1].fail("stopped", "enough")
    assert store.open(run.name).overview.status == "stopped"


def test_runs_of_sweeps_are_found_inside_their_folders(walks: Any) -> None:
    run = walks.write()
    sweep = walks.parent / "alpha.sweep"
    sweep.mkdir()
    (sweep / "sweep.json").write_text("{}")
    run.rename(sweep / run.name)
    store = RunStore(walks.parent)
    assert [overview.name for overview in store.overviews()] == [f"alpha.sweep/{run.name}"]
    assert store.open(f"alpha.sweep/{run.name}").end_s == 8.0
    (sweep / "sweep.json").unlink()
    with pytest.raises(RecordError, match="there is no run"):
        store.open(f"alpha.sweep/{run.name}")


def test_a_finished_run_is_opened_without_its_events(walks: Any) -> None:
    run = walks.write()
    (run / "events.parquet").unlink()
    opened = RunStore(walks.parent).open(run.name)
    assert opened.overview.packets_sent == 58
    with pytest.raises(RecordError):
        opened.lives  # noqa: B018
