"""The runs that are compared, in groups that differ in their seed alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from wayfare.emulator.records import RecordError, RunRecord

from .expectations import OneRun
from .expecting import RunFigures, Term
from .flattening import differences, flat
from .point_labels import PointLabels
from .sweep_folder import Sweep, is_sweep


@dataclass(frozen=True)
class ComparedRun:
    """A finished run."""

    seed: int
    record: RunRecord

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Return ``summary.json``.

        Raises:
            RecordError: The run has not finished.
        """
        summary = self.record.summary
        if summary is None:
            status = self.record.manifest["status"]
            raise RecordError(f"{self.record.folder}: has no summary, so it was not finished (its status is {status})")
        return summary

    @property
    def learns(self) -> bool:
        """Whether it has an accuracy."""
        return bool((self.summary.get("accuracy") or {}).get("final") is not None)

    @cached_property
    def scene(self) -> OneRun:
        """Return where figures of the run have values."""
        return OneRun(RunFigures(self.summary, self.record))


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed alone.

    Attributes:
        label: What it is called; no other group is called so.
        method: The method, by its name in the matrix; None where nothing learns.
        values: What the point of the sweep sets, by key.
        runs: The runs, by seed.
        legend: What parts of the label stand for that are too long to be in it: `background #2`.
    """

    label: str
    method: str | None
    values: Mapping[str, Any]
    runs: Mapping[int, ComparedRun]
    legend: Mapping[str, str] = field(default_factory=dict)

    def by_seed(self, term: Term) -> dict[int, float]:
        """Return the value of a figure in each run that has one."""
        found = ((seed, term.value(run.scene)) for seed, run in self.runs.items())
        return {seed: float(value) for seed, value in found if isinstance(value, float | int)}


def groups_of(paths: Sequence[Path]) -> tuple[list[Group], list[str]]:
    """Return the groups of the runs in some run and sweep folders, and what is to be said of those left out.

    Raises:
        RecordError: One is neither, or a run has not finished.
    """
    groups: list[Group] = []
    notes: list[str] = []
    sweeps = {path: Sweep(path) for path in paths if is_sweep(path)}
    labels = PointLabels(point for sweep in sweeps.values() for point in sweep.points)
    for path, sweep in sweeps.items():
        groups += _of_sweep(sweep, labels)
        if sweep.unfinished:
            count = len(sweep.unfinished)
            notes.append(f"{path}: {count} of {len(sweep.runs)} runs have no result and are left out")
    groups += _of_runs([RunRecord(path) for path in paths if not is_sweep(path)], notes)
    if not groups:
        raise RecordError("; ".join(notes) or "no run has a result")
    return _told_apart(groups), notes


def _of_sweep(sweep: Sweep, labels: PointLabels) -> Iterator[Group]:
    """Yield the groups of a sweep: each point with each method."""
    for point, values in enumerate(sweep.points):
        for method in sweep.methods:
            runs = {
                run.seed: ComparedRun(run.seed, run.record)
                for run in sweep.select(point=point, method=method)
                if run.status == "finished"
            }
            if runs:
                label = ", ".join(filter(None, [method or "", labels.of(values)])) or sweep.name
                yield Group(label, method, values, runs, labels.legend(values))


def _of_runs(records: Sequence[RunRecord], notes: list[str]) -> list[Group]:
    """Return the groups of single runs: of those whose resolved scenarios differ in seed and expectations alone.

    Of runs of one scenario and seed the last counts; the notes say which are left out.
    """
    scenarios: list[dict[str, Any]] = []
    runs: list[dict[int, ComparedRun]] = []
    for record in records:
        data = yaml.safe_load(record.scenario_text)
        run = ComparedRun(int(data.pop("seed", 0)), record)
        data.pop("expect", None)
        if data not in scenarios:
            scenarios.append(data)
            runs.append({})
        group = runs[scenarios.index(data)]
        run.summary  # noqa: B018 - it refuses a damaged one
        if run.seed in group:
            notes.append(f"{group[run.seed].record.folder}: is left out, {record.folder} has its scenario and seed")
        group[run.seed] = run
    values = [_telling(data, scenarios) for data in scenarios]
    labels = PointLabels(values)
    return [_group(own, telling, labels) for own, telling in zip(runs, values, strict=True)]


def _telling(data: dict[str, Any], every: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the values, by key, that tell a scenario from others that have its name and method."""
    rivals = [other for other in every if other is not data and _called(other) == _called(data)]
    keys = dict.fromkeys(each.key for other in rivals for each in differences(other, data))
    own = dict(flat(data))
    return {key: own[key] for key in keys if key in own}


def _group(runs: Mapping[int, ComparedRun], values: Mapping[str, Any], labels: PointLabels) -> Group:
    """Return the group of a scenario, with the values that tell it from others."""
    manifest = next(iter(runs.values())).record.manifest
    method = manifest.get("method")
    name = str(manifest["name"]) + (f" ({method})" if method else "")
    label = ", ".join(filter(None, [name, labels.of(values)]))
    return Group(label, method, values, runs, labels.legend(values))


def _called(data: Mapping[str, Any]) -> tuple[Any, Any]:
    return data.get("name"), (data.get("learning") or {}).get("method")


def _told_apart(groups: Sequence[Group]) -> list[Group]:
    """Return the groups with labels of their own: groups of several folders that share one are numbered."""
    seen: dict[str, int] = {}
    apart = []
    for group in groups:
        seen[group.label] = seen.get(group.label, 0) + 1
        number = seen[group.label]
        apart.append(group if number == 1 else replace(group, label=f"{group.label} #{number}"))
    return apart
