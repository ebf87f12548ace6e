"""Trial: the runs that a scenario file asks for, and what becomes of its expectations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import Problem, ScenarioError
from .expectations import Expectation, Outcome
from .expecting.errors import ExpectationError
from .expecting.many_runs import ManyRuns, StudyRun, check_methods
from .expecting.run_figures import RunFigures
from .study import PlannedRun, Study, study_of
from .sweep_folder import is_sweep

SUFFIX = ".scenario.yaml"


@dataclass(frozen=True)
class TriedRun:
    """A run of a trial: its folder, or why there is no result in it."""

    planned: PlannedRun
    folder: Path | None
    error: str | None = None

    def record(self) -> dict[str, Any]:
        """Return what another process needs to know of it."""
        return {"folder": None if self.folder is None else str(self.folder), "error": self.error}


class Trial:
    """A scenario file that is put to the test.

    Attributes:
        file: The file.
        smoke: Whether its quick variant is tried.
        study: The runs it asks for.
        expectations: What it expects, in the order of the file; matrices may expect more of one method.
    """

    def __init__(
        self, file: Path, overrides: Sequence[str] = (), seed: int | None = None, *, smoke: bool = False
    ) -> None:
        """Load and check all runs.

        Raises:
            ScenarioError: One of them is wrong, or an expectation names a method that there is not.
        """
        self.file, self.smoke = file, smoke
        self.study: Study = study_of(file, overrides, seed, smoke=smoke)
        expected = (expectation for planned in self.study.runs for expectation in planned.scenario.expect)
        self.expectations = tuple({expectation.text: expectation for expectation in expected}.values())
        if problems := list(self._unknown_methods()):
            raise ScenarioError(*problems)

    @property
    def key(self) -> str:
        """Return what names this trial: the SHA-256 of the file's path and the hashes of its runs."""
        hashes = "\0".join(planned.scenario_hash for planned in self.study.runs)
        return hashlib.sha256(f"{self.file.resolve()}\0{hashes}".encode()).hexdigest()

    def run(self, parent: Path, *, cache: bool = True) -> Tried:
        """Run everything, one run after another; of runs that are the same only one.

        Raises:
            ScenarioError: A run cannot be built.
            RunUnwritten, RunFailed, RunStopped: As `running.run` says, where there is one run alone; of several the
                others go on.
        """
        from .running import RunFailed, run

        done: dict[str, TriedRun] = {}
        for planned in self.study.runs:
            if planned.scenario_hash in done:
                continue
            try:
                ran = run(planned.scenario, parent, cache=cache)
                done[planned.scenario_hash] = TriedRun(planned, ran.folder)
            except RunFailed as failed:
                if len(self.study.runs) == 1:
                    raise
                done[planned.scenario_hash] = TriedRun(planned, failed.folder, str(failed))
        tried = [done[planned.scenario_hash] for planned in self.study.runs]
        return Tried(
            self,
            [TriedRun(planned, one.folder, one.error) for planned, one in zip(self.study.runs, tried, strict=True)],
        )

    def ran_before(self, records: Sequence[Mapping[str, Any]]) -> Tried:
        """Return what another process ran, from what `TriedRun.record` said of it."""
        folders = [None if one["folder"] is None else Path(one["folder"]) for one in records]
        errors = [one["error"] for one in records]
        runs = [TriedRun(*each) for each in zip(self.study.runs, folders, errors, strict=True)]
        return Tried(self, runs)

    def label(self, planned: PlannedRun) -> str:
        """Return what tells a run from the others of the trial; nothing where it is the only one."""
        parts = [
            (planned.method or "") if len(self.study.methods) > 1 else "",
            self.study.labels.of(self.study.points[planned.point]),
            f"seed {planned.scenario.seed}" if len(self.study.seeds) > 1 else "",
        ]
        return ", ".join(filter(None, parts))

    def _unknown_methods(self) -> Iterator[Problem]:
        for expectation in self.expectations:
            try:
                check_methods(expectation, self.study.methods)
            except ExpectationError as error:
                yield Problem(str(error), expectation.file, expectation.line, "expect")


@dataclass(frozen=True)
class Tried:
    """What came of a trial's runs."""

    trial: Trial
    runs: Sequence[TriedRun]

    @property
    def failed(self) -> list[TriedRun]:
        """Return the runs that broke down."""
        return [run for run in self.runs if run.error is not None]

    def outcome(self, expectation: Expectation) -> Outcome:
        """Return what became of an expectation."""
        return expectation.evaluate(self._many.scenes(expectation))

    def folders(self, outcome: Outcome) -> list[Path]:
        """Return the run folders of the worst case of an outcome, or of all runs where it is about several."""
        named = [run for run in self.runs if run.folder is not None]
        case = outcome.worst.name
        own = [run for run in named if case and self.trial.label(run.planned) == case]
        return list(dict.fromkeys(run.folder for run in own or named if run.folder is not None))

    @cached_property
    def _many(self) -> ManyRuns:
        return ManyRuns([self._study_run(run) for run in self.runs])

    def _study_run(self, run: TriedRun) -> StudyRun:
        from wayfare.emulator.records import RunRecord

        planned, study, figures = run.planned, self.trial.study, None
        if run.folder is not None and run.error is None:
            record = RunRecord(run.folder)
            figures = RunFigures(record.summary or {}, record)
        return StudyRun(
            planned.point,
            planned.method,
            planned.replication,
            planned.scenario.seed,
            study.labels.of(study.points[planned.point]),
            figures,
            frozenset(expectation.text for expectation in planned.scenario.expect),
        )


def scenario_files(path: Path) -> list[Path]:
    """Return the scenario files that a path means: itself, or all in a folder and those in it.

    Hidden folders are left out, and so are the copies that sweep folders keep.

    Raises:
        ScenarioError: There is none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob(f"*{SUFFIX}"))
    found = [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    found = [file for file in found if not any(map(is_sweep, file.parents))]
    if not found:
        raise ScenarioError(Problem(f"no file in this folder ends in {SUFFIX!r}", str(path)))
    return found
