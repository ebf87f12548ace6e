"""A sweep folder as everybody reads it: many runs of one study, by point, method and seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wayfare.emulator.records.errors import RecordError

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord

MANIFEST = "sweep.json"
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
    status: Status = "waiting"
    folder: Path | None = None
    error: str | None = None

    @property
    def label(self) -> str:
        """Return `mfd, alpha=0.3, seed 1`: what tells it from the others."""
        return label_of(self.method, self.values, self.seed)

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

    def _run(self, number: int, entry: Mapping[str, Any]) -> SweepRun:
        folder = None if entry["folder"] is None else self.folder / entry["folder"]
        return SweepRun(
            number=number,
            point=entry["point"],
            values=self.points[entry["point"]],
            method=entry["method"],
            replication=entry["replication"],
            seed=entry["seed"],
            scenario_hash=entry["scenario_hash"],
            status=entry["status"],
            folder=folder,
            error=entry["error"],
        )


def is_sweep(folder: Path) -> bool:
    """Say whether a folder is a sweep's."""
    return (folder / MANIFEST).is_file()


def label_of(method: str | None, values: Mapping[str, Any], seed: int) -> str:
    """Return `mfd, alpha=0.3, seed 1`: what tells a run from the others of its sweep."""
    return ", ".join(filter(None, [method or "", values_label(values), f"seed {seed}"]))


def values_label(values: Mapping[str, Any]) -> str:
    """Return `alpha=0.3, rate=1 Gbit/s`: what a point sets, each key by its last steps as far as they tell it apart."""
    names = short_names(tuple(values))
    return ", ".join(f"{names[key]}={shown_value(value)}" for key, value in values.items())


def short_names(keys: tuple[str, ...]) -> dict[str, str]:
    """Return for each key the fewest of its last steps that no other key ends with."""
    names = {}
    for key in keys:
        steps = key.split(".")
        tails = (".".join(steps[-count:]) for count in range(1, len(steps) + 1))
        others = [f".{other}" for other in keys if other != key]
        names[key] = next((tail for tail in tails if not any(other.endswith(f".{tail}") for other in others)), key)
    return names


def shown_value(value: Any) -> str:
    """Return a value of a point in one line, as YAML has it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown_value(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown_value, value))}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)


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
