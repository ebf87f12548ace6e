"""Claims: of several processes that need the same runs, one makes them, and the others wait for them.

A claim is a folder named after the trial. Whoever holds the lock in it looks whether the runs are there already, makes
them if not, and writes down where they are. The system takes the lock from a process that dies, and the next one makes
the runs anew. Where there are no such locks, every process makes its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .trial import Trial, Tried

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_RUNS = "runs.json"


class BrokenBefore(Exception):  # noqa: N818 - it says what happened
    """Another process, or another test of this one, tried the same and broke down; the message says on what."""


def claimed(trial: Trial, claims: Path, parent: Path | None = None) -> Tried:
    """Return what came of a trial's runs, which are made if nobody has made them yet.

    Args:
        trial: The trial.
        claims: The folder of claims, of one session.
        parent: Where run folders go; by default beside the claim.

    Raises:
        BrokenBefore: Somebody tried, and it broke down.
        ScenarioError, RunUnwritten, RunFailed, RunStopped: It breaks down now.
    """
    from wayfare.emulator.records.files import as_json, replace_text

    name = f"{trial.study.name}-{trial.key[:12]}"
    claim = claims / (name if fcntl is not None else f"{name}-{os.getpid()}")
    claim.mkdir(parents=True, exist_ok=True)
    with _locked(claim / "lock"):
        known = claim / _RUNS
        if known.is_file():
            content = json.loads(known.read_text(encoding="utf-8"))
            if content["broken"]:
                raise BrokenBefore(content["broken"])
            return trial.ran_before(content["runs"])
        try:
            tried = trial.run(parent or claim)
        except Exception as error:
            replace_text(known, as_json({"broken": f"{type(error).__name__}: {error}", "runs": []}))
            raise
        replace_text(known, as_json({"broken": "", "runs": [run.record() for run in tried.runs]}))
        return tried


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock, for which others wait."""
    with path.open("a") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
