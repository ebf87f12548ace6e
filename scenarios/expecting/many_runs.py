"""ManyRuns: the scenes of a study's runs, by point of its sweep, method of its matrix and replication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wayfare.scenarios.errors import unknown

from .errors import ExpectationError
from .figures import Figure
from .run_figures import RunFigures
from .terms import Named, Scene, Statistic, Term, Value

if TYPE_CHECKING:
    from wayfare.scenarios.expectations import Expectation

Place = tuple[int, str | None, int]


@dataclass(frozen=True)
class StudyRun:
    """One run of a study.

    Attributes:
        point: Its place among the points of the sweep.
        method: As the matrix calls it, else the method that learns; None where nothing does.
        replication: Which one, from 1.
        seed: Its seed.
        values: What its point sets, in words; empty where nothing is swept.
        figures: Of the run; None if it has not finished.
        expects: The texts of the expectations that its own scenario has.
    """

    point: int
    method: str | None
    replication: int
    seed: int
    values: str
    figures: RunFigures | None
    expects: frozenset[str] = frozenset()

    @property
    def place(self) -> Place:
        """Return what tells it from the others."""
        return self.point, self.method, self.replication


class ManyRuns:
    """All runs of a study, in which expectations are looked at.

    A figure without a method's name is that of each method in turn. What no statistic is made of is looked at in each
    replication, so figures of two methods are compared at the same seed, and all of them have to hold.
    """

    def __init__(self, runs: Sequence[StudyRun]) -> None:
        self._runs = {run.place: run for run in runs}
        self.methods = tuple(dict.fromkeys(run.method for run in runs))
        self.replications = tuple(dict.fromkeys(run.replication for run in runs))
        self._points = tuple(dict.fromkeys(run.point for run in runs))

    def scenes(self, expectation: Expectation) -> dict[str, Scene]:
        """Return the scenes in which an expectation has to hold, by name.

        Raises:
            ExpectationError: It names a method that the study has not.
        """
        check_methods(expectation, self.methods)
        named = [part for part in expectation.figures if part.whose is None]
        methods = self.methods if named else self.methods[:1]
        plain = any(_plain(side) for side in (expectation.left, expectation.right))
        replications = self.replications if plain else self.replications[:1]
        places = [
            (point, method, replication) for point in self._points for method in methods for replication in replications
        ]
        asked = [place for place in places if place in self._runs and self._asks(place, expectation)]
        return {self._name(place, bool(named), plain): _StudyScene(self, place) for place in asked}

    def run(self, place: Place) -> StudyRun | None:
        """Return the run at a place, if there is one."""
        return self._runs.get(place)

    def _asks(self, place: Place, expectation: Expectation) -> bool:
        expects = self._runs[place].expects
        return not expects or expectation.text in expects

    def _name(self, place: Place, each_method: bool, each_replication: bool) -> str:
        run = self._runs[place]
        parts = [
            (run.method or "") if each_method and len(self.methods) > 1 else "",
            run.values,
            f"seed {run.seed}" if each_replication and len(self.replications) > 1 else "",
        ]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class _StudyScene:
    """The scene at one place of a study."""

    study: ManyRuns
    place: Place

    def figure(self, figure: Figure, whose: str | None, argument: float | str | None) -> Value | None:
        """Return a figure of the run there, or of the run of another method beside it."""
        point, method, replication = self.place
        run = self.study.run((point, method if whose is None else whose, replication))
        return None if run is None or run.figures is None else run.figures.value(figure, argument)

    def replications(self) -> Sequence[Scene]:
        """Return the scenes of all replications."""
        point, method, _ = self.place
        return [_StudyScene(self.study, (point, method, number)) for number in self.study.replications]


def check_methods(expectation: Expectation, methods: Sequence[str | None]) -> None:
    """Check that the methods that an expectation names are there.

    Raises:
        ExpectationError: One is not.
    """
    for named in expectation.figures:
        if named.whose is not None and named.whose not in methods:
            there = [method for method in methods if method is not None]
            hint = "" if len(there) > 1 else "; 'matrix' runs one scenario with several methods"
            raise ExpectationError(f"{unknown('method', named.whose, there)}{hint}")


def _plain(term: Term) -> bool:
    """Say whether a figure in a term stands outside of all statistics."""
    return any(isinstance(part, Named) for part in _outside(term))


def _outside(term: Term) -> Iterator[Term]:
    if isinstance(term, Statistic):
        return
    inner = [getattr(term, side) for side in ("left", "right") if hasattr(term, side)]
    yield from ([term] if not inner else [])
    for part in inner:
        yield from _outside(part)
