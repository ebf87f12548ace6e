"""A comparison as a table for people, as CSV, as LaTeX and as JSON."""

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from .figures import amount

if TYPE_CHECKING:
    from wayfare.scenarios.comparison import Cell, Comparison, Measure
    from wayfare.scenarios.statistics import How

_COLUMNS = (
    *("group", "method", "figure", "unit", "runs", "values", "mean", "low", "high", "deviation"),
    *("baseline", "difference", "difference_low", "difference_high", "effect", "p", "p_adjusted", "paired", "pareto"),
)
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    mark: f"\\{mark}" for mark in "&%$#_{}"
}


def means_table(comparison: "Comparison") -> Table:
    """Return a row for each group: the mean of every measure with its interval, and whether it is on the front."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    table.add_column("runs", justify="right")
    for measure in comparison.measures:
        table.add_column(Text(measure.text), justify="right")
    if comparison.front:
        table.add_column("Pareto")
    for group in comparison.groups:
        cells = [comparison.cells[group.label, measure.text] for measure in comparison.measures]
        both = zip(cells, comparison.measures, strict=True)
        texts = [mean_text(cell, measure, comparison.how) for cell, measure in both]
        mark = ["on it" if comparison.front[group.label] else ""] if comparison.front else []
        table.add_row(*map(Text, (group.label, str(len(group.runs)), *texts, *mark)))
    return table


def differences_table(comparison: "Comparison") -> Table | None:
    """Return a row for each group and measure: the difference to the baseline; None where nothing is compared."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "less", "figure"):
        table.add_column(heading, overflow="fold")
    for heading in ("difference", "effect size", "p", "pairs"):
        table.add_column(heading, justify="right")
    for group in comparison.groups:
        for measure in comparison.measures:
            found = comparison.cells[group.label, measure.text]
            if (difference := found.difference) is not None:
                middle = _interval_text(difference.mean, difference.low, difference.high, measure)
                pairs = str(difference.number) if difference.paired else "none"
                numbers = (_number(difference.effect), _number(found.p_adjusted), pairs)
                table.add_row(
                    *map(Text, (group.label, comparison.baselines[group.label], measure.text, middle, *numbers))
                )
    return table if table.row_count else None


def notes(comparison: "Comparison") -> list[str]:
    """Return what the tables show, in words."""
    level = f"{comparison.confidence * 100:g} %"
    how = {"t": "Student's t", "bootstrap": "the bootstrap (BCa)"}[comparison.how]
    said = [f"mean ± half the width, or [from, to], of the {level} confidence interval by {how}"]
    if comparison.baselines:
        said.append(
            f"differences by seed where two seeds match (else Welch's), with the {level} interval of the t test; "
            "effect size: Hedges' g, of the paired differences where there are pairs; p by Holm for each figure"
        )
    if comparison.front:
        said.append(f"Pareto front, by means, of {', '.join(comparison.front_of)}")
    return said


def mean_text(cell: "Cell", measure: "Measure", how: "How") -> str:
    """Return a mean with its interval, and of how many runs it is where not all have a value."""
    if cell.interval is None:
        return f"none of {cell.runs}"
    interval = cell.interval
    text = _interval_text(interval.mean, interval.low, interval.high, measure, centred=how == "t")
    return text if interval.number == cell.runs else f"{text} ({interval.number} of {cell.runs})"


def as_csv(comparison: "Comparison") -> str:
    """Return a row for each group and measure, in SI, with a column for each swept key."""
    keys = list(dict.fromkeys(key for group in comparison.groups for key in group.values))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [*_COLUMNS[:2], *keys, *_COLUMNS[2:]], lineterminator="\n")
    writer.writeheader()
    for group in comparison.groups:
        values = {key: _plain(value) for key, value in group.values.items()}
        for row in _rows(comparison, group.label):
            writer.writerow({key: "" if value is None else value for key, value in (values | row).items()})
    return buffer.getvalue()


