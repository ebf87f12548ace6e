"""`wayfare sweep`: all runs that a scenario file asks for, in parallel."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.scenarios.crowd import Crowd
    from wayfare.scenarios.study import Study
    from wayfare.scenarios.sweep_folder import Sweep

SOME_FAILED = 1
"""The exit code where runs have failed."""

INTERRUPTED, TERMINATED = 130, 143


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A *.scenario.yaml file.")],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as replications=3."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Replace the scenario's seed.")] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", metavar="N", help="Replace the scenario's replications.", min=1)
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Runs at a time; by default one a processor.", min=1)
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Run on a Ray cluster: its address, 'auto', or 'local'."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="PARENT", help="Folder in which the sweep folder is made.")
    ] = Path("runs"),
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Run the quick variant: with the overrides of its section smoke.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the sweep folder's path alone.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Train everything, remember nothing.")] = False,
) -> None:
    """Run every point of a scenario's sweep with every method of its matrix and every seed of its replications.

    The runs go to PARENT/NAME.sweep, whose path is the last line of standard output. The same command again goes on
    where it ended: what has finished is not run again.

    Exit codes: 0 all runs have finished, 1 some have failed, 2 a mistake, 130 or 143 interrupted or asked to end.
    """
    from wayfare.scenarios.study import study_of
    from wayfare.scenarios.sweeping import SweepStopped
    from wayfare.scenarios.sweeping import sweep as run_sweep

    from .check_progress import CheckProgress
    from .output_file import unwritten
    from .sweep_display import SweepDisplay

    if workers is not None and ray is not None:
        raise typer.BadParameter("--workers is for this machine, --ray for a cluster: give one of them")
    progress = None if quiet else CheckProgress(str(file)).loaded
    study = study_of(file, overrides or [], seed, replications, smoke=smoke, on_progress=progress)
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"--out {out}: is a file; give the folder in which the sweep folder is to be made")
    crowd = _crowd(study, workers, ray)
    try:
        place = out / f"{study.name}.sweep"
        with unwritten("sweep", place), SweepDisplay(study.name, quiet=quiet) as display:
            done = run_sweep(study, out, crowd=crowd, cache=not no_cache, on_progress=display)
    except SweepStopped as stopped:
        print(f"wayfare: {stopped}", file=sys.stderr)
        asked = type(stopped.__cause__) is not KeyboardInterrupt
        raise typer.Exit(TERMINATED if asked else INTERRUPTED) from None
    _report(done)
    print(done.folder)
    raise typer.Exit(SOME_FAILED if done.unfinished else 0)


def _crowd(study: "Study", workers: int | None, ray: str | None) -> "Crowd":
    if ray is not None:
        from wayfare.scenarios.ray_crowd import RayCrowd

        return RayCrowd(ray)
    from wayfare.scenarios.sweeping import processes

    return processes(study, workers)


def _report(done: "Sweep") -> None:
    """Name the runs that have failed, each with its cause and where to look."""
    if done.unfinished:
        print(f"{done.folder}: {len(done.unfinished)} of {len(done.runs)} runs failed:", file=sys.stderr)
    for line in done.failures():
        print(f"  {line}", file=sys.stderr)
