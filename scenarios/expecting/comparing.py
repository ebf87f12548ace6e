"""Comparisons: which sides fit each other, and whether two values keep what is promised of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wayfare.scenarios import quantities
from wayfare.scenarios.errors import shown

from .dimensions import PLAIN, UNITS
from .errors import ExpectationError
from .grammar import parse
from .terms import Digest, Named, Number, Statistic, Term, Value

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_SMALLER, _LARGER = ("<", "<="), (">", ">=")


@dataclass(frozen=True)
class Tolerance:
    """How far off two values may be: so much, or a share of the right one."""

    amount: float
    relative: bool = False

    def at(self, limit: float) -> float:
        """Return it in the unit of a limit."""
        return self.amount * abs(limit) if self.relative else self.amount


EXACT = Tolerance(0.0)


def holds(value: Value, comparison: str, limit: Value, tolerance: Tolerance = EXACT) -> bool:
    """Say whether a value compares so with a limit, or would within the tolerance; `!=` has to differ by more."""
    if isinstance(value, str) or isinstance(limit, str) or tolerance == EXACT:
        return COMPARE[comparison](value, limit)
    excess, allowed = distance(value, comparison, limit), tolerance.at(limit)
    if comparison in ("<", ">"):
        return excess < allowed
    return excess < -allowed if comparison == "!=" else excess <= allowed


def distance(value: Value, comparison: str, limit: Value) -> float:
    """Return by how much a value misses a limit; less is better, and negative values keep it."""
    if isinstance(value, str) or isinstance(limit, str):
        return 0.0 if COMPARE[comparison](value, limit) else 1.0
    if comparison in _SMALLER:
        return value - limit
    if comparison in _LARGER:
        return limit - value
    return abs(value - limit) if comparison == "==" else -abs(value - limit)


def check(left: Term, comparison: str, right: Term) -> None:
    """Check that two sides can be compared.

    Raises:
        ExpectationError: They cannot; the message says what would fit.
    """
    if not any(isinstance(part, Named) for side in (left, right) for part in side.parts()):
        raise ExpectationError("names no figure; 'wayfare test --figures' lists all")
    for side, other in ((left, right), (right, left)):
        if isinstance(other, Number) and not isinstance(side, Number):
            _check_number(side, other.text)
            return
    kinds = {part.figure.kind for side in (left, right) for part in side.parts() if isinstance(part, Named)}
    if "digest" in kinds:
        _check_digests(left, comparison, right)
    elif left.dimension != right.dimension:
        raise ExpectationError(f"{left.dimension.words} and {right.dimension.words} cannot be compared")


def tolerance_of(text: str, side: Term) -> Tolerance:
    """Return the tolerance that a text states, for values of a side.

    Raises:
        ExpectationError: It is neither a share nor of that unit.
    """
    if not text:
        return EXACT
    number = parse(text)
    if not isinstance(number, Number) or number.digits.startswith("-"):
        raise ExpectationError(
            f"{shown(text)} is no tolerance; write a share such as '± 5 %', or a number like '± 0.01'"
        )
    if number.unit == "%":
        return Tolerance(float(number.digits) / 100, relative=True)
    if _kind(side) == "digest":
        raise ExpectationError("a digest has no tolerance")
    if number.dimension != side.dimension:
        _check_quantity("the tolerance", number.text, side)
    return Tolerance(float(number.value()))


def _check_number(side: Term, text: str) -> None:
    """Check that a number can be what a side is compared with."""
    kind, name = _kind(side), _name(side)
    if kind == "fraction":
        if not re.fullmatch(r"\d*\.?\d+|\d+\.", text, re.ASCII) or float(text) > 1:
            raise ExpectationError(
                f"{name} is a fraction: {shown(text)} is not a number from 0 to 1 without a unit, such as 0.93"
            )
    elif kind == "loss":
        if not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
            raise ExpectationError(f"{name} is a loss: {shown(text)} is not a number without a unit, such as 0.5")
    elif kind == "count":
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
            raise ExpectationError(f"{name} is a count: {shown(text)} is not a whole number without a unit, such as 10")
    elif kind == "digest":
        raise ExpectationError(f"{name} is a digest: {shown(text)} is not 64 hexadecimal digits")
    else:
        _check_quantity(name, text, side)


def _check_quantity(name: str, text: str, side: Term) -> None:
    """Check that a number has a unit of the side's dimension."""
    dimension = side.dimension
    number = parse(text)
    if isinstance(number, Number) and dimension == PLAIN and not number.unit:
        return
    if dimension.kind is None:
        if number.dimension != dimension:
            raise ExpectationError(f"{name} is {dimension.words}, and {shown(text)} is {number.dimension.words}")
        return
    try:
        quantities.parse(_bare(text), dimension.kind)
    except quantities.QuantityError as error:
        raise ExpectationError(f"{name}: {error}") from None


def _check_digests(left: Term, comparison: str, right: Term) -> None:
    for side in (left, right):
        if not isinstance(side, Digest) and not (isinstance(side, Named) and side.figure.kind == "digest"):
            raise ExpectationError("a digest can be compared with a digest alone")
    if comparison not in ("==", "!="):
        raise ExpectationError(f"a digest can be compared with == and !=, not with {comparison}")


def _bare(text: str) -> Any:
    """Return a number where the text is nothing but one, so that the message says that its unit is missing."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _kind(side: Term) -> str:
    """Return the kind of a figure, or of what a statistic is of; the mean of counts is a plain number."""
    if isinstance(side, Named):
        return side.figure.kind
    if isinstance(side, Statistic) and (kind := _kind(side.of)) in ("fraction", "loss"):
        return kind
    return ""


def _name(side: Term) -> str:
    if isinstance(side, Named):
        return side.text
    return f"{side.name}(...)" if isinstance(side, Statistic) else "what it is compared with"


def unit_of(side: Term) -> str | None:
    """Return the first unit that is written on a side, to show values in."""
    units = (part.unit for part in side.parts() if isinstance(part, Number))
    return next((unit for unit in units if unit in UNITS), None)
