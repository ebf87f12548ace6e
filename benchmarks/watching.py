"""What it costs a run that somebody watches it: its processor time for a second of virtual time, watched and not.

One run of first-walk, with nothing remembered and in one process, goes on the whole time, and so does the page that
shows it. All that watches, the dashboard and the browser, is halted and let go on in turns of a few seconds, so that
what the two are compared by is the machine of one moment, and the same map and charts. Both take the same processors
and caches, so the figure is not of files and locks alone. What it takes to open the page is not in it.
"""

import json
import math
import os
import signal
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
WARM_S, SETTLED_S, TURN_S = 5.0, 0.2, 3.0
SILENT_S = 30.0
CLOCK_OF_PROCESS = 2  # clock_getcpuclockid(3) of Linux: the time that all threads of a process have run


@dataclass(frozen=True)
class Turn:
    """Processor time of a run for a second of virtual time, alone and while it is watched [s/s].

    Attributes:
        alone: In the turns before and after, in the mean.
        watched: In this turn.
        watchers: Processor time of all that watches, for a second of this turn [s/s].
    """

    alone: float
    watched: float
    watchers: float

    @property
    def more_percent(self) -> float:
        """Return how much more it takes while it is watched [%]."""
        return 100 * (self.watched / self.alone - 1)


class Running:
    """A run that goes on, and how far it is; on Linux."""

    def __init__(self, folder: Path, process: int) -> None:
        self.folder, self.process = folder, process

    def beat(self) -> tuple[float, float]:
        """Wait for the next time that it says how far it is; return virtual and processor time then [s].

        Raises:
            RuntimeError: It says nothing any more.
        """
        said, end_s = self._virtual_s(), time.monotonic() + SILENT_S
        while (now := self._virtual_s()) == said:
            if time.monotonic() > end_s:
                raise RuntimeError(f"{self.folder}: the run has said nothing for {SILENT_S:g} s")
            time.sleep(0.005)
        return now, processor_s(self.process)

    def _virtual_s(self) -> float:
        progress = json.loads((self.folder / "run.json").read_text())["progress"]
        return float(progress.get("virtual_s", 0.0))

    def cost(self, between: Callable[[], None]) -> float:
        """Return what it takes for a second of virtual time while something else happens [s/s]."""
        virtual_s, cpu_s = self.beat()
        between()
        later_s, more_s = self.beat()
        return (more_s - cpu_s) / (later_s - virtual_s)


class Watchers:
    """The processes that this one has started, and theirs, but for a run's; they can be halted and let go on."""

    def __init__(self, run: int) -> None:
        self._run = run

    def processes(self) -> list[int]:
        """Return them, those that were started last at the end."""
        found = [os.getpid()]
        for process in found:  # grows
            found += [child for child in children(process) if child != self._run]
        return found[1:]

    def cost(self, between: Callable[[], None]) -> float:
        """Return their processor time for a second in which something happens [s/s]."""
        before, began_s = {process: processor_s(process) for process in self.processes()}, time.monotonic()
        between()
        spent = sum(processor_s(process) - before.get(process, 0.0) for process in self.processes())
        return spent / (time.monotonic() - began_s)

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Halt them, and let them go on afterwards."""
        processes = self.processes()
        _signalled(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _signalled(processes, signal.SIGCONT)


def _signalled(processes: Sequence[int], which: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, which)
        except ProcessLookupError:  # ended meanwhile
            continue


def children(process: int) -> list[int]:
    """Return the processes that a process has started; none where it has ended."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    try:
        return [int(child) for children in lists for child in children.read_text().split()]
    except FileNotFoundError:
        return []


def processor_s(process: int) -> float:
    """Return the processor time that a process has taken with all its threads [s]; 0 where it has ended."""
    try:
        return time.clock_gettime(~process << 3 | CLOCK_OF_PROCESS)
    except OSError:
        return 0.0


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


def measured(runs: Path, turns: int, show: Callable[[str], None]) -> list[Turn]:
    """Return what a run takes in turns; ``show`` opens its page, and returns when it is there."""
    runs.mkdir(exist_ok=True)
    found = []
    with running(runs) as run:
        watchers = Watchers(run.process)

        def turn() -> None:
            time.sleep(TURN_S)

        def alone() -> float:
            with watchers.halted():
                time.sleep(SETTLED_S)
                return run.cost(turn)

        def watched() -> tuple[float, float]:
            time.sleep(SETTLED_S)
            costs: list[float] = []
            share = watchers.cost(lambda: costs.append(run.cost(turn)))
            return costs[0], share

        show(run.folder.name)
        time.sleep(WARM_S)
        before = alone()
        for _ in range(turns):
            cost, share = watched()
            after = alone()
            found.append(Turn((before + after) / 2, cost, share))
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
