"""Numbers as people read them: three figures and a unit, or a dash where there is none."""

import math
from datetime import datetime
from typing import Any

NONE = "–"
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else: values from a run folder are not trusted."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def text(value: Any, longest: int = 200) -> str | None:
    """Return a printable string of bounded length, or None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    printable = value.encode("utf-8", "replace").decode("utf-8")
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"


def moment(value: Any) -> datetime | None:
    """Return an ISO 8601 time that says its zone, or None for anything else."""
    try:
        result = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return result if result.tzinfo else None


def figures_text(value: float) -> str:
    """Return three significant figures, and all the figures of a larger whole part."""
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 9)}f}"


def si_text(value: float | None, unit: str) -> str:
    """Return a value with the SI prefix that leaves one to three digits before the point: ``12.3 MB``."""
    if value is None:
        return NONE
    if value == 0:
        return f"0 {unit}"
    rounded = float(f"{value:.3g}")
    scale, prefix = next((pair for pair in PREFIXES if abs(rounded) >= pair[0]), PREFIXES[-1])
    return f"{figures_text(rounded / scale)} {prefix}{unit}"


def plain_text(value: float) -> str:
    """Return a number whose unit is not known: in full up to a thousand, with an SI prefix from there."""
    return f"{value:.4g}" if abs(value) < 1000 else si_text(value, "").strip()


def bytes_text(size_bytes: float | None) -> str:
    """Return a size [bytes], in powers of 1000; below 1 kB, whole bytes."""
    if size_bytes is not None and 0 < size_bytes < 1000:
        return f"{size_bytes:.0f} B"
    return si_text(size_bytes, "B")


def duration_text(seconds: float | None) -> str:
    """Return a duration [s]; above two minutes, in minutes or hours."""
    if seconds is None or seconds < 120:
        return si_text(seconds, "s")
    if seconds < 7200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def accuracy_text(value: float | None) -> str:
    """Return an accuracy between 0 and 1 with three decimals."""
    return NONE if value is None else f"{value:.3f}"


def count_text(value: float | None) -> str:
    """Return a count with its thousands apart."""
    return NONE if value is None else f"{value:,.0f}".replace(",", "\u202f")


def seed_text(seed: int) -> str:
    """Return a seed that people gave in full, and of a long one that was drawn its first and last digits."""
    digits = str(seed)
    return digits if len(digits) <= 8 else f"{digits[:4]}…{digits[-4:]}"
