"""The study: all runs that a scenario file asks for, each point of its sweep by each method and each seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, product
from pathlib import Path
from typing import Any

from wayfare.emulator.methods import METHODS
from wayfare.models.streams import hashed_seed

from . import matrix
from .document import Document
from .errors import Problem, ScenarioError, in_file_order
from .loading import read_document, scenario_hash, scenario_of
from .patching import patch_at, patched
from .plugins import Plugins
from .point_labels import PointLabels
from .points import MOST_POINTS, Point, count_of, points_of
from .schema import Scenario
from .study_sections import StudySections, sections_of


@dataclass(frozen=True)
class PlannedRun:
    """One run of a study.

    Attributes:
        point: Its place among the study's points.
        method: As the matrix calls it, else the method that learns; None where nothing learns.
        replication: Which replication it is, from 1.
        scenario: What is run; it has the seed.
    """

    point: int
    method: str | None
    replication: int
    scenario: Scenario

    @cached_property
    def scenario_hash(self) -> str:
        """Return what names the scenario."""
        return scenario_hash(self.scenario)


@dataclass(frozen=True)
class Study:
    """What a scenario file asks for.

    Attributes:
        file: The file.
        settings: What the command line changed, as `a.b=c`.
        name: The scenario's name.
        points: What each point sets, by key; a single one that sets nothing where nothing is swept.
        methods: The names of the matrix; without one the method that learns, or None.
        seeds: The seed of each replication.
        runs: All runs, by point, then method, then replication.
    """

    file: Path
    settings: tuple[str, ...]
    name: str
    points: tuple[Mapping[str, Any], ...]
    methods: tuple[str | None, ...]
    seeds: tuple[int, ...]
    runs: tuple[PlannedRun, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the keys that are swept."""
        return tuple(dict.fromkeys(key for point in self.points for key in point))

    @cached_property
    def labels(self) -> PointLabels:
        """Return what the points are called."""
        return PointLabels(self.points)

    def label(self, run: PlannedRun) -> str:
        """Return `mfd, alpha=0.3, seed 1`: what tells a run from the others."""
        return self.labels.of_run(run.method, self.points[run.point], run.scenario.seed)


