"""The comparison of groups of runs: means with intervals, differences to a baseline, and the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wayfare.models.streams import generator

from .compared_runs import Group
from .errors import unknown
from .expecting import ExpectationError, Term, parse
from .statistics import (
    Difference,
    How,
    Interval,
    bootstrap_interval,
    holm,
    paired_difference,
    pareto_front,
    t_interval,
    welch_difference,
)

_BITS = 8


class ComparisonError(ValueError):
    """What is asked for cannot be compared; the message says why."""


@dataclass(frozen=True)
class Measure:
    """A figure that is compared, in the language of `expect`: `accuracy.final`, `accuracy.time_to(0.8)`."""

    text: str
    term: Term

    @classmethod
    def of(cls, text: str) -> Measure:
        """Return the measure that a text names.

        Raises:
            ComparisonError: It names none.
        """
        try:
            term = parse(text)
            term.dimension  # noqa: B018 - it says so where the parts do not fit
        except ExpectationError as error:
            raise ComparisonError(f"{text}: {error}") from None
        return cls(text, term)

    @property
    def unit(self) -> str:
        """Return the SI unit of its values, empty for what has none; rates are in bits."""
        return "bit/s" if self._is_rate else self.term.dimension.unit

    def by_seed(self, group: Group) -> dict[int, float]:
        """Return its value in each run of a group that has one, by seed."""
        factor = _BITS if self._is_rate else 1
        return {seed: value * factor for seed, value in group.by_seed(self.term).items()}

    @property
    def _is_rate(self) -> bool:
        return self.term.dimension.kind == "bps"


@dataclass(frozen=True)
class Cell:
    """A measure of a group.

    Attributes:
        interval: Mean and interval over the runs that have a value; None where none has.
        runs: How many runs the group has.
        difference: To the baseline; None for the baseline itself, and where nothing can be compared.
        p_adjusted: Its p value, adjusted for all differences of this measure (Holm).
    """

    interval: Interval | None
    runs: int
    difference: Difference | None = None
    p_adjusted: float = math.nan

    @property
    def values(self) -> int:
        """Return how many runs have a value."""
        return 0 if self.interval is None else self.interval.number


@dataclass(frozen=True)
class Comparison:
    """Groups, measures, and what came of each.

    Attributes:
        groups: What is compared.
        measures: In which figures.
        cells: By label of the group and text of the measure.
        baselines: The label of the group that each group is compared with; without an entry it is a baseline.
        front: Whether each group is on the Pareto front; empty where there is none.
        front_of: The measures of that front.
        incomplete: What keeps a group off the front that has no value in some runs: `bytes.total in 1 of 3 runs`.
        how: How the intervals of means are made.
        confidence: Of all intervals.
    """

    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    cells: Mapping[tuple[str, str], Cell]
    baselines: Mapping[str, str]
    front: Mapping[str, bool]
    front_of: tuple[str, ...]
    incomplete: Mapping[str, str]
    how: How
    confidence: float


def default_measures(groups: Sequence[Group], threshold: float | None) -> list[Measure]:
    """Return what is compared where nothing else is asked for: accuracy, bytes, time and energy."""
    learns = any(run.learns for group in groups for run in group.runs.values())
    first = Measure.of("accuracy.final" if learns else "flows.last_end")
    rest = ("bytes.total", "energy.total", *([] if threshold else ["time.virtual"]))
    return [first, *to_reach(threshold), *map(Measure.of, rest)]


def to_reach(threshold: float | None) -> list[Measure]:
    """Return what it takes to reach an accuracy: time, bytes and energy; nothing without one."""
    names = () if threshold is None else ("time_to", "bytes_to", "energy_to")
    return [Measure.of(f"accuracy.{name}({threshold:g})") for name in names]


def compare(
    groups: Sequence[Group],
    measures: Sequence[Measure],
    *,
    how: How = "t",
    confidence: float = 0.95,
    baseline: str | None = None,
    threshold: float | None = None,
) -> Comparison:
    """Compare groups of runs.

    Args:
        groups: What is compared.
        measures: In which figures.
        how: Whether intervals of means are Student's or the bootstrap's; those of differences are Student's.
        confidence: Of all intervals.
        baseline: The method, or the label of the group, that the others are compared with; by default the first.
        threshold: An accuracy; then the time of the Pareto front is the time to it.

    Raises:
        ComparisonError: There is no such baseline.
    """
    baselines = _baselines(groups, baseline)
    cells: dict[tuple[str, str], Cell] = {}
    for measure in measures:
        values = {group.label: measure.by_seed(group) for group in groups}
        for group in groups:
            interval = _interval(list(values[group.label].values()), how, confidence, group.label, measure.text)
            other = values.get(baselines.get(group.label, ""))
            difference = None if other is None else _difference(other, values[group.label], confidence)
            cells[group.label, measure.text] = Cell(interval, len(group.runs), difference)
        _adjust(cells, [(group.label, measure.text) for group in groups])
    front_of = _objectives(threshold)
    front, incomplete = _front(groups, front_of)
    return Comparison(
        groups=tuple(groups),
        measures=tuple(measures),
        cells=cells,
        baselines=baselines,
        front=front,
        front_of=front_of,
        incomplete=incomplete,
        how=how,
        confidence=confidence,
    )


def _baselines(groups: Sequence[Group], wanted: str | None) -> dict[str, str]:
    """Return for each group that is compared the label of the one it is compared with."""
    methods = list(dict.fromkeys(group.method for group in groups if group.method is not None))
    labels = [group.label for group in groups]
    if wanted is not None and wanted not in methods and wanted not in labels:
        raise ComparisonError(unknown("baseline", wanted, [*methods, *labels]))
    if wanted in labels or (wanted is None and len(methods) < 2):
        first = wanted if wanted is not None else labels[0]
        return {label: first for label in labels if label != first}
    method = wanted or methods[0]
    bases = [group for group in groups if group.method == method]
    found = {}
    for group in groups:
        same = [base for base in bases if base.values == group.values]
        base = same[0] if same else bases[0] if len(bases) == 1 else None
        if group.method != method and base is not None:
            found[group.label] = base.label
    return found


def _interval(values: list[float], how: How, confidence: float, *name: str) -> Interval | None:
    if not values:
        return None
    if how == "bootstrap":
        return bootstrap_interval(values, generator("comparison", *name), confidence)
    return t_interval(values, confidence)


def _difference(base: Mapping[int, float], other: Mapping[int, float], confidence: float) -> Difference | None:
    """Return other less base: seed by seed where two seeds or more match, else of the whole samples.

    None where no seed matches and one of them has a single value: it would be the difference between two seeds.
    """
    both = [seed for seed in base if seed in other]
    if len(both) >= 2 or (both and min(len(base), len(other)) < 2):
        return paired_difference([base[seed] for seed in both], [other[seed] for seed in both], confidence)
    if min(len(base), len(other)) < 2:
        return None
    return welch_difference(list(base.values()), list(other.values()), confidence)


def _adjust(cells: dict[tuple[str, str], Cell], keys: Sequence[tuple[str, str]]) -> None:
    """Adjust the p values of a measure for there being several."""
    compared = [(key, difference) for key in keys if (difference := cells[key].difference) is not None]
    for (key, _), p in zip(compared, holm([difference.p for _, difference in compared]), strict=True):
        cells[key] = replace(cells[key], p_adjusted=p)


def _objectives(threshold: float | None) -> tuple[str, ...]:
    time = "time.virtual" if threshold is None else f"accuracy.time_to({threshold:g})"
    return ("accuracy.final", "bytes.total", time, "energy.total")


def _front(groups: Sequence[Group], objectives: Sequence[str]) -> tuple[dict[str, bool], dict[str, str]]:
    """Return which groups nothing is better than, by means, and which are left out for want of values.

    The mean over those runs alone that reached a threshold would make the best of a method that seldom does.
    """
    measures = [Measure.of(text) for text in objectives]
    samples = {group.label: [list(measure.by_seed(group).values()) for measure in measures] for group in groups}
    if not all(sample[0] for sample in samples.values()):
        return {}, {}
    incomplete = {group.label: said for group in groups if (said := _lacking(group, samples[group.label], objectives))}
    means = {
        label: [sum(sample) / len(sample) for sample in of] for label, of in samples.items() if label not in incomplete
    }
    on = pareto_front([[-accuracy, *costs] for accuracy, *costs in means.values()])
    return dict.fromkeys(samples, False) | dict(zip(means, on, strict=True)), incomplete


def _lacking(group: Group, samples: Sequence[Sequence[float]], objectives: Sequence[str]) -> str:
    """Say which figures not all runs of a group have; nothing where all have all."""
    runs = len(group.runs)
    counts = zip(objectives, map(len, samples), strict=True)
    return ", ".join(f"{text} in {number} of {runs} runs" for text, number in counts if number < runs)
