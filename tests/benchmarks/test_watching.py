"""The interval that the benchmark of watching prints is that of the median."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watching import Running, Turn, Watchers, children, median_interval, processor_s


@pytest.mark.parametrize(("count", "ranks"), [(5, None), (6, (1, 6)), (12, (3, 10)), (20, (6, 15)), (100, (40, 61))])
def test_the_median_lies_between_these_order_statistics(count: int, ranks: tuple[int, int] | None) -> None:
    """The ranks are those of Conover, Practical Nonparametric Statistics, for 95 % at least."""
    assert median_interval(range(count, 0, -1)) == ranks


def test_a_watched_run_that_took_a_tenth_more_cost_ten_percent() -> None:
    assert Turn(alone=2.0, watched=2.2, watchers=0.1).more_percent == pytest.approx(10)


@contextmanager
def busy() -> Iterator[int]:
    """Let a process use up a processor, in a thread that is not its first, and end it."""
    code = "import threading\nthreading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            while processor_s(process.pid) < 0.1:
                time.sleep(0.01)
            yield process.pid
        finally:
            process.kill()


def test_what_watches_is_halted_and_goes_on_and_the_run_is_left_alone() -> None:
    with busy() as run, busy() as watching:
        watchers = Watchers(run)
        assert watching in watchers.processes()
        assert run not in watchers.processes()
        with watchers.halted():
            time.sleep(0.1)  # until the signal has reached it
            before = processor_s(watching), processor_s(run)
            time.sleep(0.2)
            assert processor_s(watching) == before[0]
            assert processor_s(run) > before[1]
        assert watchers.cost(lambda: time.sleep(0.3)) > 0


def test_a_process_that_has_ended_has_no_time_and_no_children() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    assert processor_s(process.pid) == 0
    assert children(process.pid) == []


def test_a_run_costs_what_its_process_spent_between_two_beats(tmp_path: Path) -> None:
    beats = iter(range(1, 1000))

    def tell() -> None:
        while not told.wait(0.02):
            virtual_s = 0.1 * next(beats)
            (tmp_path / "new").write_text(json.dumps({"progress": {"virtual_s": virtual_s}}))
            (tmp_path / "new").replace(tmp_path / "run.json")

    def work() -> None:
        end_s = time.process_time() + 0.3
        while time.process_time() < end_s:
            pass

    (tmp_path / "run.json").write_text(json.dumps({"progress": {}}))
    told = threading.Event()
    thread = threading.Thread(target=tell)
    thread.start()
    try:
        run, before = Running(tmp_path, os.getpid()), time.process_time()
        first_s, _ = run.beat()
        cost = run.cost(work)
        last_s, _ = run.beat()
    finally:
        told.set()
        thread.join()
    assert cost * (last_s - first_s) >= 0.3
    assert cost * (last_s - first_s) <= 3 * (time.process_time() - before)


def test_a_run_that_says_nothing_any_more_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"progress": {"virtual_s": 1.0}}))
    monkeypatch.setattr("watching.SILENT_S", 0.05)
    with pytest.raises(RuntimeError, match="has said nothing"):
        Running(tmp_path, os.getpid()).beat()
