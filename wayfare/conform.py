"""`wayfare conform`: every reference case run against the project's own code."""

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.conformance import Case, Verdict

OUT_OF_TOLERANCE = 1
"""The exit code where a case is out of its tolerance."""


def command(
    only: Annotated[
        str | None,
        typer.Option(
            "--only", metavar="PATTERN", help="Cases whose name or subject holds this; * and ? are wildcards."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every digit.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page of the documentation, docs/conformance.md.")
    ] = False,
) -> None:
    """Run every reference case; print value, expected, error and source; exit with 1 if one is out of tolerance."""
    if as_json and as_markdown:
        raise typer.BadParameter("give --json or --markdown, not both")
    verdicts = [case.judge() for case in _chosen(only)]
    if as_json:
        print(json.dumps([_row(verdict) for verdict in verdicts], indent=2))
    elif as_markdown:
        from .conformance_table import conformance_page

        print(conformance_page(verdicts), end="")
    else:
        from rich.console import Console

        from .conformance_table import conformance_table, tally

        console = Console(width=None if sys.stdout.isatty() else 100)
        console.print(conformance_table(verdicts))
        print(f"\n{tally(verdicts)}")
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else OUT_OF_TOLERANCE)


def _chosen(only: str | None) -> "list[Case]":
    from wayfare.scenarios.conformance import CASES, select
    from wayfare.scenarios.errors import Problem, ScenarioError

    chosen = select(only)
    if not chosen:
        subjects = ", ".join(dict.fromkeys(case.subject for case in CASES))
        raise ScenarioError(Problem(f"{only!r} is in no case's name; the subjects are {subjects}", "--only"))
    return chosen


def _row(verdict: "Verdict") -> dict[str, Any]:
    case = verdict.case
    return {
        "subject": case.subject,
        "case": case.name,
        "value": verdict.value if math.isfinite(verdict.value) else None,
        "expected": case.expected,
        "error": verdict.error if math.isfinite(verdict.value) else None,
        "tolerance": case.allowed,
        "unit": case.unit,
        "source": case.source,
        "simulated": case.simulated,
        "passed": verdict.passed,
        "trouble": verdict.trouble,
    }
