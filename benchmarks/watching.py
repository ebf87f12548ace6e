"""What it costs a run that somebody watches it: processor time with its page open in a browser, and without, in turns.

The run is first-walk with nothing remembered, in one process, and long enough that starting it counts for little. Its
page is opened as soon as its folder is there, and stays until the run has ended: the map and the charts in sight grow
with it. Both take the same processors and caches, so the ratio is not of files and locks alone. In every pair the
two come one after the other, and the order alternates.
"""

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ASKED_PERCENT = 2.0
SCENARIO = Path(__file__).parents[1] / "scenarios" / "first-walk.scenario.yaml"
STOP = "stop=30 s"


@dataclass(frozen=True)
class Pair:
    """Processor time of a run that nobody looked at, and of one that somebody did [s]."""

    alone_s: float
    watched_s: float

    @property
    def more_percent(self) -> float:
        """Return how much more the watched one took [%]."""
        return 100 * (self.watched_s / self.alone_s - 1)


def run_cpu_s(runs: Path, watch: Callable[[str], None] | None = None) -> float:
    """Run the scenario, and return the processor time of its process, user and system [s].

    Args:
        runs: Where its folder goes.
        watch: Called with the name of the folder as soon as it is there.

    Raises:
        RuntimeError: The run failed.
    """
    before = set(runs.iterdir())
    command = [sys.executable, "-m", "wayfare", "run", str(SCENARIO), "--set", STOP, "--out", str(runs)]
    options = ["--quiet", "--no-cache", "--workers", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as run:
        if watch is not None:
            watch(_appeared(runs, before, run))
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {run.returncode}")
    return usage.ru_utime + usage.ru_stime


def _appeared(runs: Path, before: set[Path], run: "subprocess.Popen[bytes]") -> str:
    while run.poll() is None:
        for folder in set(runs.iterdir()) - before:
            if (folder / "run.json").exists():
                return folder.name
        time.sleep(0.02)
    raise RuntimeError("the run ended before there was anything to watch")


def measured(runs: Path, pairs: int, show: Callable[[str], None], leave: Callable[[], None]) -> list[Pair]:
    """Return pairs of runs, each after a run that is not counted; ``show`` opens a run's page, ``leave`` closes it."""
    runs.mkdir(exist_ok=True)

    def watched() -> float:
        cpu_s = run_cpu_s(runs, show)
        leave()
        return cpu_s

    run_cpu_s(runs)
    found = []
    for turn in range(pairs):
        if turn % 2:
            watched_s = watched()
            found.append(Pair(run_cpu_s(runs), watched_s))
        else:
            alone_s = run_cpu_s(runs)
            found.append(Pair(alone_s, watched()))
    return found


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the order statistics between which the median lies with 95 % at least; None for fewer than six values.

    How many of ``n`` values are below the median is binomial (n, 1/2), whatever their distribution.
    """
    ordered, count, below, rank = sorted(values), len(values), 0.0, -1
    while below + math.comb(count, rank + 1) / 2**count <= 0.025:
        rank += 1
        below += math.comb(count, rank) / 2**count
    return (ordered[rank], ordered[count - 1 - rank]) if rank >= 0 else None
