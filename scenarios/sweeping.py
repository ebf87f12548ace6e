"""Sweeping: running all of a study, and going on where an earlier attempt ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .crowd import Crowd, Job, ProcessCrowd, Result
from .study import Study
from .sweep_folder import Sweep, scenario_file
from .sweep_writer import SweepWriter, found_runs

_LOOK_S = 0.1


@dataclass(frozen=True)
class SweepProgress:
    """How far a sweep is.

    Attributes:
        total: How many runs there are, those with one scenario counted once.
        finished: How many have a result.
        failed: How many have failed.
        known: How many of the finished were there already.
        running: The labels of those that run.
        ended: What has just ended; None where nothing has.
    """

    total: int
    finished: int
    failed: int
    known: int
    running: tuple[str, ...]
    ended: Result | None = None


Watcher = Callable[[SweepProgress], None]


class SweepStopped(KeyboardInterrupt):
    """A sweep that was interrupted; the folder keeps what has finished, and the same command goes on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"interrupted; what has finished is in {folder}, and the same command goes on from there")
        self.folder = folder


def workers_here() -> int:
    """Return how many processes this machine runs at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes(study: Study, workers: int | None = None) -> ProcessCrowd:
    """Return processes of this machine that run a study, by default one a processor."""
    return ProcessCrowd(workers or workers_here(), learning=any(run.scenario.learning for run in study.runs))


def sweep(
    study: Study,
    parent: Path,
    *,
    crowd: Crowd | None = None,
    cache: bool = True,
    on_progress: Watcher = lambda progress: None,
) -> Sweep:
    """Run all of a study into ``<parent>/<name>.sweep``, and return what came of it.

    Runs that have finished there already, with the same scenario hash, are not run again; those that were cut off go
    on. A run that fails stops no other.

    Args:
        study: What to run.
        parent: Where the sweep folder goes.
        crowd: Who runs it; by default as many processes as there are processors.
        cache: Whether to remember training results and use remembered ones.
        on_progress: Told whenever a run begins or ends.

    Raises:
        RecordError: The folder is another sweep's, or somebody else runs this one.
        OSError: It cannot be written.
        SweepStopped: It was interrupted; all runs that were under way are ended.
    """
    folder = parent / f"{study.name}.sweep"
    writer = SweepWriter(folder, study)
    crowd = crowd or processes(study)
    course = _Course(study, folder, writer, cache, on_progress)
    try:
        course.run(crowd)
    except KeyboardInterrupt as interrupt:
        crowd.stop()
        course.stopped()
        writer.end("stopped")
        raise SweepStopped(folder) from interrupt
    except BaseException:
        crowd.stop()
        writer.end("failed")
        raise
    crowd.close()
    return writer.end("failed" if course.failed else "finished")


class _Course:
    """A sweep under way."""

    def __init__(self, study: Study, folder: Path, writer: SweepWriter, cache: bool, on_progress: Watcher) -> None:
        self._folder = folder
        self._writer = writer
        self._watch = on_progress
        self._running: dict[str, Job] = {}
        self.failed = 0
        jobs = _jobs(study, folder, cache)
        self._total = len(jobs)
        self._waiting = {name: job for name, job in jobs.items() if not self._is_done(job)}
        self._known = self._finished = self._total - len(self._waiting)
        writer.save()

    def run(self, crowd: Crowd) -> None:
        """Carry out all jobs."""
        self._tell()
        while self._waiting or self._running:
            started = self._start(crowd)
            results = list(crowd.done())
            for result in results:
                self._end(result)
            if not started and not results:
                time.sleep(_LOOK_S)

    def stopped(self) -> None:
        """Say of what was under way that it was stopped, and where it is."""
        folders = found_runs(self._folder, self._running)
        for name in self._running:
            self._writer.note(name, "stopped", folders.get(name), "interrupted")

    def _is_done(self, job: Job) -> bool:
        """Say whether a job has finished before, and note it."""
        from wayfare.emulator.records import RunRecord

        if job.unfinished is None or RunRecord(job.unfinished).manifest.get("status") != "finished":
            return False
        self._writer.note(job.scenario_hash, "finished", job.unfinished)
        return True

    def _start(self, crowd: Crowd) -> bool:
        """Begin as many jobs as the crowd takes; say whether any began."""
        waiting = (job for job in self._waiting.values() if not _is_alive(job.unfinished))
        ready = list(islice(waiting, max(crowd.free, 0)))
        for job in ready:
            del self._waiting[job.scenario_hash]
            if self._is_done(job):  # another process had it
                self._finished += 1
                continue
            self._running[job.scenario_hash] = job
            self._writer.note(job.scenario_hash, "running", job.unfinished)
            crowd.start(job)
        if ready:
            self._writer.save()
            self._tell()
        return bool(ready)

    def _end(self, result: Result) -> None:
        """Note a result."""
        name = result.job.scenario_hash
        del self._running[name]
        folder = result.folder or found_runs(self._folder, [name]).get(name)
        self._writer.note(name, result.status, folder, result.error)
        self._writer.save()
        self._finished += result.status == "finished"
        self.failed += result.status == "failed"
        self._tell(result)

    def _tell(self, ended: Result | None = None) -> None:
        running = tuple(job.label for job in self._running.values())
        self._watch(SweepProgress(self._total, self._finished, self.failed, self._known, running, ended))


def _jobs(study: Study, folder: Path, cache: bool) -> dict[str, Job]:
    """Return a job for each scenario hash, the first replications of everything first."""
    found = found_runs(folder, (run.scenario_hash for run in study.runs))
    jobs: dict[str, Job] = {}
    for run in sorted(study.runs, key=lambda run: run.replication):
        name = run.scenario_hash
        jobs.setdefault(name, Job(name, study.label(run), folder / scenario_file(name), folder, found.get(name), cache))
    return jobs


def _is_alive(folder: Path | None) -> bool:
    """Say whether a run still runs, as that of a sweep whose own process was killed."""
    from wayfare.emulator.records import RunRecord

    return folder is not None and RunRecord(folder).is_alive
