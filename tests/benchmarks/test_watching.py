"""The interval that the benchmark of watching prints is that of the median."""

import json
import os
import threading
import time
from pathlib import Path

import pytest
from watching import Running, Turn, median_interval


@pytest.mark.parametrize(("count", "ranks"), [(5, None), (6, (1, 6)), (12, (3, 10)), (20, (6, 15)), (100, (40, 61))])
def test_the_median_lies_between_these_order_statistics(count: int, ranks: tuple[int, int] | None) -> None:
    """The ranks are those of Conover, Practical Nonparametric Statistics, for 95 % at least."""
    assert median_interval(range(count, 0, -1)) == ranks


def test_a_watched_run_that_took_a_tenth_more_cost_ten_percent() -> None:
    turn = Turn(2.0, 2.5, 2.2)
    assert (turn.more_percent, turn.more_opening_percent) == (pytest.approx(10), pytest.approx(25))


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
