"""The figures of a run's summary as people read them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_PREFIXES = (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0), ("m", 1e-3), ("u", 1e-6))


def accuracy(value: float) -> str:
    """Return a figure without a unit as people write accuracies."""
    return f"{value:.4f}"


def amount(unit: str) -> Callable[[float], str]:
    """Return a function that writes a quantity to four digits, with the SI prefix that keeps it between 1 and 1000."""

    def text(value: float) -> str:
        for prefix, factor in _PREFIXES:
            if abs(value) >= factor:
                return f"{value / factor:.4g} {prefix}{unit}"
        return f"{value:.4g} {unit}"

    return text


def seconds(value: float) -> str:
    """Return a time in seconds, to a tenth of a millisecond."""
    return f"{value:.4f} s"


def whole(value: int) -> str:
    """Return a count with separators."""
    return f"{value:,}"


_SECTIONS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("accuracy, answers' mean at the end", "accuracy.final", accuracy),
    ("accuracy, mean of what devices hold", "accuracy.nodes", accuracy),
    ("accuracy, best seen", "accuracy.best", accuracy),
    ("loss, answers' mean at the end", "loss.final", accuracy),
    ("virtual time", "time.virtual_s", seconds),
    ("wall time", "time.wall_s", seconds),
    ("bytes on links", "bytes.total", amount("B")),
    ("bytes by class", "bytes.by_class", amount("B")),
    ("energy", "energy.total_j", amount("J")),
    ("energy by cause", "energy.by_cause", amount("J")),
    ("packets", "packets", whole),
    ("dropped", "drops", whole),
    ("last transfer ended", "flows.last_end_s", seconds),
    ("training", "training", whole),
)


def figures(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield labels and texts of a run's figures; learning's are left out where nothing learned."""
    for label, key, text in _SECTIONS:
        value: Any = summary
        for step in key.split("."):
            value = value.get(step, {})  # a run of an older version has fewer figures
        if isinstance(value, Mapping):
            for name, part in value.items():
                if part or key == "packets":
                    yield f"{label.split(' by ')[0]}: {name}", text(part)
        elif value is not None:
            yield label, text(value)
