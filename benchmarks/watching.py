"""What it costs a run that somebody watches it: its processor time for a second of virtual time, watched and not.

One run of first-walk, with nothing remembered and in one process, goes on the whole time; its page is opened in a
browser and closed again in turns of a few seconds, so that what the two are compared by is the machine of one moment.
Map and charts in sight grow with the run. Both take the same processors and caches, so the figure is not of files and
locks alone. What it takes while the page is being loaded is told apart.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ASKED_PERCENT = 2.0
SCENARIO = Path(__file__).parents[1] / "scenarios" / "first-walk.scenario.yaml"
STOP = "stop=10000 s"  # it is ended before
WARM_S, SETTLED_S, TURN_S = 5.0, 3.0, 8.0
SILENT_S = 30.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Turn:
    """Processor time of a run for a second of virtual time: alone, while its page is opened, and while it is open."""

    alone: float
    opening: float
    watched: float

    @property
    def more_percent(self) -> float:
        """Return how much more it takes while it is watched [%]."""
        return 100 * (self.watched / self.alone - 1)

    @property
    def more_opening_percent(self) -> float:
        """Return how much more it takes while its page is opened [%]."""
        return 100 * (self.opening / self.alone - 1)


class Running:
    """A run that goes on, and how far it is; on Linux."""

    def __init__(self, folder: Path, process: int) -> None:
        self.folder, self._process = folder, process

    def beat(self) -> tuple[float, float]:
        """Wait for the next time that it says how far it is; return virtual and processor time then [s].

        Raises:
            RuntimeError: It says nothing any more.
        """
        said, end_s = self._virtual_s(), time.monotonic() + SILENT_S
        while (now := self._virtual_s()) == said:
            if time.monotonic() > end_s:
                raise RuntimeError(f"{self.folder}: the run has said nothing for {SILENT_S:g} s")
            time.sleep(0.01)
        spent = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
        return now, (int(spent[11]) + int(spent[12])) / TICKS_PER_S

    def _virtual_s(self) -> float:
        progress = json.loads((self.folder / "run.json").read_text())["progress"]
        return float(progress.get("virtual_s", 0.0))

    def cost(self, between: Callable[[], None]) -> float:
        """Return what it takes for a second of virtual time while something else happens [s/s]."""
        virtual_s, cpu_s = self.beat()
        between()
        later_s, more_s = self.beat()
        return (more_s - cpu_s) / (later_s - virtual_s)


@contextmanager
def running(runs: Path) -> Iterator[Running]:
    """Let the scenario run, and end it afterwards."""
    command = [sys.executable, "-m", "wayfare", "run", str(SCENARIO), "--set", STOP, "--out", str(runs)]
    options = ["--quiet", "--no-cache", "--workers", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            yield Running(_appeared(runs, run), run.pid)
        finally:
            run.terminate()


def _appeared(runs: Path, run: "subprocess.Popen[bytes]") -> Path:
    while run.poll() is None:
        for manifest in runs.glob("*/run.json"):
            return manifest.parent
        time.sleep(0.02)
    raise RuntimeError("the run ended before there was anything to watch")


def measured(runs: Path, turns: int, show: Callable[[str], None], leave: Callable[[], None]) -> list[Turn]:
    """Return what a run takes in turns; ``show`` opens its page and returns when it is there, ``leave`` closes it."""
    runs.mkdir(exist_ok=True)
    found = []
    with running(runs) as run:

        def opened() -> None:
            show(run.folder.name)
            time.sleep(SETTLED_S)

        def alone() -> float:
            leave()
            time.sleep(SETTLED_S)
            return run.cost(lambda: time.sleep(TURN_S))

        time.sleep(WARM_S)
        before = alone()
        for _ in range(turns):
            opening, watched = run.cost(opened), run.cost(lambda: time.sleep(TURN_S))
            after = alone()
            found.append(Turn((before + after) / 2, opening, watched))
            before = after
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
