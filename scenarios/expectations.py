"""Expectations: what a scenario promises about its own run, such as `accuracy.final >= 0.93`.

The keys are those of the run's summary, without unit suffixes; physical values carry units, counts and fractions do
not.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from . import quantities
from .composer import FLOAT
from .errors import shown, unknown

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_HABITS = {"=<": "<=", "=>": ">=", "=": "==", "≤": "<=", "≥": ">=", "<>": "!=", "~=": "=="}
_FRACTION, _LOSS, _COUNT, _DIGEST = "fraction", "loss", "count", "digest"
_LINK_CLASSES = ("access-up", "access-down", "backhaul", "core", "d2d")
_CAUSES = ("compute", "radio", "link", "idle")

# What may be expected: the kind of each value, and the path in summary.json, where it differs from the key.
_KINDS: Mapping[str, str] = {
    **{f"accuracy.{name}": _FRACTION for name in ("final", "nodes", "best")},
    **{f"loss.{name}": _LOSS for name in ("final", "nodes", "best")},
    **{f"time.{name}": "s" for name in ("virtual", "wall")},
    "bytes.total": "bytes",
    "bytes.retransmitted": "bytes",
    **{f"bytes.by_class.{name}": "bytes" for name in _LINK_CLASSES},
    "energy.total": "j",
    **{f"energy.by_cause.{name}": "j" for name in _CAUSES},
    **{f"packets.{name}": _COUNT for name in ("sent", "delivered", "dropped")},
    "flows.count": _COUNT,
    "flows.last_end": "s",
    **{f"training.{name}": _COUNT for name in ("jobs", "batches", "samples", "left_out")},
    **{f"digest.{name}": _DIGEST for name in ("events", "weights")},
}
_SUFFIXED = {"time.virtual": "_s", "time.wall": "_s", "energy.total": "_j", "flows.last_end": "_s"}
_OF_LEARNING = ("accuracy.", "loss.", "training.", "digest.weights")
_FORM = re.compile(r"\s*([\w.-]*?)\s*([<>=!~≤≥]+)\s*(.*?)\s*")


class ExpectationError(ValueError):
    """The text is not an expectation; the message says what would be."""


@dataclass(frozen=True)
class Expectation:
    """One promise: the key of a figure, how it compares, and with what.

    Attributes:
        text: As the scenario says it.
        key: Key of the figure, such as `flows.last_end`.
        operator: One of `COMPARISONS`.
        value: What it is compared with, in SI.
        unit: The unit that the scenario used, or nothing for counts, fractions and digests.
        line: The line of the scenario file, where it has one.
    """

    text: str
    key: str
    operator: str
    value: float | int | str
    unit: str = ""
    line: int | None = field(default=None, compare=False)

    EXAMPLE: ClassVar[str] = "accuracy.final >= 0.93"
    PATTERN: ClassVar[str] = rf"^\s*({'|'.join(map(re.escape, _KINDS))})\s*(<=|>=|==|!=|<|>)\s*\S.*$".replace(
        r"\-", "-"
    )

    @classmethod
    def parse(cls, text: Any) -> Expectation:
        """Return the expectation that a text states.

        Raises:
            ExpectationError: It is not `KEY OPERATOR VALUE`, or one of the three is unknown or does not fit the others.
        """
        if isinstance(text, cls):
            return text
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ExpectationError(f"{shown(text)} is not of the form KEY OPERATOR VALUE, for example {cls.EXAMPLE!r}")
        key, comparison, wanted = match.groups()
        if key not in _KINDS:
            raise ExpectationError(unknown("figure", key, list(_KINDS)))
        if comparison not in COMPARISONS:
            meant = _HABITS.get(comparison)
            hint = f"did you mean {meant!r}? " if meant else ""
            raise ExpectationError(f"unknown comparison {comparison!r}; {hint}allowed: {', '.join(COMPARISONS)}")
        value, unit = _value(key, comparison, wanted)
        return cls(" ".join(text.split()), key, comparison, value, unit)

    @property
    def about_learning(self) -> bool:
        """Whether the figure exists in runs with learning only."""
        return self.key.startswith(_OF_LEARNING)

    def evaluate(self, summary: Mapping[str, Any]) -> Outcome:
        """Compare the figure in a run's summary; a figure that the run did not measure fails."""
        value = _figure(summary, self.key)
        return Outcome(self, value, value is not None and COMPARISONS[self.operator](value, self.value))

    def __str__(self) -> str:
        """Return the expectation as the scenario says it."""
        return self.text


