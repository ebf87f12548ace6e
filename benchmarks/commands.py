"""What commands cost: CPU and wall-clock time of all the processes that they start."""

import os
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """What something cost [s], for how many client updates."""

    cpu_s: float
    wall_s: float
    updates: int

    def since(self, other: "Spent") -> "Spent":
        """Return what was spent in addition."""
        return Spent(self.cpu_s - other.cpu_s, self.wall_s - other.wall_s, self.updates - other.updates)

    @property
    def update_ms(self) -> float:
        """Return the CPU time of one client update [ms]."""
        return 1e3 * self.cpu_s / self.updates


class CpuWatch(threading.Thread):
    """Adds up the CPU time of all processes that have a mark in their environment, also of those that end meanwhile."""

    def __init__(self, mark: str) -> None:
        super().__init__(daemon=True)
        self._mark, self._ticks = mark.encode(), dict[int, int]()
        self._over = threading.Event()

    def run(self) -> None:
        """Look every 50 ms."""
        while not self._over.wait(0.05):
            self._look()

    def _look(self) -> None:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                number = int(folder.name)
                if number in self._ticks or self._mark in (folder / "environ").read_bytes():
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    self._ticks[number] = int(fields[11]) + int(fields[12])
            except (OSError, ValueError):
                continue

    def end(self) -> float:
        """Return the CPU time of all [s]."""
        self._over.set()
        self.join()
        return sum(self._ticks.values()) / TICKS_PER_S


def run_command(command: Sequence[str | Path], updates: Callable[[str], int]) -> Spent:
    """Run a command to its end; `updates` says how many client updates there were, from what it printed."""
    mark = uuid.uuid4().hex
    watch = CpuWatch(mark)
    watch.start()
    began_s = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)),
        env=os.environ | {"TRAINING_BENCHMARK": mark, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    wall_s, cpu_s = time.perf_counter() - began_s, watch.end()
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return Spent(cpu_s, wall_s, updates(done.stdout))
