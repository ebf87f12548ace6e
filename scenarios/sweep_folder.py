"""A sweep folder as everybody reads it: many runs of one study, by point, method and seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wayfare.emulator.records.errors import RecordError

from .point_labels import PointLabels

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord

MANIFEST = "sweep.json"
SCENARIOS = "scenarios"
SAID = ".stderr.txt"
"""Instead of `.yaml`: the file beside a run's scenario with all that it said before it failed."""

FORMAT = 1

Status = Literal["waiting", "running", "finished", "failed", "stopped"]


@dataclass(frozen=True)
class SweepRun:
    """One run of a sweep.

    Attributes:
        number: Its place in the sweep, from 0.
        point: Its place among `Sweep.points`.
        values: What the point sets, by key; empty where nothing is swept.
        method: Its name in the study's `matrix`, else the method that learns; None where nothing learns.
        replication: Which replication it is, from 1.
        seed: The seed, which all points and methods of a replication share.
        scenario_hash: Names the resolved scenario; runs with the same hash share one folder.
        label: What tells it from the others: `mfd, alpha=0.3, seed 1`.
        status: What became of it.
        folder: The run folder; None as long as there is none.
        error: Why there is no result, where it has failed.
    """

    number: int
    point: int
    values: Mapping[str, Any]
    method: str | None
    replication: int
    seed: int
    scenario_hash: str
    label: str
    status: Status = "waiting"
    folder: Path | None = None
    error: str | None = None

    @property
    def record(self) -> RunRecord:
        """Return the reader of the run folder.

        Raises:
            RecordError: There is none.
        """
        from wayfare.emulator.records import RunRecord

        if self.folder is None:
            raise RecordError(f"run {self.number} ({self.label}) has no folder: {self.error or self.status}")
        return RunRecord(self.folder)

    @property
    def summary(self) -> dict[str, Any]:
        """Return ``summary.json`` of the run.

        Raises:
            RecordError: It has not finished.
        """
        summary = self.record.summary if self.status == "finished" else None
        if summary is None:
            raise RecordError(f"run {self.number} ({self.label}) has no summary: {self.error or self.status}")
        return summary


class Sweep:
    """Reads a sweep folder, as it stands at that moment.

    Attributes:
        folder: Where it is.
    """

    def __init__(self, folder: Path | str) -> None:
        """Read the manifest.

        Raises:
            RecordError: There is none, or it cannot be read.
        """
        self.folder = Path(folder)
        self._manifest = _read(self.folder / MANIFEST)

    def __repr__(self) -> str:
        return f"Sweep({str(self.folder)!r}, {len(self.runs) - len(self.unfinished)} of {len(self.runs)} finished)"

    @property
    def manifest(self) -> dict[str, Any]:
        """Return ``sweep.json``."""
        return self._manifest

    @property
    def name(self) -> str:
        """Return the name of the scenario."""
        return str(self._manifest["name"])

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the keys that the points set."""
        return tuple(self._manifest["fields"])

    @property
    def points(self) -> tuple[dict[str, Any], ...]:
        """Return what each point sets, by key; one empty point where nothing is swept."""
        return tuple(self._manifest["points"])

    @property
    def methods(self) -> tuple[str | None, ...]:
        """Return the methods by their names in the matrix; one, perhaps None, where there is no matrix."""
        return tuple(self._manifest["methods"])

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seed of each replication."""
        return tuple(self._manifest["seeds"])

    @cached_property
    def runs(self) -> tuple[SweepRun, ...]:
        """Return all runs, finished or not, in the order of the sweep."""
        return tuple(self._run(number, entry) for number, entry in enumerate(self._manifest["runs"]))

    @cached_property
    def labels(self) -> PointLabels:
        """Return what the points are called."""
        return PointLabels(self.points)

    def select(
        self, *, point: int | None = None, method: str | None = None, seed: int | None = None
    ) -> tuple[SweepRun, ...]:
        """Return the runs of a point, a method and a seed; what is None is left open."""
        return tuple(
            run
            for run in self.runs
            if point in (None, run.point) and method in (None, run.method) and seed in (None, run.seed)
        )

    @property
    def unfinished(self) -> tuple[SweepRun, ...]:
        """Return the runs that have no result."""
        return tuple(run for run in self.runs if run.status != "finished")

    def failures(self) -> list[str]:
        """Return a line for each run without a result: its number and label, the cause, and where to look."""
        lines = []
        for run in self.unfinished:
            said = self.folder / said_file(run.scenario_hash)
            places = [str(place) for place in (said, run.folder) if place is not None and place.exists()]
            where = f"; see {' and '.join(places)}" if places else ""
            lines.append(f"run {run.number} ({run.label}): {run.error or run.status}{where}")
        legend = {name: text for run in self.unfinished for name, text in self.labels.legend(run.values).items()}
        return lines + [f"{name}: {text}" for name, text in legend.items()]

    def _run(self, number: int, entry: Mapping[str, Any]) -> SweepRun:
        folder = None if entry["folder"] is None else self.folder / entry["folder"]
        values = self.points[entry["point"]]
        return SweepRun(
            number=number,
            point=entry["point"],
            values=values,
            method=entry["method"],
            replication=entry["replication"],
            seed=entry["seed"],
            scenario_hash=entry["scenario_hash"],
            label=self.labels.of_run(entry["method"], values, entry["seed"]),
            status=entry["status"],
            folder=folder,
            error=entry["error"],
        )


def is_sweep(folder: Path) -> bool:
    """Say whether a folder is a sweep's."""
    return (folder / MANIFEST).is_file()


def scenario_file(scenario_hash: str) -> str:
    """Return where the scenario with a hash stands in a sweep folder."""
    return f"{SCENARIOS}/{scenario_hash[:16]}.scenario.yaml"


def said_file(scenario_hash: str) -> str:
    """Return where all that a failed run said stands in a sweep folder."""
    return str(Path(scenario_file(scenario_hash)).with_suffix(SAID))


def _read(path: Path) -> dict[str, Any]:
    """Return the manifest, as far as its reader needs it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(f"{path.parent}: not a sweep folder (it has no {path.name})") from None
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read ({error})") from error
    needed = {"format", "name", "fields", "points", "methods", "seeds", "runs"}
    if not isinstance(content, dict) or not needed <= set(content):
        raise RecordError(f"{path}: is not the manifest of a sweep")
    if content["format"] != FORMAT:
        raise RecordError(f"{path}: has format {content['format']}; this version of Wayfare reads {FORMAT}")
    return content
