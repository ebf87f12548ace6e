"""The figures of a golden: expectations that state them, with tolerances for other machines.

Training differs in the last bit from one processor to another, and such a bit may grow, so figures of learning runs get
wide tolerances: 0.03 for fractions, 10 % for losses, 5 % for what was carried, used and counted. A run without learning
differs by rounding alone: 0.0001 %, and counts must be the same. Who knows better changes them in the golden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .expectations import Expectation, OneRun
from .expecting.dimensions import PLAIN, Dimension, format_quantity
from .expecting.errors import ExpectationError
from .expecting.figures import FIGURES
from .expecting.grammar import split
from .expecting.run_figures import RunFigures
from .expecting.terms import Digest, Number, Value

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
            suffix = f" ± {tolerance}" if tolerance else ""
            yield _stated(name, value, figure.dimension, suffix, OneRun(figures))


def broken(figures: Sequence[str], summary: Mapping[str, Any], record: RunRecord) -> Iterator[str]:
    """Yield what is to be said of each figure of a golden that a run does not keep."""
    scene = OneRun(RunFigures(summary, record))
    for text in figures:
        try:
            outcome = Expectation.parse(text).evaluate({"": scene})
        except ExpectationError as error:
            yield f"{text!r} of the golden cannot be looked at: {error}"
            continue
        if not outcome.passed:
            yield str(outcome)


def renewed(before: Sequence[str], summary: Mapping[str, Any], record: RunRecord) -> Iterator[str]:
    """Yield the figures of a golden with the values of another run after `==`; tolerances and bounds as they were."""
    scene = OneRun(RunFigures(summary, record))
    for text in before:
        expectation = Expectation.parse(text)
        value = expectation.left.value(scene)
        if value is None or expectation.operator != "==" or not isinstance(expectation.right, Number | Digest):
            yield text
            continue
        tolerance = split(text, Expectation.EXAMPLE).tolerance
        suffix = f" ± {tolerance}" if tolerance else ""
        yield _stated(expectation.left_text, value, expectation.left.dimension, suffix, scene)


def _stated(left: str, value: Value, dimension: Dimension, suffix: str, scene: OneRun) -> str:
    """Return the expectation that states a value, in nine digits where these are within its tolerance."""
    if isinstance(value, float):
        text = f"{left} == {_written(float(f'{value:.9g}'), dimension)}{suffix}"
        if Expectation.parse(text).evaluate({"": scene}).passed:
            return text
    return f"{left} == {_written(value, dimension)}{suffix}"


def _written(value: Value, dimension: Dimension) -> str:
    if isinstance(value, str) or (isinstance(value, int) and dimension == PLAIN):
        return str(value)
    if dimension.kind is None:
        return f"{Decimal(repr(float(value))).normalize():f} {dimension.unit}".rstrip()
    return format_quantity(value, dimension)
