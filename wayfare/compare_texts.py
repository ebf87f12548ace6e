"""A comparison as a table for people, as CSV, as LaTeX and as JSON."""

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
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
    *("baseline", "baseline_runs", "baseline_values", "difference", "difference_low", "difference_high", "effect"),
    *("p", "p_adjusted", "paired", "pairs", "pareto"),
)
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    mark: f"\\{mark}" for mark in "&%$#_{}"
}
_PREFIXED = re.compile(r"(B|J|W|bit/s)")
_NUMERAL = re.compile(r"-?\d[\d.]*(?:e[+-]?\d+)?(?: ± \d[\d.]*)?")


def means_table(comparison: "Comparison") -> Table:
    """Return a row for each group: the mean of every measure with its interval, and whether it is on the front."""
    return _table(*_means(comparison), left=("", "Pareto"))


def differences_table(comparison: "Comparison") -> Table | None:
    """Return a row for each group and measure: the difference to the baseline; None where nothing is compared."""
    heads, rows = _differences(comparison)
    return _table(heads, rows, left=("", "less", "figure")) if rows else None


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in heads:
        if head in left:
            table.add_column(Text(head), overflow="fold")
        else:
            table.add_column(Text(head), justify="right")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _means(comparison: "Comparison") -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the means, as texts."""
    heads = ["", "runs", *(measure.text for measure in comparison.measures), *(["Pareto"] if comparison.front else [])]
    rows = []
    for group in comparison.groups:
        cells = [(comparison.cells[group.label, measure.text], measure) for measure in comparison.measures]
        texts = [mean_text(cell, measure, comparison.how) for cell, measure in cells]
        mark = ["on it" if comparison.front[group.label] else ""] if comparison.front else []
        rows.append([group.label, str(len(group.runs)), *texts, *mark])
    return heads, rows


def _differences(comparison: "Comparison") -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the differences, as texts; no row where nothing is compared."""
    heads = ["", "less", "figure", "difference", "effect size", "p", "pairs"]
    rows = []
    for label, base in comparison.baselines.items():
        for measure in comparison.measures:
            found = comparison.cells[label, measure.text]
            texts = ["-"] * 4
            if (difference := found.difference) is not None:
                middle = _interval_text(difference.mean, difference.low, difference.high, measure)
                pairs = str(difference.number) if difference.paired else "none"
                texts = [middle, _number(difference.effect), _number(found.p_adjusted), pairs]
            texts[0] += _counts(found, comparison.cells[base, measure.text])
            rows.append([label, base, measure.text, *texts])
    return heads, rows


def _counts(cell: "Cell", base: "Cell") -> str:
    """Say how many runs of a group and of its baseline have a value; nothing where all have."""
    if cell.values == cell.runs and base.values == base.runs:
        return ""
    return f" ({cell.values} of {cell.runs} less {base.values} of {base.runs})"


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
    if any(cell.values < cell.runs for cell in comparison.cells.values()):
        said.append(
            "(1 of 3): so many runs have a value; a difference is of those alone, and '-' where none can be taken"
        )
    if comparison.front:
        said.append(f"Pareto front, by means, of {', '.join(comparison.front_of)}")
    said += [f"not on the front, for want of values: {label} ({why})" for label, why in comparison.incomplete.items()]
    legend = {name: text for group in comparison.groups for name, text in group.legend.items()}
    return said + [f"{name}: {text}" for name, text in legend.items()]


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
        "pareto_incomplete": dict(comparison.incomplete),
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
    """Return the tables of means and of differences, for the package booktabs."""
    tables = [_tabular(*_means(comparison))]
    if comparison.baselines:
        tables.append(_tabular(*_differences(comparison)))
    return "".join(f"% {note}\n" for note in notes(comparison)) + "\n".join(tables)


def _tabular(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of texts, the names in whose first columns stay as they are."""
    named = [head in ("", "less", "figure", "Pareto") for head in heads]
    lines = [
        rf"\begin{{tabular}}{{{''.join('l' if name else 'r' for name in named)}}}",
        r"\toprule",
        " & ".join(map(_latex, heads)) + r" \\",
        r"\midrule",
        *(
            " & ".join(_latex(text) if name else _latex_cell(text) for text, name in zip(row, named, strict=True))
            + r" \\"
            for row in rows
        ),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _rows(comparison: "Comparison", label: str) -> Iterator[dict[str, Any]]:
    """Yield what is known of a group, a row for each measure."""
    group = next(group for group in comparison.groups if group.label == label)
    for measure in comparison.measures:
        cell = comparison.cells[label, measure.text]
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {"group": label, "method": group.method, "figure": measure.text, "unit": measure.unit}
        row |= {"runs": cell.runs, "values": cell.values}
        row |= {"baseline": comparison.baselines.get(label), "pareto": comparison.front.get(label)}
        if label in comparison.baselines:
            base = comparison.cells[comparison.baselines[label], measure.text]
            row |= {"baseline_runs": base.runs, "baseline_values": base.values}
        if cell.interval is not None:
            row |= {key: _finite(value) for key, value in asdict(cell.interval).items() if key in row}
        if (found := cell.difference) is not None:
            row |= {
                "difference": found.mean,
                "difference_low": _finite(found.low),
                "difference_high": _finite(found.high),
            }
            row |= {"effect": _finite(found.effect), "p": _finite(found.p), "p_adjusted": _finite(cell.p_adjusted)}
            row |= {"paired": found.paired, "pairs": found.number if found.paired else 0}
        yield row


def _by_seed(comparison: "Comparison", number: int, text: str) -> dict[str, float]:
    measure = next(measure for measure in comparison.measures if measure.text == text)
    return {str(seed): value for seed, value in measure.by_seed(comparison.groups[number]).items()}


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
    return amount(measure.unit)(value) if _PREFIXED.match(measure.unit) else f"{value:.4g} {measure.unit}".rstrip()


def _scale(largest: float, measure: "Measure") -> tuple[float, str]:
    """Return the SI prefix in which the largest number is between 1 and 1000, of bytes, bits, joules and watts."""
    if not _PREFIXED.match(measure.unit):
        return 1.0, f" {measure.unit}" if measure.unit else ""
    small = () if measure.unit[0].lower() == "b" else ((1e-3, "m"), (1e-6, "u"), (1e-9, "n"))
    prefixes = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), *small)
    factor, prefix = next(((factor, prefix) for factor, prefix in prefixes if largest >= factor), (1.0, ""))
    return factor, f" {prefix}{measure.unit}"


def _digits(half: float) -> int:
    """Return how many decimals show two digits of half a width."""
    return 4 if half <= 0 or not math.isfinite(half) else min(max(1 - math.floor(math.log10(half)), 0), 9)


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _latex_cell(text: str) -> str:
    """Return a text with its numbers, and what is after a plus-minus, in mathematics."""
    if text.startswith("-") and not text[1:2].isdigit():
        return f"--{_latex(text[1:])}"
    value, bracket, counts = text.partition(" (")
    return _NUMERAL.sub(_in_mathematics, _latex(value)) + _latex(bracket + counts)


def _in_mathematics(numeral: re.Match[str]) -> str:
    text = re.sub(r"e([+-]?\d+)", lambda power: f" \\times 10^{{{int(power[1])}}}", numeral[0])
    return "$" + text.replace("±", r"\pm") + "$"


def _finite(value: float) -> float | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
