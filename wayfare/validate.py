"""`wayfare validate`: all that is wrong with scenario files, without running them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .check_progress import CheckProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wayfare.scenarios.errors import Problem
    from wayfare.scenarios.study import Study

MISTAKE = 2
"""The exit code where something is wrong."""


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="*.scenario.yaml files.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as stop='1 s'.")
    ] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="The quick variants: with the overrides of smoke.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not make networks and data; check what is written.")
    ] = False,
) -> None:
    """Print every problem of scenario files with its file and line, and run nothing.

    Every point of a sweep with every method is checked; --quick makes none of their networks.

    Exit codes: 0 nothing is wrong, 2 something is.
    """
    from wayfare.scenarios.errors import ScenarioError
    from wayfare.scenarios.study import study_of

    wrong = False
    for file in files:
        try:
            progress = CheckProgress(str(file))
            study = study_of(file, overrides or [], smoke=smoke, on_progress=progress.loaded)
            problems = [] if quick else list(dict.fromkeys(_unbuildable(study, progress)))
        except ScenarioError as error:
            problems = list(error.problems)
        for problem in problems:
            print(problem, file=sys.stderr)
        if not problems:
            print(f"{file}: {_said(study)}")
        wrong = wrong or bool(problems)
    raise typer.Exit(MISTAKE if wrong else 0)


def _unbuildable(study: "Study", progress: CheckProgress) -> "Iterator[Problem]":
    """Yield what is found only when the networks and the data of the runs are made: once each, whatever the seeds."""
    from wayfare.scenarios.errors import ScenarioError
    from wayfare.scenarios.resources import Resources
    from wayfare.scenarios.running import built

    firsts = [run for run in study.runs if run.replication == 1]
    for number, run in enumerate(firsts):
        progress.built(number, len(firsts))
        try:
            with run.scenario.extensions.registered():
                built(run.scenario, False, Resources(workers=0))
        except ScenarioError as error:
            yield from error.problems


def _said(study: "Study") -> str:
    """Return that nothing is wrong, and how much there is to run."""
    if len(study.runs) == 1:
        return "nothing wrong"
    counts = ((study.points, "point"), (study.methods, "method"), (study.seeds, "seed"))
    parts = [f"{len(items)} {noun}s" for items, noun in counts if len(items) > 1]
    return f"nothing wrong; {len(study.runs)} runs ({', '.join(parts)})"
