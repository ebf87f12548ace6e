"""The command line: one function a command; the longer ones have a file of their own.

Exit codes: 0 done, 1 an expectation of ``wayfare test`` failed or a case of ``wayfare conform`` is out of tolerance,
2 a mistake of the user or the scenario, 3 ours; 130 and 143: interrupted, or asked to end.
"""

import os
import signal
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from . import (
    cache_commands,
    compact,
    compare,
    conform,
    diff,
    explain,
    exporting,
    link_budget,
    listing,
    new,
    report,
    show,
    sweeping,
    testing,
    topology_commands,
    training_options,
    validate,
    verify,
)

if TYPE_CHECKING:
    from wayfare.scenarios.resources import Resources
    from wayfare.scenarios.running import RunOutcome
    from wayfare.scenarios.schema import Scenario

app = typer.Typer(
    name="wayfare",
    help="A 6G network-edge emulation testbed in which models follow the data.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(topology_commands.app)
app.add_typer(cache_commands.app)
app.command("compact")(compact.command)
app.command("verify")(verify.command)
app.command("link-budget")(link_budget.command)
app.command("conform")(conform.command)
app.command("explain")(explain.command)
app.command("list")(listing.command)
app.command("export")(exporting.command)
app.command("test")(testing.command)
app.command("sweep")(sweeping.command)
app.command("compare")(compare.command)
app.command("new")(new.command)
app.command("validate")(validate.command)
app.command("show")(show.command)
app.command("diff")(diff.command)
app.command("report")(report.command)


class Exit(IntEnum):
    """Exit codes."""

    MISTAKE = 2
    OURS = 3
    INTERRUPTED = 130
    TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as batch systems do."""


Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as learning.packets=3.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Replace the scenario's seed.")]
Out = Annotated[Path, typer.Option("--out", metavar="PARENT", help="Folder in which the run folder is made.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the run folder's path alone.")]
Smoke = Annotated[bool, typer.Option("--smoke", help="Run the quick variant: with the overrides of its section smoke.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Train everything, remember nothing.")]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """A 6G network-edge emulation testbed in which models follow the data."""
    if version:
        from . import __version__

        print(f"wayfare {__version__}")
        raise typer.Exit


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A *.scenario.yaml file.")],
    overrides: Overrides = None,
    seed: Seed = None,
    out: Out = Path("runs"),
    quiet: Quiet = False,
    smoke: Smoke = False,
    no_cache: NoCache = False,
    workers: training_options.Workers = None,
    device: training_options.Device = "cpu",
    ray: training_options.Ray = None,
    profile: Annotated[bool, typer.Option("--profile", help="Print what the wall-clock time went into.")] = False,
) -> None:
    """Run a scenario; the last line of standard output is the run folder's path."""
    resources = training_options.resources(workers, device, ray)
    go = partial(_run, file, overrides or [], seed, out, resources, quiet=quiet, smoke=smoke, cache=not no_cache)
    outcome = _profiled(go) if profile else go()
    print(outcome.folder)


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    quiet: Quiet = False,
    no_cache: NoCache = False,
    workers: training_options.Workers = None,
    device: training_options.Device = "cpu",
    ray: training_options.Ray = None,
) -> None:
    """Finish a run that was killed, stopped or has failed: it ends with the digests it would have had."""
    from wayfare.scenarios.replaying import resume as resume_run

    resources = training_options.resources(workers, device, ray)
    go = partial(resume_run, folder, cache=not no_cache, resources=resources)
    print(_carry_out(go, folder.resolve().name, quiet=quiet).folder)


@app.command()
def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File to write instead of standard output.")
    ] = None,
    plugin: Annotated[
        list[Path] | None, typer.Option("--plugin", metavar="FILE", help="A plug-in file whose classes it knows too.")
    ] = None,
) -> None:
    """Write the JSON Schema of scenario files, for editors."""
    from wayfare.scenarios.plugins import gather
    from wayfare.scenarios.schema import json_schema_text

    from .output_file import write_output

    with gather(plugin or []).registered():
        text = json_schema_text()
    if output is None:
        print(text, end="")
    else:
        write_output("schema", output, text)