def study_of(
    path: Path | str,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    replications: int | None = None,
    *,
    smoke: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Study:
    """Return all runs that a scenario file asks for, each of them loaded and checked.

    Args:
        path: The scenario file.
        overrides: Settings as `a.b=c`; they change the scenario before a point or a method does.
        seed: Replaces the scenario's seed.
        replications: Replaces the scenario's `replications`.
        smoke: Whether to take the quick variant, with the overrides of its section `smoke`.
        on_progress: Told how many points with a method, of how many, have been loaded.

    Raises:
        ScenarioError: The file, or a run that it asks for, is wrong; it carries every problem found.
    """
    settings = [*overrides, *([] if replications is None else [f"replications={replications}"])]
    written, extensions = read_document(path, settings, seed, smoke=smoke)
    with extensions.registered():
        sections = sections_of(written)
        cases = list(_cases(written, sections))
        scenarios = _loaded(cases, written, extensions, on_progress)
    seeds = tuple(replication_seeds(scenarios[0].seed, sections.replications))
    runs = tuple(run for case, scenario in zip(cases, scenarios, strict=True) for run in _runs(case, scenario, seeds))
    return Study(
        file=Path(path),
        settings=tuple(settings),
        name=scenarios[0].name,
        points=tuple({case.point: case.values for case in cases}.values()),
        methods=tuple(dict.fromkeys(run.method for run in runs)),
        seeds=seeds,
        runs=runs,
    )


def replication_seeds(seed: int, replications: int) -> Iterator[int]:
    """Yield the seed of each replication: the scenario's own, then those that follow from it and their number.

    These have 31 bits, as whole numbers above 2^53 do not survive readers of JSON that have floats alone; all differ.
    """
    yield seed
    taken = {seed}
    for number in range(2, replications + 1):
        tries = (hashed_seed(seed, "replication", number, attempt) >> 32 for attempt in count())
        derived = next(each for each in tries if each not in taken)
        taken.add(derived)
        yield derived


@dataclass(frozen=True)
class _Case:
    """A point and a method, without a seed."""

    point: int
    settings: Point
    entry: matrix.Entry | None

    @property
    def values(self) -> dict[str, Any]:
        """Return what the point sets, by key."""
        return {setting.key: setting.value for setting in self.settings}

    def label(self, labels: PointLabels) -> str:
        """Return what tells it from the others."""
        return ", ".join(filter(None, [self.entry.label if self.entry else "", labels.of(self.values)]))

    def document(self, written: Document) -> Document:
        """Return the document of this case."""
        for setting in self.settings:
            path = written.path_of(setting.key)
            written = patched(written, [patch_at(written, setting.written, path, setting.value)])
        return written if self.entry is None else patched(written, self.entry.patches(written))


def _cases(written: Document, sections: StudySections) -> Iterator[_Case]:
    """Yield each point with each method."""
    entries: list[matrix.Entry | None] = [*matrix.entries(written)] or [None]
    seed = written.data.get("seed", 1)
    asked = count_of(sections.sweep) * len(entries) * sections.replications
    if asked > MOST_POINTS:
        place = "replications" if sections.sweep is None else "sweep"
        raise ScenarioError(written.problem((place,), _too_many(asked, count_of(sections.sweep), len(entries))))
    points = points_of(sections.sweep, seed if isinstance(seed, int) else 1)
    for (number, settings), entry in product(enumerate(points), entries):
        yield _Case(number, settings, entry)


def runs_asked(written: Document) -> int:
    """Return how many runs a document asks for; plug-ins must be registered."""
    sections = sections_of(written)
    return count_of(sections.sweep) * max(len(matrix.entries(written)), 1) * sections.replications


def _too_many(asked: int, points: int, methods: int) -> str:
    """Say how many runs are asked for."""
    factors = {"point": points, "method": methods, "seed": asked // points // methods}
    said = ", ".join(f"{number:,} {noun}{'s' if number > 1 else ''}" for noun, number in factors.items())
    return f"asks for {asked:,} runs ({said}); {MOST_POINTS:,} are the most"


def _loaded(
    cases: Sequence[_Case], written: Document, extensions: Plugins, on_progress: Callable[[int, int], None] | None
) -> list[Scenario]:
    """Return the scenario of each case.

    Raises:
        ScenarioError: Some cannot be loaded; a problem that not all have says which does.
    """
    scenarios: list[Scenario] = []
    found: dict[Problem, list[_Case]] = {}
    for number, case in enumerate(cases):
        if on_progress is not None:
            on_progress(number, len(cases))
        try:
            scenarios.append(scenario_of(case.document(written), extensions))
        except ScenarioError as error:
            for problem in error.problems:
                found.setdefault(problem, []).append(case)
    if found:
        labels = PointLabels(case.values for case in cases)
        raise ScenarioError(*in_file_order(_said(problem, who, cases, labels) for problem, who in found.items()))
    return scenarios


def _said(problem: Problem, who: Sequence[_Case], every: Sequence[_Case], labels: PointLabels) -> Problem:
    """Return a problem with the case that has it, where not all have."""
    if len(who) == len(every):
        return problem
    others = f" and {len(who) - 1} more" if len(who) > 1 else ""
    return replace(problem, message=f"{problem.message} (in the run with {who[0].label(labels)}{others})")


def _seeded(scenario: Scenario, seed: int, number: int) -> Scenario:
    """Return a scenario with the seed of a replication."""
    written = scenario.document
    assert written is not None
    written = written.with_value(("seed",), seed, f"of replication {number}")
    return replace(scenario, seed=seed, document=written)


def _runs(case: _Case, scenario: Scenario, seeds: Sequence[int]) -> Iterator[PlannedRun]:
    """Yield the replications of a case."""
    own = next((name for name, method in METHODS.items() if type(scenario.learning) is method), None)
    for number, seed in enumerate(seeds, 1):
        seeded = scenario if number == 1 else _seeded(scenario, seed, number)
        yield PlannedRun(case.point, case.entry.label if case.entry else own, number, seeded)
