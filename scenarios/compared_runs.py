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
from .sweep_folder import Sweep, is_sweep, short_names, shown_value, values_label

_LONGEST = 40
"""How many characters of a swept value fit into a label."""


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
    long = _long_values([point for sweep in sweeps.values() for point in sweep.points])
    for path, sweep in sweeps.items():
        groups += _of_sweep(sweep, long)
        if sweep.unfinished:
            count = len(sweep.unfinished)
            notes.append(f"{path}: {count} of {len(sweep.runs)} runs have no result and are left out")
    groups += _of_runs([RunRecord(path) for path in paths if not is_sweep(path)])
    if not groups:
        raise RecordError("; ".join(notes) or "no run has a result")
    return _told_apart(groups), notes


def _long_values(points: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the values, in words, of each key of which one would make a label unreadable; their places number them."""
    shown: dict[str, list[str]] = {}
    for point in points:
        for key, value in point.items():
            if (text := shown_value(value)) not in shown.setdefault(key, []):
                shown[key].append(text)
    return {key: texts for key, texts in shown.items() if any(len(text) > _LONGEST for text in texts)}


def _of_sweep(sweep: Sweep, long: Mapping[str, list[str]]) -> Iterator[Group]:
    """Yield the groups of a sweep: each point with each method; long values are numbered, with a legend."""
    for point, values in enumerate(sweep.points):
        names = short_names(tuple(values))
        numbers = {key: long[key].index(shown_value(values[key])) for key in values if key in long}
        legend = {f"{names[key]} #{number + 1}": long[key][number] for key, number in numbers.items()}
        short = values_label({key: value for key, value in values.items() if key not in long})
        for method in sweep.methods:
            runs = {
                run.seed: ComparedRun(run.seed, run.record)
                for run in sweep.select(point=point, method=method)
                if run.status == "finished"
            }
            if runs:
                label = ", ".join(filter(None, [method or "", short, *legend])) or sweep.name
                yield Group(label, method, values, runs, legend)


def _of_runs(records: Sequence[RunRecord]) -> list[Group]:
    """Return the groups of single runs: of those whose resolved scenarios differ in seed and expectations alone."""
    scenarios: list[dict[str, Any]] = []
    runs: list[dict[int, ComparedRun]] = []
    for record in records:
        data = yaml.safe_load(record.scenario_text)
        run = ComparedRun(int(data.pop("seed", 0)), record)
        data.pop("expect", None)
        if data not in scenarios:
            scenarios.append(data)
            runs.append({})
        runs[scenarios.index(data)][run.seed] = run
    return [_group(data, own, scenarios) for data, own in zip(scenarios, runs, strict=True)]


def _group(data: dict[str, Any], runs: Mapping[int, ComparedRun], every: Sequence[dict[str, Any]]) -> Group:
    """Return the group of a scenario; where others have its name and method, with the keys that tell it from them."""
    manifest = next(iter(runs.values())).record.manifest
    method = manifest.get("method")
    rivals = [other for other in every if other is not data and _called(other) == _called(data)]
    keys = dict.fromkeys(each.key for other in rivals for each in differences(other, data))
    names = short_names(tuple(keys))
    own = dict(flat(data))
    values = {key: own[key] for key in keys if key in own}
    telling = ", ".join(f"{names[key]}={shown_value(value)}" for key, value in values.items())
    label = str(manifest["name"]) + (f" ({method})" if method else "") + (f", {telling}" if telling else "")
    return Group(label, method, values, runs)


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