def as_json(comparison: "Comparison") -> str:
    """Return everything, in SI; null for what is not a number."""
    content = {
        "confidence": comparison.confidence,
        "interval": comparison.how,
        "pareto_of": list(comparison.front_of) if comparison.front else [],
        "groups": [
            {
                "label": group.label,
                "method": group.method,
                "values": group.values,
                "seeds": list(group.runs),
                "runs": [str(run.record.folder) for run in group.runs.values()],
                "figures": [
                    row | {"by_seed": _by_seed(comparison, number, row["figure"])}
                    for row in _rows(comparison, group.label)
                ],
            }
            for number, group in enumerate(comparison.groups)
        ],
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def as_latex(comparison: "Comparison") -> str:
    """Return a table of means with intervals, for the package booktabs."""
    columns = "l" + "r" * len(comparison.measures)
    heads = [_latex(measure.text) + (f" [{measure.unit}]" if measure.unit else "") for measure in comparison.measures]
    lines = [
        *(f"% {note}" for note in notes(comparison)),
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        " & ".join(["", *heads]) + r" \\",
        r"\midrule",
    ]
    for group in comparison.groups:
        found = (comparison.cells[group.label, measure.text] for measure in comparison.measures)
        cells = [_latex_cell(cell, comparison.how) for cell in found]
        lines.append(" & ".join([_latex(group.label), *cells]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _rows(comparison: "Comparison", label: str) -> Iterator[dict[str, Any]]:
    """Yield what is known of a group, a row for each measure."""
    group = next(group for group in comparison.groups if group.label == label)
    for measure in comparison.measures:
        cell = comparison.cells[label, measure.text]
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {"group": label, "method": group.method, "figure": measure.text, "unit": measure.unit}
        row |= {"runs": cell.runs, "values": cell.interval.number if cell.interval else 0}
        row |= {"baseline": comparison.baselines.get(label), "pareto": comparison.front.get(label)}
        if cell.interval is not None:
            row |= {key: _finite(value) for key, value in asdict(cell.interval).items() if key in row}
        if (found := cell.difference) is not None:
            row |= {
                "difference": found.mean,
                "difference_low": _finite(found.low),
                "difference_high": _finite(found.high),
            }
            row |= {"effect": _finite(found.effect), "p": _finite(found.p), "p_adjusted": _finite(cell.p_adjusted)}
            row["paired"] = found.paired
        yield row


def _by_seed(comparison: "Comparison", number: int, text: str) -> dict[str, float]:
    measure = next(measure for measure in comparison.measures if measure.text == text)
    return {str(seed): value for seed, value in comparison.groups[number].by_seed(measure.term).items()}


def _interval_text(mean: float, low: float, high: float, measure: "Measure", *, centred: bool = True) -> str:
    """Return a mean and its interval in the unit that fits; `[from, to]` where the mean need not be in the middle."""
    if math.isnan(low):
        return _quantity(mean, measure)
    factor, unit = _scale(max(abs(mean), abs(low), abs(high)), measure)
    half = (high - low) / 2
    digits = _digits(half / factor)
    if centred:
        return f"{mean / factor:.{digits}f} ± {half / factor:.{digits}f}{unit}"
    return f"{mean / factor:.{digits}f} [{low / factor:.{digits}f}, {high / factor:.{digits}f}]{unit}"


def _quantity(value: float, measure: "Measure") -> str:
    return amount(measure.unit)(value) if measure.unit in ("B", "J") else f"{value:.4g} {measure.unit}".rstrip()


def _scale(largest: float, measure: "Measure") -> tuple[float, str]:
    """Return the SI prefix in which the largest number is between 1 and 1000, of bytes, joules and seconds."""
    if measure.unit not in ("B", "J", "s"):
        return 1.0, f" {measure.unit}" if measure.unit else ""
    prefixes = ((1e9, "G"), (1e6, "M"), (1e3, "k")) if measure.unit != "s" else ()
    factor, prefix = next(((factor, prefix) for factor, prefix in prefixes if largest >= factor), (1.0, ""))
    return factor, f" {prefix}{measure.unit}"


def _digits(half: float) -> int:
    """Return how many decimals show two digits of half a width."""
    return 4 if half <= 0 or not math.isfinite(half) else min(max(1 - math.floor(math.log10(half)), 0), 9)


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _latex_cell(cell: "Cell", how: "How") -> str:
    if cell.interval is None:
        return "--"
    interval = cell.interval
    if math.isnan(interval.low):
        return f"${interval.mean:.4g}$"
    half = (interval.high - interval.low) / 2
    digits = _digits(half)
    around = f"\\pm {half:.{digits}f}" if how == "t" else f"\\ [{interval.low:.{digits}f}, {interval.high:.{digits}f}]"
    middle = f"${interval.mean:.{digits}f} {around}$"
    return middle if interval.number == cell.runs else f"{middle} ({interval.number} of {cell.runs})"


def _finite(value: float) -> float | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
