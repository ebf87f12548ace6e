"""Points: the settings that a sweep runs a scenario with, from a grid, a list, or random samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Annotated, Any

from annotated_types import Ge, Le, Len

from wayfare.emulator.choice import Choice
from wayfare.models.streams import generator

from .composer import KeyPath
from .distributions import DISTRIBUTIONS, Distribution

MOST_POINTS = 100_000


@dataclass(frozen=True)
class RandomSamples:
    """Points whose values are drawn at random, by the scenario's seed."""

    samples: Annotated[int, "How many points are drawn.", Ge(1), Le(MOST_POINTS)]
    fields: Annotated[
        Mapping[str, Annotated[Any, Choice("kind", DISTRIBUTIONS)]],
        "What each field is drawn from, by its key, such as learning.learning_rate.",
        Len(1),
    ]


@dataclass(frozen=True)
class SweepSection:
    """Which fields take which values; where several of the three are given, every combination of theirs is run."""

    grid: Annotated[
        Mapping[str, Annotated[tuple[Any, ...], Len(1)]],
        "Values of each field by its key, such as learning.steps; every combination is a point.",
    ] = field(default_factory=dict)
    points: Annotated[
        tuple[Annotated[Mapping[str, Any], Len(1)], ...], "Points one by one: the value of each field by its key."
    ] = ()
    random: Annotated[RandomSamples | None, "Points drawn at random."] = None


@dataclass(frozen=True)
class Setting:
    """A value that a point sets.

    Attributes:
        key: The field, such as `learning.steps`.
        value: As a scenario writes it.
        written: Where the sweep says so, as the path in the scenario file.
    """

    key: str
    value: Any
    written: KeyPath


Point = tuple[Setting, ...]
"""What one point of a sweep sets, in the order of the file."""


def points_of(section: SweepSection | None, seed: int) -> list[Point]:
    """Return the points of a sweep; without one there is a single point that sets nothing.

    A random value depends on the seed, the field and the number of the sample alone: a further field or a further
    sample changes no other.
    """
    if section is None:
        return [()]
    parts = [list(_grid(section)), list(_listed(section)), list(_sampled(section, seed))]
    return [sum(combination, ()) for combination in product(*(part for part in parts if part))] or [()]


def count_of(section: SweepSection | None) -> int:
    """Return how many points a sweep has, of which none is made."""
    if section is None:
        return 1
    grid = prod(len(values) for values in section.grid.values())
    return grid * max(len(section.points), 1) * (section.random.samples if section.random else 1)


def keys_of(section: SweepSection | None) -> Iterator[tuple[str, KeyPath]]:
    """Yield each field that a sweep sets, and where it says so."""
    if section is None:
        return
    for key in section.grid:
        yield key, ("grid", key)
    for index, point in enumerate(section.points):
        for key in point:
            yield key, ("points", index, key)
    for key in section.random.fields if section.random else ():
        yield key, ("random", "fields", key)


def _grid(section: SweepSection) -> Iterator[Point]:
    axes = [
        [Setting(key, value, ("sweep", "grid", key, index)) for index, value in enumerate(values)]
        for key, values in section.grid.items()
    ]
    if axes:
        yield from product(*axes)


def _listed(section: SweepSection) -> Iterator[Point]:
    for index, point in enumerate(section.points):
        yield tuple(Setting(key, value, ("sweep", "points", index, key)) for key, value in point.items())


def _sampled(section: SweepSection, seed: int) -> Iterator[Point]:
    for number in range(section.random.samples if section.random else 0):
        assert section.random is not None
        yield tuple(
            Setting(key, _drawn(distribution, seed, key, number), ("sweep", "random", "fields", key))
            for key, distribution in section.random.fields.items()
        )


def _drawn(distribution: Distribution, seed: int, key: str, number: int) -> Any:
    return distribution.draw(generator(seed, "sweep", key, number))
