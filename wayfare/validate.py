"""`wayfare validate`: all that is wrong with scenario files, without running them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .check_progress import CheckProgress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wayfare.scenarios.errors import Problem
    from wayfare.scenarios.study import PlannedRun, Study

MISTAKE = 2
"""The exit code where something is wrong."""

MOST_BUILT = 100
"""Of how many points, each with each method, the networks and data are made unless all are asked for."""


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="*.scenario.yaml files.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as stop='1 s'.")
    ] = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="The quick variants: with the overrides of smoke.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not make networks and data; check what is written.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help=f"Make all networks and data, also of more than {MOST_BUILT} points.")
    ] = False,
) -> None:
    """Print every problem of scenario files with its file and line, and run nothing.

    What is written of every point of a sweep with every method is checked. Then the network and the data of each are
    made, which shows what no text does: of a large sweep only of a sample, in which every value of a field is seen if
    that can be. --all makes all, --quick none.

    Exit codes: 0 nothing is wrong, 2 something is.
    """
    from wayfare.scenarios.errors import ScenarioError
    from wayfare.scenarios.study import study_of

    if quick and every:
        raise typer.BadParameter("--quick makes no networks, --all makes all of them: give one")
    wrong = False
    for file in files:
        try:
            progress = CheckProgress(str(file))
            study = study_of(file, overrides or [], smoke=smoke, on_progress=progress.loaded)
            made = [] if quick else _to_make(study, every=every)
            problems = list(dict.fromkeys(_unbuildable(made, progress)))
        except ScenarioError as error:
            problems = list(error.problems)
        for problem in problems:
            print(problem, file=sys.stderr)
        if not problems:
            print(f"{file}: {_said(study)}{'' if quick else _sampled(study, made)}")
        wrong = wrong or bool(problems)
    raise typer.Exit(MISTAKE if wrong else 0)


def _to_make(study: "Study", *, every: bool) -> "list[PlannedRun]":
    """Return the runs whose networks and data are made: one of each point with each method, or a sample of them.

    The first that has a value of a field, or a method, comes before those in which all has been seen.
    """
    from wayfare.scenarios.point_labels import shown_value

    runs = _firsts(study)
    if every or len(runs) <= MOST_BUILT:
        return runs
    seen: set[tuple[str, str | None]] = set()
    telling: list[PlannedRun] = []
    others: list[PlannedRun] = []
    for run in runs:
        has = {(key, shown_value(value)) for key, value in study.points[run.point].items()} | {("", run.method)}
        (others if has <= seen else telling).append(run)
        seen |= has
    chosen = _spread(telling, MOST_BUILT)
    return chosen + _spread(others, MOST_BUILT - len(chosen))


def _firsts(study: "Study") -> "list[PlannedRun]":
    """Return the first replication of each point with each method."""
    return [run for run in study.runs if run.replication == 1]


def _spread(runs: "Sequence[PlannedRun]", most: int) -> "list[PlannedRun]":
    """Return at most so many of some runs, from all parts of them."""
    return [runs[number * len(runs) // most] for number in range(most)] if len(runs) > most else list(runs)


def _unbuildable(runs: "Sequence[PlannedRun]", progress: CheckProgress) -> "Iterator[Problem]":
    """Yield what is found only when the networks and the data of runs are made."""
    from wayfare.scenarios.errors import ScenarioError
    from wayfare.scenarios.resources import Resources
    from wayfare.scenarios.running import built

    for number, run in enumerate(runs):
        progress.built(number, len(runs))
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
    parts = [f"{len(items):,} {noun}s" for items, noun in counts if len(items) > 1]
    return f"nothing wrong; {len(study.runs):,} runs ({', '.join(parts)})"


def _sampled(study: "Study", made: "Sequence[PlannedRun]") -> str:
    """Return of how many runs the networks and data were made, where not of all."""
    every = len(_firsts(study))
    if len(made) == every:
        return ""
    what = "points with a method" if len(study.methods) > 1 else "points"
    return f"; all are read, and of {len(made)} of the {every:,} {what} the network and data are made (--all: of all)"
