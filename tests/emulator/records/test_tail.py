from pathlib import Path

import pytest

from wayfare.emulator.records import EventKind, RunRecord, RunWriter
from wayfare.emulator.records.tables import EVENTS
from wayfare.emulator.records.tail import Tail


@pytest.fixture
def run(tmp_path: Path) -> RunWriter:
    return RunWriter.create(tmp_path, "tail", {"name": "tail"})


def times(tail: Tail, between_ns: tuple[int, int]) -> list[int]:
    found: list[int] = tail.between(between_ns)["time_ns"].to_pylist()
    return found


def write(run: RunWriter, *seconds: float) -> None:
    for time_s in seconds:
        run.event(time_s, EventKind.EVALUATE, 1)
    run.events.flush()


def test_only_batches_of_a_time_are_given(run: RunWriter) -> None:
    for second in range(5):
        write(run, second, second + 0.5)
    tail = Tail(run.folder / "events.arrows", EVENTS)
    assert times(tail, (2_000_000_000, 3_000_000_000)) == [2_000_000_000, 2_500_000_000]
    assert len(times(tail, (0, 2**62))) == 10
    assert times(tail, (9_000_000_000, 2**62)) == []


def test_what_is_appended_is_found_at_the_next_look(run: RunWriter) -> None:
    tail = Tail(run.folder / "events.arrows", EVENTS)
    assert times(tail, (0, 2**62)) == []
    write(run, 1.0)
    assert times(tail, (0, 2**62)) == [10**9]
    write(run, 2.0, 3.0)
    assert times(tail, (10**9 + 1, 2**62)) == [2 * 10**9, 3 * 10**9]


def test_a_batch_that_is_cut_off_is_left_out_until_it_is_whole(run: RunWriter, tmp_path: Path) -> None:
    write(run, 1.0)
    whole = (run.folder / "events.arrows").stat().st_size
    write(run, 2.0)
    content = (run.folder / "events.arrows").read_bytes()
    copy = tmp_path / "events.arrows"
    copy.write_bytes(content[: whole + 60])
    tail = Tail(copy, EVENTS)
    assert times(tail, (0, 2**62)) == [10**9]
    copy.write_bytes(content)
    assert times(tail, (0, 2**62)) == [10**9, 2 * 10**9]


def test_a_damaged_batch_hides_what_follows_as_when_all_is_read(run: RunWriter) -> None:
    path = run.folder / "events.arrows"
    write(run, 1.0)
    whole = path.stat().st_size
    write(run, 2.0)
    end = path.stat().st_size
    write(run, 3.0)
    content = bytearray(path.read_bytes())
    content[end - 8] ^= 1
    path.write_bytes(content)
    assert whole < end
    record = RunRecord(run.folder)
    assert record.table("events", ("time_ns",), (0, 2**62)).equals(record.table("events", ("time_ns",)))
    assert times(Tail(path, EVENTS), (0, 2**62)) == [10**9]


def test_a_record_that_is_kept_gives_the_rows_that_a_new_one_does(run: RunWriter) -> None:
    record = RunRecord(run.folder)
    for second in range(4):
        write(run, second)
        between = (second * 10**9 // 2, 2**62)
        columns = ("time_ns", "kind", "node")
        assert record.table("events", columns, between).equals(RunRecord(run.folder).table("events", columns, between))
