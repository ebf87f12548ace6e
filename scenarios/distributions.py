"""Distributions: what a random sample of a field is drawn from, with units as the scenario would write it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from annotated_types import Len

from . import quantities
from .errors import shown

if TYPE_CHECKING:
    import numpy as np

_DIGITS = 6


class Distribution(Protocol):
    """What gives a value when it is asked with chance."""

    def draw(self, chance: np.random.Generator) -> Any:
        """Return a value as a scenario file holds it."""


@dataclass(frozen=True)
class Bound:
    """One end of a range: a number in SI, with the kind and the unit of a quantity where it is one."""

    value: float
    kind: str | None = None
    unit: str | None = None

    @classmethod
    def of(cls, written: Any) -> Bound:
        """Return the bound that a scenario writes, a number or a quantity such as `5 ms`.

        Raises:
            ValueError: It is neither.
        """
        if isinstance(written, int | float) and not isinstance(written, bool) and math.isfinite(written):
            return cls(float(written))
        for kind in quantities.KINDS if isinstance(written, str) else ():
            try:
                return cls(*_swapped(quantities.parse_with_unit(written, kind), kind))
            except quantities.QuantityError:
                continue
        raise ValueError(f"{shown(written)} is no bound; write a number, or a quantity with its unit such as '5 ms'")

    def written(self, value: float) -> float | str:
        """Return a value of the same kind as a scenario would write it, to six digits and whole bytes."""
        if self.kind is None:
            return float(f"{value:.{_DIGITS}g}")
        factor = float(quantities.KINDS[self.kind].units[str(self.unit)])
        text = f"{value / factor:.{_DIGITS}g} {self.unit}"
        if self.kind == "bytes" and not quantities.parse(text, "bytes").is_integer():
            return quantities.format(round(value), "bytes")
        return text


@dataclass(frozen=True)
class Uniform:
    """Evenly between two bounds."""

    from_: Annotated[Any, "The lower bound: a number, or a quantity with its unit."]
    to: Annotated[Any, "The upper bound."]

    def __post_init__(self) -> None:
        """Refuse bounds that are none, of different kinds, or in the wrong order."""
        _bounds(self.from_, self.to)

    def draw(self, chance: np.random.Generator) -> Any:
        """Return a value; six digits, so that it can be read and written again."""
        low, high = _bounds(self.from_, self.to)
        return low.written(chance.uniform(low.value, high.value))


@dataclass(frozen=True)
class LogUniform:
    """Evenly on a logarithmic scale between two bounds: 0.001 to 0.01 as often as 0.1 to 1."""

    from_: Annotated[Any, "The lower bound, more than zero: a number, or a quantity with its unit."]
    to: Annotated[Any, "The upper bound."]

    def __post_init__(self) -> None:
        """Refuse bounds as `Uniform` does, and those that have no logarithm."""
        if _bounds(self.from_, self.to)[0].value <= 0:
            raise ValueError(f"from {shown(self.from_)} has no logarithm; 'log-uniform' begins above zero")

    def draw(self, chance: np.random.Generator) -> Any:
        """Return a value; six digits, so that it can be read and written again."""
        low, high = _bounds(self.from_, self.to)
        return low.written(math.exp(chance.uniform(math.log(low.value), math.log(high.value))))


@dataclass(frozen=True)
class Integers:
    """Whole numbers, each as often as any other."""

    from_: Annotated[int, "The lowest."]
    to: Annotated[int, "The highest, which is drawn too."]

    def __post_init__(self) -> None:
        """Refuse bounds in the wrong order."""
        if self.from_ >= self.to:
            raise ValueError(f"from {self.from_} to {self.to} is no range; the lower bound comes first")

    def draw(self, chance: np.random.Generator) -> Any:
        """Return a number."""
        return int(chance.integers(self.from_, self.to, endpoint=True))


@dataclass(frozen=True)
class OneOf:
    """One of several values, each as often as any other."""

    of: Annotated[tuple[Any, ...], "The values, as the scenario would write them.", Len(1)]

    def draw(self, chance: np.random.Generator) -> Any:
        """Return a value."""
        return self.of[int(chance.integers(len(self.of)))]


DISTRIBUTIONS: dict[str, Any] = {
    "uniform": Uniform,
    "log-uniform": LogUniform,
    "integers": Integers,
    "choice": OneOf,
}
"""By the name that a sweep gives under `kind`."""


def _bounds(low: Any, high: Any) -> tuple[Bound, Bound]:
    """Return two bounds that make a range.

    Raises:
        ValueError: They make none.
    """
    first, last = Bound.of(low), Bound.of(high)
    if first.kind != last.kind:
        names = [quantities.KINDS[end.kind].one if end.kind else "a plain number" for end in (first, last)]
        raise ValueError(
            f"from {shown(low)} is {names[0]} and to {shown(high)} is {names[1]}; both must be of one kind"
        )
    if not first.value < last.value:
        raise ValueError(f"from {shown(low)} to {shown(high)} is no range; the lower bound comes first")
    return first, last


def _swapped(found: tuple[float, str], kind: str) -> tuple[float, str, str]:
    return found[0], kind, found[1]