@dataclass(frozen=True)
class Outcome:
    """What came of an expectation; `value` is the figure in SI, or None where the run measured none."""

    expectation: Expectation
    value: float | int | str | None
    passed: bool

    @property
    def line(self) -> int | None:
        """Return the line of the expectation in its file."""
        return self.expectation.line

    @property
    def text(self) -> str:
        """Return the expectation as the scenario says it."""
        return self.expectation.text

    def record(self) -> dict[str, Any]:
        """Return what summary.json keeps of it."""
        return {"line": self.line, "text": self.text, "value": self.value, "passed": self.passed}

    def __str__(self) -> str:
        """Return `accuracy.final = 0.91, expected >= 0.93`."""
        key = self.expectation.key
        condition = self.text.removeprefix(key).strip()
        if self.value is None:
            return f"{key} was not measured in this run, expected {condition}"
        return f"{key} = {self._shown_value()}, expected {condition}"

    def _shown_value(self) -> str:
        """Return the value with as few digits as still show on which side of the limit it lies."""
        if (
            isinstance(self.value, str)
            or self.value is None
            or (isinstance(self.value, int) and not self.expectation.unit)
        ):
            return str(self.value)
        compare = COMPARISONS[self.expectation.operator]
        rounded = (float(f"{self.value:.{digits}g}") for digits in (4, 6, 9, 12))
        value = next((near for near in rounded if compare(near, self.expectation.value) == self.passed), self.value)
        return self._in_unit(value)

    def _in_unit(self, value: float) -> str:
        kind, unit = _KINDS[self.expectation.key], self.expectation.unit
        return quantities.format(value, kind, unit) if unit else f"{value:.12g}"


def evaluate(expectations: Iterable[Expectation], summary: Mapping[str, Any]) -> list[Outcome]:
    """Compare a run's summary with each expectation."""
    return [expectation.evaluate(summary) for expectation in expectations]


def _value(key: str, comparison: str, text: str) -> tuple[float | int | str, str]:
    """Return what a figure is compared with, in SI, and the unit it was written in."""
    kind = _KINDS[key]
    if kind == _DIGEST:
        return _digest(key, comparison, text), ""
    if kind in quantities.KINDS:
        try:
            value, unit = quantities.parse_with_unit(_bare(text), kind)
        except quantities.QuantityError as error:
            raise ExpectationError(f"{key}: {error}") from None
        return value, unit
    return _number(key, kind, text), ""


def _bare(text: str) -> Any:
    """Return a number where the text is nothing but one, so that the message says that its unit is missing."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _number(key: str, kind: str, text: str) -> float | int:
    """Return a fraction from 0 to 1, a loss, or a count."""
    if kind == _FRACTION:
        if re.fullmatch(r"\d*\.?\d+|\d+\.", text, re.ASCII) and float(text) <= 1:
            return float(text)
        raise ExpectationError(
            f"{key} is a fraction: {shown(text)} is not a number from 0 to 1 without a unit, such as 0.93"
        )
    if kind == _LOSS:
        if FLOAT.fullmatch(text) or text.isdecimal():
            return float(text)
        raise ExpectationError(f"{key} is a loss: {shown(text)} is not a number without a unit, such as 0.5")
    if re.fullmatch(r"\d{1,18}", text, re.ASCII):
        return int(text)
    raise ExpectationError(f"{key} is a count: {shown(text)} is not a whole number without a unit, such as 10")


def _digest(key: str, comparison: str, text: str) -> str:
    """Return the digest that is expected."""
    if comparison not in ("==", "!="):
        raise ExpectationError(f"{key} is a digest: it can be compared with == and !=, not with {comparison}")
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ExpectationError(f"{key} is a digest: {shown(text)} is not 64 hexadecimal digits")
    return text


def _figure(summary: Mapping[str, Any], key: str) -> Any:
    """Return the figure of a summary, or None where it has none."""
    value: Any = summary
    for step in (key + _SUFFIXED.get(key, "")).split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
