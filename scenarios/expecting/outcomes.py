"""What came of an expectation, in one run or in many, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .comparing import distance, holds, unit_of
from .dimensions import PLAIN, format_quantity
from .terms import Digest, Number, Value

if TYPE_CHECKING:
    from wayfare.scenarios.expectations import Expectation


@dataclass(frozen=True)
class Case:
    """What came of an expectation in one scene.

    Attributes:
        name: Of the scene, such as `seed 3`; empty where there is one run alone.
        value: Of the left side in SI; None where it was not measured.
        limit: Of the right side.
        passed: Whether the expectation holds.
        missing: What had no value.
    """

    name: str
    value: Value | None
    limit: Value | None
    passed: bool
    missing: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of an expectation, in all scenes."""

    expectation: Expectation
    cases: tuple[Case, ...]

    @property
    def passed(self) -> bool:
        """Whether it holds in all of them."""
        return bool(self.cases) and all(case.passed for case in self.cases)

    @property
    def worst(self) -> Case:
        """Return the case that is furthest from what is expected, or nearest to failing."""
        return max(self.cases, key=self._distance)

    @property
    def value(self) -> Value | None:
        """Return the value of the left side in the worst case."""
        return self.worst.value

    @property
    def place(self) -> str:
        """Return where the expectation stands: its file and line, or the option that brought it."""
        return self.expectation.file if self.line is None else f"{self.expectation.file}:{self.line}"

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
        worst = self.worst
        return {"line": self.line, "text": self.text, "value": worst.value, "limit": worst.limit, "passed": self.passed}

    def properties(self) -> list[tuple[str, str]]:
        """Return what was measured, for a report of tests: the worst value, its limit and unit, and each case."""
        worst, unit = self.worst, self.expectation.left.dimension.unit
        found = [("figure", self.expectation.left_text), ("measured", str(worst.value)), ("limit", str(worst.limit))]
        found += [("unit", unit)] if unit else []
        return found + [(f"measured[{case.name}]", str(case.value)) for case in self.cases if case.name]

    def __str__(self) -> str:
        """Return `accuracy.final = 0.91, expected >= 0.93`."""
        worst, expectation = self.worst, self.expectation
        condition = self.text.removeprefix(expectation.left_text).strip()
        if not isinstance(expectation.right, Number | Digest) and worst.limit is not None:
            condition += f" (= {self._shown(worst.limit)})"
        found = worst.missing or f"{expectation.left_text} = {self._shown(worst.value, worst)}"
        return f"{found}{self._where(worst)}, expected {condition}"

    def _where(self, worst: Case) -> str:
        """Say which of several scenes is meant, and how many others there are."""
        if len(self.cases) == 1:
            return f" ({worst.name})" if worst.name else ""
        failed = sum(not case.passed for case in self.cases)
        count = f"{failed} of {len(self.cases)} fail" if failed else f"the worst of {len(self.cases)}"
        return f" ({worst.name}; {count})"

    def _shown(self, value: Value | None, case: Case | None = None) -> str:
        """Return a value with as few digits as still show on which side of the limit it lies."""
        dimension = self.expectation.left.dimension
        if isinstance(value, str) or value is None or (isinstance(value, int) and dimension == PLAIN):
            return str(value)
        rounded = (float(f"{value:.{digits}g}") for digits in (4, 6, 9, 12))
        near = next((one for one in rounded if case is None or self._sided(one, case)), value)
        return format_quantity(near, dimension, self._unit_for(near))

    def _unit_for(self, value: float) -> str | None:
        """Return the unit that the expectation is written in, where the value is of its size; else that which fits."""
        unit = unit_of(self.expectation.right) or unit_of(self.expectation.left)
        if unit is None or Number("1", unit).dimension != self.expectation.left.dimension:
            return None
        size = abs(value) / Number("1", unit).value()
        return unit if value == 0 or 0.01 <= size < 10_000 else None

    def _sided(self, value: float, case: Case) -> bool:
        expectation = self.expectation
        assert case.limit is not None
        return holds(value, expectation.operator, case.limit, expectation.tolerance) == case.passed

    def _distance(self, case: Case) -> tuple[bool, float]:
        if case.value is None or case.limit is None:
            return not case.passed, float("inf")
        return not case.passed, distance(case.value, self.expectation.operator, case.limit)
