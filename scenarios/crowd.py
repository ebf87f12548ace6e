"""The crowd: who carries out the runs of a sweep, as processes of this machine, each the command line's own runner."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from .sweep_folder import SAID, Status

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
"""What tells the libraries that a run uses to take one thread."""

_MISTAKE = 2


@dataclass(frozen=True)
class Job:
    """A run that is to be made.

    Attributes:
        scenario_hash: Names it.
        label: What people call it.
        scenario: Its resolved scenario file.
        parent: Where the run folder goes.
        unfinished: A run folder of it to go on with, if there is one.
        cache: Whether training results are remembered.
    """

    scenario_hash: str
    label: str
    scenario: Path
    parent: Path
    unfinished: Path | None = None
    cache: bool = True


@dataclass(frozen=True)
class Result:
    """What became of a job: its run folder if it has one, and the cause where it failed."""

    job: Job
    status: Status
    folder: Path | None
    error: str | None = None


class Crowd(Protocol):
    """Takes jobs and gives back results."""

    @property
    def free(self) -> int:
        """How many more jobs it would take now."""

    def start(self, job: Job) -> None:
        """Begin a job."""

    def done(self) -> Iterator[Result]:
        """Yield the jobs that have ended since it was last asked, without waiting."""

    def stop(self) -> None:
        """End all that runs, and wait for that."""

    def close(self) -> None:
        """Let go of what it needs, when nothing runs."""


class ProcessCrowd:
    """Runs jobs as processes of this machine, each with one thread, so many at a time.

    A nursery (`wayfare.nursery`) starts them; when this process ends in whatever way, the nursery ends them.
    """

    def __init__(self, workers: int, *, learning: bool = True) -> None:
        """Start no process yet.

        Args:
            workers: How many run at a time.
            learning: Whether what learns is loaded beforehand.
        """
        self._workers = workers
        self._learning = learning
        self._nursery: subprocess.Popen[bytes] | None = None
        self._notes = Path()
        self._running: dict[int, Job] = {}
        self._started = 0
        self._pending = b""

    @property
    def free(self) -> int:
        """How many more jobs it would take now."""
        return self._workers - len(self._running)

    def start(self, job: Job) -> None:
        """Begin a job: go on with an unfinished run, or run the scenario."""
        what = ["run", str(job.scenario), "--out", str(job.parent)]
        if job.unfinished is not None:
            what = ["resume", str(job.unfinished)]
        self._started += 1
        order = {
            "id": self._started,
            "arguments": [*what, "--quiet", *([] if job.cache else ["--no-cache"])],
            "out": str(self._note(self._started, "out")),
            "err": str(self._note(self._started, "err")),
        }
        nursery = self._open()
        assert nursery.stdin is not None
        nursery.stdin.write(json.dumps(order).encode() + b"\n")
        nursery.stdin.flush()
        self._running[self._started] = job

    def done(self) -> Iterator[Result]:
        """Yield the jobs that have ended since it was last asked, without waiting."""
        from wayfare.emulator.records.files import replace_text

        for number, code in self._answers():
            job = self._running.pop(number)
            said, complained = (_taken(self._note(number, kind)) for kind in ("out", "err"))
            if code == _MISTAKE and job.unfinished is not None:  # other versions, say: it cannot go on
                self.start(replace(job, unfinished=None))
            elif code == 0 and said.strip():
                yield Result(job, "finished", Path(said.splitlines()[-1]))
            else:
                replace_text(job.scenario.with_suffix(SAID), complained)
                yield Result(job, "failed", None, cause(code, complained))

    def stop(self) -> None:
        """End all processes, and wait for that; the nursery does it, as soon as nobody asks it for anything."""
        self._running.clear()
        self.close()

    def close(self) -> None:
        """Let the nursery go."""
        if self._nursery is not None:
            self._nursery.communicate()
            self._nursery = None
            shutil.rmtree(self._notes, ignore_errors=True)

    def _open(self) -> subprocess.Popen[bytes]:
        """Return the nursery, started if there is none yet."""
        if self._nursery is None:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "wayfare.nursery", *(["learning"] if self._learning else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | ONE_THREAD,
                start_new_session=True,
            )
            assert self._nursery.stdout is not None
            os.set_blocking(self._nursery.stdout.fileno(), False)
        return self._nursery

    def _note(self, number: int, kind: str) -> Path:
        """Return where a process writes what it says."""
        if self._notes == Path():
            self._notes = Path(tempfile.mkdtemp(prefix="wayfare-sweep-"))
        return self._notes / f"{number}.{kind}"

    def _answers(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of what has ended, and the codes.

        Raises:
            RuntimeError: The nursery has died.
        """
        if self._nursery is None or self._nursery.stdout is None:
            return
        content = self._nursery.stdout.read()
        *lines, self._pending = (self._pending + (content or b"")).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            yield answer["id"], answer["code"]
        if self._running and self._nursery.poll() is not None:
            raise RuntimeError(f"the process that starts the runs has ended with code {self._nursery.returncode}")


def cause(code: int, complained: str) -> str:
    """Return in one line why a process ended with a code, from what it wrote to standard error."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"ended by {name}" + ("; was the memory full?" if -code == signal.SIGKILL else "")
    lines = [line.strip() for line in complained.splitlines() if line.strip()]
    return lines[-1] if lines else f"ended with code {code}"


def _taken(path: Path) -> str:
    """Return the text of a file, which is removed."""
    text = path.read_bytes().decode(errors="replace")
    path.unlink()
    return text
