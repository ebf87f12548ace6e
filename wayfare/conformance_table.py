"""The verdicts of `wayfare conform`, as a table for a terminal and as the page of the documentation."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from wayfare.scenarios.conformance import Verdict

HEADINGS = ("case", "value", "expected", "error", "tolerance", "source")
NEGLIGIBLE = 1e-3
"""An error below this share of the tolerance is written as 0: its digits are rounding, and differ by machine."""

_INTRODUCTION = """\
# Conformance

Published and hand-worked reference values beside what Wayfare computes. Sharing, transport over hops, energy and
learning are read from the records of real runs. Error and tolerance are in the unit of the case; a tolerance is half of
the last digit that a source prints, or 1 ns, or 1e-9 of the value. Values marked * are drawn with a fixed seed; the
tolerance of a queue is three times the standard error of its mean; that of a connection beside ns-3 is 20 %.

This page is written by `wayfare conform --markdown > docs/conformance.md`. `wayfare conform` prints the table, exits
with 1 if a case is out of its tolerance, and takes `--only PATTERN` and `--json`.
"""


def conformance_table(verdicts: "Sequence[Verdict]") -> Table:
    """Return the table for a terminal: subject by subject, what fails in red."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in HEADINGS:
        justify: Literal["left", "right"] = "left" if heading in ("case", "source") else "right"
        table.add_column(heading, justify=justify, no_wrap=heading != "source")
    for subject, group in groupby(verdicts, key=lambda verdict: verdict.case.subject):
        table.add_row(Text(subject, style="bold"))
        for verdict in group:
            table.add_row(*map(Text, _cells(verdict)), style=None if verdict.passed else "red")
    return table


def tally(verdicts: "Sequence[Verdict]") -> str:
    """Return one line that says how many cases are within tolerance, and one for each that broke down."""
    failed = sum(not verdict.passed for verdict in verdicts)
    count = f"{len(verdicts)} case" + "s" * (len(verdicts) != 1)
    first = f"{failed} of {count} out of tolerance" if failed else f"{count}, all within tolerance"
    return "\n".join([first, *(f"{v.case.name}: {v.trouble}" for v in verdicts if v.trouble)])


def conformance_page(verdicts: "Sequence[Verdict]") -> str:
    """Return the page of the documentation, in Markdown."""
    from wayfare.scenarios.conformance import SOURCES

    lines = [_INTRODUCTION, f"{tally(verdicts)}."]
    for subject, group in groupby(verdicts, key=lambda verdict: verdict.case.subject):
        lines += ["", f"## {subject.capitalize()}", "", _markdown(HEADINGS), "|---|--:|--:|--:|--:|---|"]
        lines += [_markdown(_cells(verdict)) for verdict in group]
    cited = {verdict.case.source for verdict in verdicts}
    lines += ["", "## Sources", "", "A source that is not listed is the closed form itself.", ""]
    lines += [f"- **{short}**: {full}" for short, full in SOURCES.items() if short in cited]
    return "\n".join(lines) + "\n"


def _cells(verdict: "Verdict") -> tuple[str, ...]:
    case = verdict.case
    negligible = verdict.error <= NEGLIGIBLE * case.allowed
    return (
        ("" if verdict.passed else "FAILS ") + case.name + (" *" if case.simulated else ""),
        _number(verdict.value, verdict.decimals),
        f"{_number(case.expected, verdict.decimals)} {case.unit}".rstrip(),
        "0" if negligible else _small(verdict.error, 1),
        _small(case.allowed, 2),
        case.source,
    )


def _number(value: float, decimals: int) -> str:
    """Return a number with the decimals that say something, without zeros at the end."""
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _small(value: float, digits: int) -> str:
    return f"{value:.{digits}g}".replace("e-0", "e-")


def _markdown(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("*", "\\*").replace("|", "\\|") for cell in cells) + " |"
