"""Terms: what stands on either side of a comparison, each with a dimension and a value in a scene."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wayfare.scenarios.errors import unknown

from .dimensions import PLAIN, UNITS, Dimension, dimension_of, parse_quantity
from .errors import ExpectationError
from .figures import Figure
from .spreads import STATISTICS

Value = float | int | str
_JOIN: Mapping[str, Callable[[Any, Any], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Scene(Protocol):
    """Where figures have values: a run, or runs of which one or several are meant by the name before a figure."""

    def figure(self, figure: Figure, whose: str | None, argument: float | str | None) -> Value | None:
        """Return the value of a figure in SI; None if it was not measured."""

    def replications(self) -> Sequence[Scene]:
        """Return the scenes that differ from this one in their seed alone, and this one."""


class Term(Protocol):
    """A side of a comparison, or a part of one."""

    @property
    def dimension(self) -> Dimension:
        """Return what its value is measured in.

        Raises:
            ExpectationError: Its parts do not fit each other.
        """

    def value(self, scene: Scene) -> Value | None:
        """Return its value in SI; None if a figure in it was not measured."""

    def parts(self) -> Iterator[Term]:
        """Yield the term and all terms in it."""


@dataclass(frozen=True)
class Number:
    """A number, with a unit or without."""

    digits: str
    unit: str = ""

    @property
    def text(self) -> str:
        """Return it as an expectation has it."""
        return f"{self.digits} {self.unit}".rstrip()

    @property
    def dimension(self) -> Dimension:
        """Return the dimension of the unit.

        Raises:
            ExpectationError: There is no such unit.
        """
        if self.unit and self.unit not in UNITS:
            raise ExpectationError(f"{self.text!r}: {unknown('unit', self.unit, UNITS)}")
        return dimension_of(UNITS[self.unit]) if self.unit else PLAIN

    def value(self, scene: Scene | None = None) -> float | int:
        """Return the number in SI."""
        if self.unit:
            return parse_quantity(f"{self.digits} {self.unit}", UNITS[self.unit])
        return float(self.digits) if set(self.digits) & set(".eE") else int(self.digits)

    def parts(self) -> Iterator[Term]:
        """Yield the number."""
        yield self


@dataclass(frozen=True)
class Digest:
    """A digest that is written out."""

    text: str

    @property
    def dimension(self) -> Dimension:
        """Return that it has none."""
        return PLAIN

    def value(self, scene: Scene | None = None) -> str:
        """Return the digest."""
        return self.text

    def parts(self) -> Iterator[Term]:
        """Yield the digest."""
        yield self


@dataclass(frozen=True)
class Named:
    """A figure by its name.

    Attributes:
        text: As the expectation has it.
        figure: Which.
        whose: What stands before its name: which of several methods it is of; None where nothing does.
        argument: What stands in parentheses after it, in SI or a node's name.
    """

    text: str
    figure: Figure
    whose: str | None = None
    argument: float | str | None = None

    @property
    def dimension(self) -> Dimension:
        """Return the dimension of the figure."""
        return self.figure.dimension

    def value(self, scene: Scene) -> Value | None:
        """Return the figure's value."""
        return scene.figure(self.figure, self.whose, self.argument)

    def parts(self) -> Iterator[Term]:
        """Yield the figure."""
        yield self


@dataclass(frozen=True)
class Combined:
    """Two terms and `+`, `-`, `*` or `/` between them."""

    left: Term
    operator: str
    right: Term

    @property
    def dimension(self) -> Dimension:
        """Return the dimension of the result."""
        left, right = self.left.dimension, self.right.dimension
        if self.operator in "*/":
            return left.times(right, 1 if self.operator == "*" else -1)
        if left != right:
            raise ExpectationError(f"{left.words} and {right.words} cannot be joined by {self.operator!r}")
        return left

    def value(self, scene: Scene) -> Value | None:
        """Return the result; None also where it would be divided by nothing."""
        left, right = self.left.value(scene), self.right.value(scene)
        if not isinstance(left, float | int) or not isinstance(right, float | int):
            return None
        if self.operator == "/":
            return left / right if right else None
        return _JOIN[self.operator](left, right)

    def parts(self) -> Iterator[Term]:
        """Yield the term, those of its left and those of its right."""
        yield self
        yield from self.left.parts()
        yield from self.right.parts()


@dataclass(frozen=True)
class Statistic:
    """A function of `STATISTICS` over the replications."""

    name: str
    of: Term
    level: float

    @property
    def dimension(self) -> Dimension:
        """Return the dimension of what is replicated."""
        return self.of.dimension

    def value(self, scene: Scene) -> float | None:
        """Return the statistic; None where a replication has no value, or there are too few."""
        values = [self.of.value(one) for one in scene.replications()]
        numbers = [float(value) for value in values if isinstance(value, float | int)]
        if len(numbers) < len(values) or not all(map(math.isfinite, numbers)):
            return None
        return STATISTICS[self.name][1](numbers, self.level)

    def parts(self) -> Iterator[Term]:
        """Yield the term and those inside."""
        yield self
        yield from self.of.parts()
