"""Quantities: numbers with a unit in scenario files, plain floats in SI inside.

The kind of a quantity is the suffix of the Python name that holds it: `delay_s` is a time, `rate_bps` a bit rate. A
scenario key is that name without the suffix, and its value carries the unit: `delay: 5 ms`. MB is 10^6 bytes and MiB is
2^20. Conversions are exact fractions, rounded once, so that `0.1 s` and `100 ms` are the same float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .errors import nearest, shown

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(\D.*?)?\s*", re.ASCII)
_LONGEST = 80
_PREFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15}


class QuantityError(ValueError):
    """The text is not a quantity of the wanted kind; the message says what would be."""


@dataclass(frozen=True)
class Kind:
    """A kind of physical quantity: what it is called, its units in SI, the SI unit first, and an example."""

    name: str
    units: Mapping[str, Fraction]
    example: str
    unshown: tuple[str, ...] = ()  # units that are read and never written

    @property
    def one(self) -> str:
        """Return the name with its article."""
        return f"an {self.name}" if self.name[0] in "aeiou" else f"a {self.name}"

    @property
    def si_unit(self) -> str:
        """Return the unit that stands for one."""
        return next(iter(self.units))

    @property
    def pattern(self) -> str:
        """Return a regular expression for editors, which accepts a number and one of the units."""
        units = "|".join(re.escape(unit).replace(r"\/", "/") for unit in self.units)
        return rf"^\s*{_NUMBER.replace('[+-]?', '[-+]?')}\s*({units})\s*$"


def _prefixed(unit: str, prefixes: str) -> dict[str, Fraction]:
    """Return the unit alone, then with each decimal prefix."""
    return {unit: Fraction(1)} | {p + unit: Fraction(10) ** _PREFIXES[p] for p in prefixes}


_BINARY = {"KiB": Fraction(2**10), "MiB": Fraction(2**20), "GiB": Fraction(2**30), "TiB": Fraction(2**40)}
_LONG_TIMES = {"min": Fraction(60), "h": Fraction(3600)}

KINDS: Mapping[str, Kind] = {
    "flop_per_s": Kind("compute rate", _prefixed("FLOP/s", "kMGTP"), "10 GFLOP/s"),
    "bps": Kind("bit rate", _prefixed("bit/s", "kMGT"), "100 Mbit/s"),
    "bytes": Kind("size", _prefixed("B", "kMGT") | _BINARY, "10 MB"),
    "mps": Kind("speed", {"m/s": Fraction(1), "km/h": Fraction(1000, 3600)}, "5 m/s"),
    "dbm": Kind("power level", {"dBm": Fraction(1)}, "23 dBm"),
    "db": Kind("ratio", {"dB": Fraction(1)}, "5 dB"),
    "hz": Kind("frequency", _prefixed("Hz", "kMGT"), "7 GHz"),
    "s": Kind("time", _prefixed("s", "num") | _LONG_TIMES, "5 ms", unshown=("min", "h")),
    "m": Kind("distance", _prefixed("m", "mk"), "120 m"),
    "w": Kind("power", _prefixed("W", "mkM"), "5 W"),
    "j": Kind("energy", _prefixed("J", "mkM"), "5 kJ"),
}
# What people write from habit, for the hint alone.
_HABITS = {
    "bps": "bit/s",
    "b/s": "bit/s",
    "bits/s": "bit/s",
    "FLOPS": "FLOP/s",
    "FLOPs": "FLOP/s",
    "sec": "s",
    "seconds": "s",
}


def split_name(name: str) -> tuple[str, str | None]:
    """Split a Python name into scenario key and kind: `delay_s` into `delay` and `s`, `steps` into `steps` and None."""
    for suffix in KINDS:
        if name.endswith(f"_{suffix}"):
            return name.removesuffix(f"_{suffix}"), suffix
    return name, None


def parse(text: object, kind: str) -> float:
    """Return the quantity in SI.

    Args:
        text: What the scenario says, such as `5 ms`.
        kind: A key of `KINDS`, such as `s`.

    Raises:
        QuantityError: It is no text, has no unit, another kind's unit or an unknown one, or is not a finite number.
    """
    return parse_with_unit(text, kind)[0]


def parse_with_unit(text: object, kind: str) -> tuple[float, str]:
    """Return the quantity in SI and the unit that it was written in; see `parse`."""
    wanted = KINDS[kind]
    if isinstance(text, int | float) and not isinstance(text, bool):
        reason = "has no unit" if math.isfinite(text) else "is not a finite number"
        raise QuantityError(f"{text} {reason}; {_wants(wanted)}")
    match = _QUANTITY.fullmatch(text.replace("µ", "u").replace("μ", "u")) if isinstance(text, str) else None
    if match is None or len(match[0]) > _LONGEST:
        raise QuantityError(f"{shown(text)} is not {wanted.one}; {_wants(wanted)}")
    number, unit = match.groups()
    if unit is None:
        raise QuantityError(f"{shown(text)} has no unit; {_wants(wanted)}")
    if unit not in wanted.units:
        raise QuantityError(_wrong_unit(unit, wanted))
    try:
        return float(Fraction(number) * wanted.units[unit]), unit
    except OverflowError:
        raise QuantityError(f"{shown(text)} is too large for {wanted.one}; {_wants(wanted)}") from None


def format(value: float, kind: str, unit: str | None = None) -> str:
    """Return the shortest text that `parse` reads back as the very same number.

    Args:
        value: The quantity in SI.
        kind: A key of `KINDS`.
        unit: Write in this unit, as near as a float comes; by default in the one that needs the fewest digits.
    """
    units = KINDS[kind].units
    if unit is not None:
        return f"{_number(value, units[unit])} {unit}"
    shown_units = [name for name in units if name not in KINDS[kind].unshown]
    return min(filter(None, (_exact(value, kind, name) for name in shown_units)), key=_length)


def _exact(value: float, kind: str, unit: str) -> str | None:
    """Return the quantity in a unit, or None if no float in that unit is exactly as much."""
    try:
        text = f"{_number(value, KINDS[kind].units[unit])} {unit}"
        return text if parse(text, kind) == value else None
    except (OverflowError, QuantityError):
        return None


def _length(text: str) -> tuple[int, bool, float]:
    """Order texts of one quantity: the fewest digits first, among those 100 ms before 0.1 s and before 1e-7 Ms."""
    number = text.split()[0]
    return len(number), 0 < abs(float(number)) < 1, abs(float(number))


def _number(value: float, factor: Fraction) -> str:
    """Return value / factor in the fewest characters."""
    quotient = Decimal(repr(float(Fraction(repr(value)) / factor))) + 0
    plain, scientific = f"{quotient.normalize():f}", str(float(quotient))
    return plain if len(plain) <= len(scientific) else scientific


def _wants(kind: Kind) -> str:
    """Say what is allowed."""
    return f"write a number and a unit of {kind.name} ({', '.join(kind.units)}), for example {kind.example!r}"


def _wrong_unit(unit: str, wanted: Kind) -> str:
    """Say whose unit it is, if anybody's, and which is nearest."""
    other = next((kind.name for kind in KINDS.values() if unit in kind.units), None)
    if other:
        return f"{unit!r} is a unit of {other}, not of {wanted.name}; {_wants(wanted)}"
    meant = next((unit.removesuffix(habit) + right for habit, right in _HABITS.items() if unit.endswith(habit)), unit)
    close = meant if meant in wanted.units else nearest(unit, list(wanted.units))
    hint = f"did you mean {close!r}? " if close else ""
    return f"unknown unit {unit!r}; {hint}{_wants(wanted)}"
