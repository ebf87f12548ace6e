"""How long one waits for the command line: for `wayfare --help`, and from `wayfare run` to the first event on disk.

    python benchmarks/start.py [--repeat 5] [--scenario scenarios/first-walk.scenario.yaml]

Whole commands, each a process of its own, which take turns; the first of each is not counted, as it fills the caches of
the file system. The least is what the command takes where nothing else runs; the processor time is disturbed less.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LIMITS_S = {"wayfare --help": 0.5, "first event": 5.0}
WAYFARE = [sys.executable, "-m", "wayfare"]


@dataclass(frozen=True)
class Wait:
    """Wall-clock and processor time [s]."""

    wall_s: float
    cpu_s: float


def help_text() -> Wait:
    """Return what it takes to print the help."""
    began = time.perf_counter()
    process = subprocess.Popen([*WAYFARE, "--help"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return Wait(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def first_event(scenario: Path) -> Wait:
    """Return what it takes until a run of a scenario, with nothing remembered, has an event that others can read."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*WAYFARE, "run", str(scenario), "--no-cache", "--quiet", "--out", folder]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not _has_events(Path(folder)):
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command)} ended with {process.returncode} before its first event")
            time.sleep(0.005)
        wall_s = time.perf_counter() - began
        process.kill()
        _, _, usage = os.wait4(process.pid, 0)
        return Wait(wall_s, usage.ru_utime + usage.ru_stime)


def _has_events(folder: Path) -> bool:
    """Say whether a run has rows on disk: the stream is longer than its head."""
    from wayfare.emulator.records.segments import Segment
    from wayfare.emulator.records.tables import EVENTS

    for path in folder.glob("*/events.arrows"):
        return any(batch.num_rows for batch in Segment(path, EVENTS).batches())
    return False


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="How long one waits for the command line.")
    parser.add_argument("--repeat", type=int, default=5, help="turns [5]")
    scenario = Path(__file__).parents[1] / "scenarios" / "first-walk.scenario.yaml"
    parser.add_argument("--scenario", type=Path, default=scenario, help="[first-walk]")
    args = parser.parse_args()
    print(f"{platform.platform()}, {platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"wayfare {version('wayfare')}, torch {version('torch')}; load {os.getloadavg()[0]:.1f}")
    waits: dict[str, Callable[[], Wait]] = {
        "wayfare --help": help_text,
        "first event": lambda: first_event(args.scenario),
    }
    taken: dict[str, list[Wait]] = {name: [] for name in waits}
    for turn in range(args.repeat + 1):
        for name, wait in waits.items():
            found = wait()
            if turn:
                taken[name].append(found)
    for name, each in taken.items():
        walls, cpus = [one.wall_s for one in each], [one.cpu_s for one in each]
        wall = f"wall {statistics.median(walls):5.2f} s ({min(walls):.2f} to {max(walls):.2f})"
        print(f"{name:16} {wall}   processor {statistics.median(cpus):5.2f} s   limit {LIMITS_S[name]:g} s")


if __name__ == "__main__":
    main()
