"""`wayfare test`: scenarios run to see whether they still do what they promise, and whether they are what they were."""

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.trial import Tried

FAILED, MISTAKE, OURS, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143
"""The exit codes beside 0; of several the largest."""


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATHS]...", help="*.scenario.yaml files, or folders of them; by default this folder."),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Make the golden runs beside the files, or make them anew.")
    ] = False,
    figures: Annotated[bool, typer.Option("--figures", help="List what an expectation can be about, and end.")] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as learning.packets=3."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Replace the scenario's seed.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="PARENT", help="Folder in which run folders are made.")] = Path(
        "runs"
    ),
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Run the quick variant: with the overrides of its section smoke.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Train everything, remember nothing.")] = False,
) -> None:
    """Run scenarios with all their methods and replications, and compare with what they expect and with golden runs.

    A golden is a file beside the scenario that says what its runs were: x.golden.json. With --set or --seed it is left
    aside.

    Exit codes: 0 all is as expected, 1 something is not, 2 a scenario is wrong, 3 a run broke down; all are tried.
    """
    from wayfare.scenarios.errors import Problem, ScenarioError

    if figures:
        _print_figures()
        return
    changed = bool(overrides) or seed is not None
    if update and changed:
        raise ScenarioError(Problem("a golden run is one of the file as it is; leave out --set and --seed", "--update"))
    if out.exists() and not out.is_dir():
        raise ScenarioError(Problem("is a file; give the folder in which run folders are to be made", f"--out {out}"))
    worst = 0
    for file, explicit in _files(paths or [Path()]):
        try:
            tried = _tried(
                file, overrides or [], seed, out, smoke=smoke, cache=not no_cache, explicit=explicit or update
            )
            if tried is not None:
                worst = max(worst, _judged(tried, update=update, golden=not changed))
        except ScenarioError as error:
            print(error, file=sys.stderr)
            worst = max(worst, MISTAKE)
        except _Broken as broken:
            worst = max(worst, broken.code)
    raise typer.Exit(worst)


class _Broken(Exception):  # noqa: N818 - it says what happened
    """A run broke down, which has been said; the exit code is in it."""

    def __init__(self, code: int) -> None:
        self.code = code


def _files(paths: list[Path]) -> list[tuple[Path, bool]]:
    """Return the scenario files that paths mean, and whether each was named itself."""
    from wayfare.scenarios.trial import scenario_files

    found = [(file, not path.is_dir()) for path in paths for file in scenario_files(path)]
    return list(dict.fromkeys(found))


def _tried(
    file: Path, overrides: list[str], seed: int | None, out: Path, *, smoke: bool, cache: bool, explicit: bool
) -> "Tried | None":
    """Run all that a file asks for; None where it was found in a folder and promises nothing."""
    from wayfare.scenarios.golden import golden_file
    from wayfare.scenarios.running import RunFailed, RunStopped
    from wayfare.scenarios.trial import Trial

    trial = Trial(file, overrides, seed, smoke=smoke)
    if not explicit and not trial.expectations and not golden_file(file, smoke=smoke).is_file():
        return None
    try:
        return trial.run(out, cache=cache)
    except RunFailed as failed:
        traceback.print_exc()
        print(f"{file}: the run broke down: {failed}; what was recorded is in {failed.folder}", file=sys.stderr)
        raise _Broken(OURS if failed.culprit is None else MISTAKE) from None
    except MemoryError as short:
        print(f"{file}: {short}", file=sys.stderr)
        raise _Broken(MISTAKE) from None
    except RunStopped as stopped:
        print(f"wayfare: {stopped}", file=sys.stderr)
        asked = type(stopped.__cause__) is not KeyboardInterrupt
        raise typer.Exit(TERMINATED if asked else INTERRUPTED) from None


def _judged(tried: "Tried", *, update: bool, golden: bool) -> int:
    """Print what came of a file's expectations and of its golden, and where the runs are; return an exit code."""
    try:
        return max(_expected(tried), _golden(tried, update=update) if golden else 0)
    finally:
        _print_folders(tried)


def _expected(tried: "Tried") -> int:
    file, code = tried.trial.file, 0
    for run in tried.failed:
        print(f"FAILED  {file}: {tried.trial.label(run.planned)}: the run broke down: {run.error}")
        code = OURS
    for expectation in tried.trial.expectations:
        outcome = tried.outcome(expectation)
        print(f"{'passed' if outcome.passed else 'FAILED'}  {outcome.place}: {outcome}")
        code = max(code, 0 if outcome.passed else FAILED)
    return code


def _print_folders(tried: "Tried") -> None:
    folders = list(dict.fromkeys(str(run.folder) for run in tried.runs if run.folder is not None))
    silent = "" if tried.trial.expectations else f"{tried.trial.file}: expects nothing; "
    print(
        f"{silent}the run is in {folders[0]}" if len(folders) == 1 else f"{silent}the runs are in {', '.join(folders)}"
    )


def _golden(tried: "Tried", *, update: bool) -> int:
    """Make the golden, or compare with it where there is one."""
    from wayfare.scenarios import golden as goldens
    from wayfare.scenarios.golden import Golden, golden_file, said

    from .output_file import unwritten

    file = golden_file(tried.trial.file, smoke=tried.trial.smoke)
    if update:
        try:
            with unwritten("test", file):
                print(f"golden  {goldens.update(tried)}")
        except goldens.GoldenRefused as refused:
            print("\n".join(f"FAILED  {problem}" for problem in refused.problems))
            return FAILED
        return 0
    if not file.is_file():
        return 0
    golden = Golden.read(file)
    differences = list(golden.differences(tried))
    if differences:
        print("FAILED  " + "\n".join(said(golden, tried, differences)))
        return FAILED
    print(f"passed  {file}: {golden.agreement(tried)}")
    return 0


def _print_figures() -> None:
    from rich.console import Console
    from rich.table import Table

    from wayfare.scenarios.expecting import FIGURES, SPREADS, STATISTICS

    table = Table(box=None, pad_edge=False)
    for heading in ("figure", "unit", "is"):
        table.add_column(heading, overflow="fold")
    for figure in FIGURES.values():
        table.add_row(figure.form, figure.dimension.unit or figure.kind, figure.about)
    for name, (about, _) in STATISTICS.items():
        table.add_row(f"{name}(...)", "", about)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    print(f"\nSTAT is one of {', '.join(SPREADS)}, or a percentile such as p90.")
    print("With a matrix a method's name may stand before a figure: mfd.bytes.total < 0.5 * fedavg.bytes.total")
