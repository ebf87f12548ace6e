"""A conformance case: a reference value and how the project's own code comes to it."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """One reference value.

    Attributes:
        name: What it is, in up to 31 characters, so that the table fits 100 columns; unique.
        subject: The group it is shown in.
        source: A key of `SOURCES`, or the closed form it is worked out by.
        expected: The reference value, in ``unit``.
        tolerance: How far off a value may be: in ``unit``, or as a share of ``expected`` where ``relative``.
        unit: The unit of the value; "" for a plain number.
        compute: Returns the value; takes all its randomness from a seed of its own.
        simulated: Whether random draws decide the value, so that another version of numpy may move it.
    """

    name: str
    subject: str
    source: str
    expected: float
    tolerance: float
    unit: str
    compute: Callable[[], float]
    relative: bool = False
    simulated: bool = False

    @property
    def allowed(self) -> float:
        """Return the largest error that passes, in ``unit``."""
        return self.tolerance * abs(self.expected) if self.relative else self.tolerance

    def judge(self) -> "Verdict":
        """Compute the value and compare it; a computation that breaks down fails the case and no other."""
        try:
            return Verdict(self, float(self.compute()))
        except Exception as error:
            return Verdict(self, math.nan, f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Verdict:
    """What came of a case.

    Attributes:
        value: What was computed, in the unit of the case; not a number if the computation broke down.
        trouble: Why it broke down; None if it did not.
    """

    case: Case
    value: float
    trouble: str | None = None

    @property
    def error(self) -> float:
        """Return the distance from the expected value, in the unit of the case."""
        return abs(self.value - self.case.expected)

    @property
    def passed(self) -> bool:
        """Whether the value is within the tolerance; what is not a number is not."""
        return self.error <= self.case.allowed

    @property
    def decimals(self) -> int:
        """Return how many decimals of the value to write: one beyond the first of the tolerance."""
        return 9 if self.case.allowed == 0 else max(0, math.ceil(-math.log10(self.case.allowed) - 1e-9)) + 1
