"""Dimension: what the values of expectations are measured in, as powers of seconds, bytes and joules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from wayfare.scenarios import quantities


@dataclass(frozen=True)
class Dimension:
    """Powers of second, byte and joule; a plain number has none."""

    s: int = 0
    bytes: int = 0
    j: int = 0

    def times(self, other: Dimension, power: int = 1) -> Dimension:
        """Return the dimension of a product, or with the power -1 of a quotient."""
        return Dimension(self.s + power * other.s, self.bytes + power * other.bytes, self.j + power * other.j)

    @property
    def kind(self) -> str | None:
        """Return the kind of quantity, a key of `quantities.KINDS`, if it has units of its own."""
        return next((kind for kind, (dimension, _) in _KINDS.items() if dimension == self), None)

    @property
    def words(self) -> str:
        """Return what it is called, such as `a size [B]`."""
        if self == PLAIN:
            return "a number without a unit"
        if self.kind is not None:
            kind = quantities.KINDS[self.kind]
            return f"{kind.one} [{kind.si_unit}]"
        return f"a quotient or product [{self.unit}]"

    @property
    def unit(self) -> str:
        """Return its unit in SI, as text; nothing for a plain number."""
        if self.kind is not None:
            return "B/s" if self.kind == "bps" else quantities.KINDS[self.kind].si_unit
        above, below = (" ".join(_powers(self, sign)) for sign in (1, -1))
        return f"{above or 1}/{below}" if below else above


PLAIN = Dimension()
# Kinds of quantity by dimension; a bit is an eighth of a byte.
_KINDS: Mapping[str, tuple[Dimension, Fraction]] = {
    "s": (Dimension(s=1), Fraction(1)),
    "bytes": (Dimension(bytes=1), Fraction(1)),
    "j": (Dimension(j=1), Fraction(1)),
    "w": (Dimension(s=-1, j=1), Fraction(1)),
    "bps": (Dimension(s=-1, bytes=1), Fraction(1, 8)),
}
UNITS: Mapping[str, str] = {unit: kind for kind in _KINDS for unit in quantities.KINDS[kind].units}
"""The kind of quantity of every unit that can stand in an expectation."""


def parse_quantity(text: str, kind: str) -> float:
    """Return a quantity in the units of its dimension.

    Raises:
        QuantityError: It is none of that kind.
    """
    return quantities.parse(text, kind) * float(_KINDS[kind][1])


def format_quantity(value: float, dimension: Dimension, unit: str | None = None) -> str:
    """Return a value as text, in a unit of its kind where it has one; by default that with the fewest digits."""
    if dimension.kind is None:
        return f"{value:.12g} {dimension.unit}".rstrip()
    si = value / float(_KINDS[dimension.kind][1])
    return quantities.format(si, dimension.kind, unit if UNITS.get(unit or "") == dimension.kind else None)


def dimension_of(kind: str) -> Dimension:
    """Return the dimension of a kind of figure: that of a quantity, or plain."""
    return _KINDS[kind][0] if kind in _KINDS else PLAIN


def _powers(dimension: Dimension, sign: int) -> Iterator[str]:
    for unit, power in (("J", dimension.j), ("B", dimension.bytes), ("s", dimension.s)):
        if power * sign > 0:
            yield unit if power * sign == 1 else f"{unit}^{power * sign}"
