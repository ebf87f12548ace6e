"""Expectations: what a scenario promises about its own runs, such as `accuracy.final >= 0.93`.

The language is in `expecting`; docs/testing.md has it for people who write expectations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import shown
from .expecting.comparing import EXACT, Tolerance, check, holds, tolerance_of
from .expecting.errors import ExpectationError as ExpectationError
from .expecting.figures import Figure
from .expecting.grammar import Sentence, parse, split
from .expecting.outcomes import Case
from .expecting.outcomes import Outcome as Outcome
from .expecting.pattern import pattern
from .expecting.run_figures import RunFigures
from .expecting.terms import Digest, Named, Scene, Statistic, Term, Value

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord


@dataclass(frozen=True)
class Expectation:
    """One promise: two sides, how they compare, and how far off they may be.

    Attributes:
        text: As the scenario says it.
        left: What is measured.
        operator: How they compare: `<=`, `>=`, `==`, `!=`, `<` or `>`.
        right: What it is compared with.
        tolerance: How far off it may be.
        file: The scenario file that it stands in, which another may extend, or the option that brought it.
        line: Its line there, where it has one.
    """

    text: str
    left: Term
    operator: str
    right: Term
    tolerance: Tolerance = EXACT
    left_text: str = ""
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    EXAMPLE: ClassVar[str] = "accuracy.final >= 0.93"
    PATTERN: ClassVar[str] = pattern()

    @classmethod
    def parse(cls, text: Any) -> Expectation:
        """Return the expectation that a text states.

        Raises:
            ExpectationError: It is none; the message says what would be.
        """
        if isinstance(text, cls):
            return text
        if not isinstance(text, str):
            raise ExpectationError(f"{shown(text)} is not of the form KEY OPERATOR VALUE, for example {cls.EXAMPLE!r}")
        sentence = split(text, cls.EXAMPLE)
        left = parse(sentence.left)
        right = _right(left, sentence)
        check(left, sentence.comparison, right)
        tolerance = tolerance_of(sentence.tolerance, left)
        left_text = " ".join(sentence.left.split())
        return cls(" ".join(text.split()), left, sentence.comparison, right, tolerance, left_text)

    @property
    def figures(self) -> list[Named]:
        """Return the figures that it names, from left to right."""
        return [part for part in self._parts() if isinstance(part, Named)]

    @property
    def about_learning(self) -> bool:
        """Whether a figure of it exists in runs with learning only."""
        return any(named.figure.of_learning for named in self.figures)

    @property
    def of_one_run(self) -> bool:
        """Whether one run can say whether it holds: it names no method, and no statistic over replications."""
        return not any(isinstance(part, Statistic) or getattr(part, "whose", None) for part in self._parts())

    def evaluate(self, scenes: Mapping[str, Scene]) -> Outcome:
        """Compare the values of both sides in each of one or several scenes, by name; all of them have to hold."""
        return Outcome(self, tuple(self._case(name, scene) for name, scene in scenes.items()))

    def _case(self, name: str, scene: Scene) -> Case:
        value, limit = self.left.value(scene), self.right.value(scene)
        passed = value is not None and limit is not None and holds(value, self.operator, limit, self.tolerance)
        missing = "" if value is not None and limit is not None else self._missing(scene)
        return Case(name, value, limit, passed, missing)

    def _missing(self, scene: Scene) -> str:
        """Say which part had no value."""
        for part in self._parts():
            if isinstance(part, Statistic) and part.value(scene) is None:
                few = len(scene.replications()) < 2 and part.name in ("std", "ci_low", "ci_high")
                if few:
                    return f"{part.name}() needs two replications or more"
            if isinstance(part, Named) and any(part.value(one) is None for one in (scene, *scene.replications())):
                never = part.figure.name.endswith(("time_to", "bytes_to", "energy_to"))
                return f"{part.text} was {'never reached' if never else 'not measured in this run'}"
        return "one side has no value"

    def _parts(self) -> list[Term]:
        return [*self.left.parts(), *self.right.parts()]

    def __str__(self) -> str:
        """Return the expectation as the scenario says it."""
        return self.text


@dataclass(frozen=True)
class OneRun:
    """The scene of a run by itself."""

    figures: RunFigures

    def figure(self, figure: Figure, whose: str | None, argument: float | str | None) -> Value | None:
        """Return a figure of the run."""
        return self.figures.value(figure, argument)

    def replications(self) -> Sequence[Scene]:
        """Return the run."""
        return [self]


def evaluate(
    expectations: Iterable[Expectation], summary: Mapping[str, Any], record: RunRecord | None = None
) -> list[Outcome]:
    """Compare a run with each expectation that one run can decide.

    Args:
        expectations: Which.
        summary: The run's.
        record: Its folder, whose tables hold all that has happened; without it they are not looked at.
    """
    scene = OneRun(RunFigures(summary, record))
    return [expectation.evaluate({"": scene}) for expectation in expectations if expectation.of_one_run]


def _right(left: Term, sentence: Sentence) -> Term:
    """Return the right side; a digest may be written there."""
    if isinstance(left, Named) and left.figure.kind == "digest" and re.fullmatch(r"[0-9a-f]+", sentence.right):
        if sentence.comparison not in ("==", "!="):
            raise ExpectationError(
                f"{left.text} is a digest: it can be compared with == and !=, not with {sentence.comparison}"
            )
        if len(sentence.right) != 64:
            raise ExpectationError(f"{left.text} is a digest: {shown(sentence.right)} is not 64 hexadecimal digits")
        return Digest(sentence.right)
    return parse(sentence.right)