@app.command()
def dashboard(
    folder: Annotated[Path, typer.Argument(metavar="RUNS", help="A folder of run folders.")] = Path("runs"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", min=0, max=65535)] = 8050,
    allow_runs: Annotated[
        bool, typer.Option("--allow-runs", help="Let the page start and stop runs; on this computer only.")
    ] = False,
) -> None:
    """Explore runs in a browser, while they run or afterwards; Ctrl+C ends it."""
    if folder.is_file():
        _mistake(f"{folder}: is a file; give a run folder, or a folder of them")
    if not folder.is_dir():
        _mistake(f"{folder}: no such folder; make a run first, for example: wayfare run FILE --out {folder}")
    from wayfare.dashboard import serve

    try:
        serve(folder, host, port, allow_runs=allow_runs)
    except ValueError as error:
        _mistake(f"--allow-runs: {error}")


def main() -> None:
    """Run the command line; every failure ends in one message and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    _guarded(app)


def _terminate(*_: object) -> NoReturn:
    """Treat the polite signal to end as an interrupt from the keyboard, so that a run says that it was stopped."""
    raise Terminated


def _run(
    file: Path,
    overrides: list[str],
    seed: int | None,
    out: Path,
    resources: "Resources",
    *,
    quiet: bool,
    smoke: bool,
    cache: bool,
) -> "RunOutcome":
    from wayfare.scenarios.loading import load
    from wayfare.scenarios.running import run as run_scenario

    scenario = load(file, overrides, seed, smoke=smoke)
    if not quiet:
        _say_if_one_of_many(file, scenario)
    if out.exists() and not out.is_dir():
        _mistake(f"--out {out}: is a file; give the folder in which the run folder is to be made")
    return _carry_out(
        partial(run_scenario, scenario, out, cache=cache, resources=resources), scenario.name, quiet=quiet
    )


def _say_if_one_of_many(file: Path, scenario: "Scenario") -> None:
    """Say that a file asks for more than the one run that is made of it."""
    from wayfare.scenarios.study import runs_asked

    assert scenario.document is not None
    with scenario.extensions.registered():
        asked = runs_asked(scenario.document)
    if asked > 1:
        print(
            f"wayfare: this is one run; 'wayfare sweep {file}' makes all {asked:,} that the file asks for",
            file=sys.stderr,
        )


def _carry_out(go: "Callable[..., RunOutcome]", name: str, *, quiet: bool) -> "RunOutcome":
    """Run something, show its progress and what came of it, unless quiet; an interrupt ends with its own exit code."""
    from wayfare.scenarios.running import RunStopped

    try:
        outcome = go() if quiet else _run_and_show(go, name)
    except RunStopped as stopped:
        print(f"wayfare: {stopped}", file=sys.stderr)
        code = Exit.TERMINATED if isinstance(stopped.__cause__, Terminated) else Exit.INTERRUPTED
        raise typer.Exit(code) from None
    for note in outcome.notes:
        print(f"wayfare: {note}", file=sys.stderr)
    return outcome


def _profiled(go: "Callable[[], RunOutcome]") -> "RunOutcome":
    from rich.console import Console

    from .profile import Profile

    with Profile() as profile:
        outcome = go()
    Console(width=None if sys.stdout.isatty() else 100).print(profile.table())
    return outcome


def _run_and_show(go: "Callable[..., RunOutcome]", name: str) -> "RunOutcome":
    from rich.console import Console

    from .display import ProgressLine, results_table

    with ProgressLine(name) as line:
        outcome = go(on_progress=line)
    width = None if sys.stdout.isatty() else 100
    Console(width=width).print(results_table(name, outcome.summary, outcome.expectations))
    return outcome


def _guarded(command: Callable[[], None]) -> None:
    """Turn exceptions into one message and an exit code."""
    try:
        command()
    except KeyboardInterrupt:
        print("wayfare: interrupted", file=sys.stderr)
        raise SystemExit(Exit.INTERRUPTED) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except MemoryError as error:
        _mistake(_memory_short(error))
    except OSError as error:
        command_line = " ".join(["wayfare", *sys.argv[1:2]])
        named = f"{error.filename}: " if error.filename else ""
        _mistake(f"{command_line}: {named}{os.strerror(error.errno)}" if error.errno else str(error))
    except Exception as error:
        _explain(error)


def _memory_short(error: MemoryError) -> str:
    """Return what there was not enough memory for, and what to do."""
    from wayfare.scenarios.errors import LESS_MEMORY, memory_lacking
    from wayfare.scenarios.running import RunTooLarge

    return str(error) if isinstance(error, RunTooLarge) else f"wayfare: {memory_lacking(error)}; {LESS_MEMORY}"


def _explain(error: Exception) -> NoReturn:
    """Say whose fault an error is: the user's or the scenario's, a plug-in's, or ours."""
    from wayfare.emulator.records.errors import RecordError
    from wayfare.scenarios.errors import ScenarioError

    if isinstance(error, ScenarioError | RecordError):
        _mistake(str(error))
    import traceback

    traceback.print_exc()
    kept = f" What was recorded is in {error.folder}." if hasattr(error, "folder") else ""
    culprit = getattr(error, "culprit", None)
    if culprit is not None:
        _mistake(f"wayfare: {culprit}. This is a fault in a plug-in, not in Wayfare.{kept}")
    print(f"wayfare: {error}. This is a fault in Wayfare, not in your scenario.{kept}", file=sys.stderr)
    raise SystemExit(Exit.OURS) from None


def _mistake(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(Exit.MISTAKE)
