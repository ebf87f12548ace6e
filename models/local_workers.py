"""LocalWorkers: processes on this machine that train beside this one, each with one thread of torch."""

import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from .errand import decode_results, encode_jobs
from .job import TrainingResult
from .room import Room
from .trainer import train
from .workers import WORTH, Group, Part, WorkerLost, cut

PATIENCE_FLOP = 60_000_000_000
"""What is waited for before a worker is started, in FLOPs: four seconds of work. Its start, with torch, takes two."""


class LocalWorkers:
    """Worker processes, started when there was enough to do for them; this process trains beside them.

    Each takes the largest part that is left. A worker is started for every `patience_flop` of work that somebody else
    could have done so far, so that starting them never costs more than half of the work that went before.
    """

    def __init__(self, most: int, patience_flop: int = PATIENCE_FLOP, worth: float = WORTH) -> None:
        """Start nothing yet.

        Args:
            most: How many workers there may be.
            patience_flop: What has to come before each is started; with 0, the first work that can be shared.
            worth: As `cut` has it.
        """
        self._most, self._patience_flop, self._worth = most, patience_flop, worth
        self._missed_flop = 0
        self._processes: list[_Process] = []

    def __repr__(self) -> str:
        return f"<LocalWorkers: {len(self._processes)} of {self._most} started>"

    def train(self, groups: Sequence[Group]) -> list[list[TrainingResult]]:
        """Return the results of the jobs of each group, in order.

        Raises:
            WorkerLost: A worker died or ran out of memory.
        """
        self._start_some(groups)
        there = [process for process in self._processes if process.is_ready()]
        parts = cut(groups, len(there) + 1, self._worth if there else math.inf)
        away, here = deque(part for part in parts if part.away), deque(part for part in parts if not part.away)
        found: list[dict[int, list[TrainingResult]]] = [{} for _ in groups]
        with ThreadPoolExecutor(len(there) or 1) as pool:
            try:
                helping = [pool.submit(_work, process.train, away, found) for process in there]
                _work(train, here, found)
                _work(train, away, found)
                for helped in helping:
                    helped.result()
            except BaseException:
                away.clear()
                self.close()  # or else the threads would wait for what is no longer wanted
                raise
        return [[result for first in sorted(own) for result in own[first]] for own in found]

    def wait(self) -> None:
        """Start all workers, and wait until they are there."""
        while len(self._processes) < self._most:
            self._processes.append(_Process())
        for process in self._processes:
            process.wait()

    def close(self) -> None:
        """End all workers at once."""
        for process in self._processes:
            process.end()
        self._processes.clear()

    def _start_some(self, groups: Sequence[Group]) -> None:
        """Start workers, if there was enough that they could have done."""
        if len(self._processes) == self._most:
            return
        parts = cut(groups, self._most + 1, self._worth)
        away = [part.effort_flop for part in parts if part.away]
        self._missed_flop += sum(away) - (max(away, default=0) if len(away) == len(parts) else 0)
        wanted = self._missed_flop // self._patience_flop if self._patience_flop else self._most
        while self._missed_flop and len(self._processes) < min(wanted, self._most):
            self._processes.append(_Process())


def _work(
    trained: Callable[[Group], list[TrainingResult]], parts: deque[Part], found: list[dict[int, list[TrainingResult]]]
) -> None:
    """Train what is left, one part after the other."""
    while True:
        try:
            part = parts.popleft()
        except IndexError:
            return
        found[part.group][part.first] = trained(part.jobs)


class _Process:
    """A worker as this process sees it."""

    def __init__(self) -> None:
        self._line, other = socket.socketpair()
        self._room = Room()
        numbers = other.fileno(), self._room.descriptor
        with other:
            # A process group of its own: the keyboard interrupts this process, which then ends the worker.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"{__package__}.worker", *map(str, numbers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=numbers,
                process_group=0,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._reader = self._line.makefile("rb")
        self._ready = False

    def is_ready(self) -> bool:
        """Say whether it has started."""
        if not self._ready and select.select([self._line], [], [], 0)[0]:
            self.wait()
        return self._ready

    def wait(self) -> None:
        """Wait until it has started."""
        if not self._ready:
            self._read()
            self._ready = True

    def train(self, jobs: Group) -> list[TrainingResult]:
        """Have jobs of one signature trained.

        Raises:
            WorkerLost: The worker died, ran out of memory, or says something that this process does not.
        """
        try:
            size_bytes = self._room.put(encode_jobs(jobs))
        except OSError as error:
            raise WorkerLost(f"there is no memory to share with a training worker ({error.strerror})") from error
        try:
            self._line.sendall(json.dumps({"size": size_bytes}).encode() + b"\n")
        except OSError:
            raise self._death() from None
        answer = self._read()
        if "error" in answer:
            train(jobs)  # what is the job's own fault is raised here as it would be without workers
            raise WorkerLost(f"training worker {self._process.pid} failed ({answer['error']})")
        return decode_results(self._room.get(answer["size"]), jobs)

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._reader.close()
        self._line.close()
        self._room.close()

    def _read(self) -> dict[str, int]:
        try:
            text = self._reader.readline()
        except OSError:
            text = b""
        if not text:
            raise self._death()
        answer: dict[str, int] = json.loads(text)
        return answer

    def _death(self) -> WorkerLost:
        code = self._process.wait()
        how = f"ended with {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"
        why = "; the system does so where memory runs out" if code == -signal.SIGKILL else ""
        return WorkerLost(f"training worker {self._process.pid} {how}{why}")
