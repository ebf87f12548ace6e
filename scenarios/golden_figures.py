"""The figures of a golden: expectations that state them, with tolerances for other machines.

Training differs in the last bit from one processor to another, and such a bit may grow, so figures of learning runs get
wide tolerances: 0.03 for fractions, 10 % for losses, 5 % for what was carried, used and counted. A run without learning
differs by rounding alone: 0.0001 %, and counts must be the same. Who knows better changes them in the golden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .expectations import Expectation
from .expecting.dimensions import format_quantity
from .expecting.figures import FIGURES, Figure
from .expecting.run_figures import RunFigures
from .expecting.terms import Named, Value

if TYPE_CHECKING:
    from wayfare.emulator.records import RunRecord

KEY_FIGURES = (
    "accuracy.final",
    "accuracy.nodes",
    "accuracy.best",
    "loss.final",
    "time.virtual",
    "bytes.total",
    "energy.total",
    "packets.sent",
    "packets.dropped",
    "flows.last_end",
    "handovers",
    "training.jobs",
)
_OF_LEARNING = {"fraction": "0.03", "loss": "10 %", "count": "5 %", "s": "5 %", "bytes": "5 %", "j": "5 %"}
_WITHOUT = {"s": "0.0001 %", "bytes": "0.0001 %", "j": "0.0001 %"}


def drafted(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of a run that has no golden yet."""
    figures = RunFigures(summary)
    tolerances = _WITHOUT if figures.value(FIGURES["accuracy.final"]) is None else _OF_LEARNING
    for name in KEY_FIGURES:
        figure = FIGURES[name]
        value = figures.value(figure)
        if value is not None:
            tolerance = tolerances.get(figure.kind)
            yield f"{name} == {_written(figure, value)}" + (f" ± {tolerance}" if tolerance else "")


def renewed(before: Sequence[str], summary: Mapping[str, Any], record: RunRecord) -> Iterator[str]:
    """Yield the figures of a golden with the values of another run, their tolerances as they were."""
    figures = RunFigures(summary, record)
    for text in before:
        expectation = Expectation.parse(text)
        named = expectation.left
        value = figures.value(named.figure, named.argument) if isinstance(named, Named) else None
        if value is None or not isinstance(named, Named):
            yield text
            continue
        _, mark, tolerance = text.partition("±")
        yield f"{expectation.left_text} == {_written(named.figure, value)}" + (
            f" ± {tolerance.strip()}" if mark else ""
        )


def _written(figure: Figure, value: Value) -> str:
    if isinstance(value, str) or figure.kind == "count":
        return str(value)
    return format_quantity(float(f"{value:.9g}"), figure.dimension)
