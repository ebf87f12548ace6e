"""The command line: one function a command; the longer ones have a file of their own.

Exit codes: 0 done, 1 an expectation of ``wayfare test`` failed or a case of ``wayfare conform`` is out of tolerance,
2 a mistake of the user or the scenario, 3 ours; 130 and 143: interrupted, or asked to end.
"""

import signal
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum, StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from . import cache_commands, compact, conform, explain, link_budget, listing, topology_commands, verify

if TYPE_CHECKING:
    from wayfare.scenarios.running import RunOutcome

app = typer.Typer(
    name="wayfare",
    help="A 6G network-edge emulation testbed in which models follow the data.",
    no_args_is_help=True,
    add_completion=False,
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


class Exit(IntEnum):
    """Exit codes."""

    FAILED_EXPECTATION = 1
    MISTAKE = 2
    OURS = 3
    INTERRUPTED = 130
    TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as batch systems do."""


class ExportTable(StrEnum):
    """What can be exported."""

    FLOWS = "flows"
    EVENTS = "events"
    METRICS = "metrics"
    LINKS = "links"
    NODES = "nodes"
    ENERGY = "energy"
    PLACES = "places"
    RADIO = "radio"


class ExportFormat(StrEnum):
    """How it is written."""

    CSV = "csv"
    PARQUET = "parquet"


Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a value, such as learning.packets=3.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Replace the scenario's seed.")]
Out = Annotated[Path, typer.Option("--out", metavar="PARENT", help="Folder in which the run folder is made.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the run folder's path alone.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Train everything, remember nothing.")]
RunFolders = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.")]


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
    no_cache: NoCache = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print what the wall-clock time went into.")] = False,
) -> None:
    """Run a scenario; the last line of standard output is the run folder's path."""
    if profile:
        outcome = _profiled(partial(_run, file, overrides or [], seed, out, quiet=quiet, cache=not no_cache))
    else:
        outcome = _run(file, overrides or [], seed, out, quiet=quiet, cache=not no_cache)
    print(outcome.folder)


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    quiet: Quiet = False,
    no_cache: NoCache = False,
) -> None:
    """Finish a run that was killed, stopped or has failed: it ends with the digests it would have had."""
    from wayfare.scenarios.replaying import resume as resume_run

    go = partial(resume_run, folder, cache=not no_cache)
    print(_carry_out(go, folder.resolve().name, quiet=quiet).folder)


@app.command("test")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="*.scenario.yaml files with expectations.")],
    overrides: Overrides = None,
    seed: Seed = None,
    out: Out = Path("runs"),
    no_cache: NoCache = False,
) -> None:
    """Run scenarios and exit with 1 where an expectation fails, with 2 where a scenario is wrong; all are tried."""
    from wayfare.scenarios.errors import ScenarioError

    worst = 0
    for file in files:
        try:
            outcome = _run(file, overrides or [], seed, out, quiet=True, cache=not no_cache)
        except ScenarioError as error:
            print(error, file=sys.stderr)
            worst = Exit.MISTAKE
            continue
        for expectation in outcome.expectations:
            print(f"{'passed' if expectation.passed else 'FAILED'}  {file}:{expectation.line}: {expectation}")
        worst = max(worst, 0 if outcome.passed else Exit.FAILED_EXPECTATION)
        print(f"{'' if outcome.expectations else f'{file}: expects nothing; '}the run is in {outcome.folder}")
    raise typer.Exit(worst)


@app.command()
def compare(runs: RunFolders) -> None:
    """Print the figures of several finished runs side by side."""
    from rich.console import Console

    from wayfare.emulator.records import RecordError, RunRecord

    from .display import comparison_table

    columns = []
    for folder in runs:
        record = RunRecord(folder)
        summary = record.summary
        if summary is None:
            raise RecordError(
                f"{folder}: has no summary, so it was not finished (its status is {record.manifest['status']})"
            )
        columns.append((_heading(record.manifest), summary))
    table = comparison_table(columns)
    Console(width=None if sys.stdout.isatty() else 60 + 24 * len(columns)).print(table)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, running or finished.")],
    table: Annotated[ExportTable, typer.Option("--table", help="Which table.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="How to write it.")] = ExportFormat.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File to write instead of standard output.")
    ] = None,
) -> None:
    """Write a table of a run."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    from wayfare.emulator.records import EXPORTS, RunRecord

    rows = EXPORTS[table](RunRecord(run))
    buffer = pa.BufferOutputStream()
    if form == ExportFormat.CSV:
        pa.csv.write_csv(rows, buffer, pa.csv.WriteOptions(quoting_style="needed", quoting_header="none"))
    else:
        pa.parquet.write_table(rows, buffer)
    content = buffer.getvalue().to_pybytes()
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        _write(output, content)


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

    with gather(plugin or []).registered():
        text = json_schema_text()
    if output is None:
        print(text, end="")
    else:
        _write(output, text.encode())


@app.command()
def dashboard(
    folder: Annotated[Path, typer.Argument(metavar="RUNS", help="A folder of run folders.")] = Path("runs"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", min=0, max=65535)] = 8050,
) -> None:
    """Explore runs in a browser."""
    if folder.is_file():
        _mistake(f"{folder}: is a file; give a run folder, or a folder of them")
    if not folder.is_dir():
        _mistake(f"{folder}: no such folder; make a run first, for example: wayfare run FILE --out {folder}")
    from wayfare.dashboard import serve

    serve(folder, host, port)


def main() -> None:
    """Run the command line; every failure ends in one message and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    _guarded(app)


def _terminate(*_: object) -> NoReturn:
    """Treat the polite signal to end as an interrupt from the keyboard, so that a run says that it was stopped."""
    raise Terminated


def _run(file: Path, overrides: list[str], seed: int | None, out: Path, *, quiet: bool, cache: bool) -> "RunOutcome":
    from wayfare.scenarios.loading import load
    from wayfare.scenarios.running import run as run_scenario

    scenario = load(file, overrides, seed)
    if out.exists() and not out.is_dir():
        _mistake(f"--out {out}: is a file; give the folder in which the run folder is to be made")
    return _carry_out(partial(run_scenario, scenario, out, cache=cache), scenario.name, quiet=quiet)


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


def _write(output: Path, content: bytes) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        _mistake(f"-o {output}: cannot be written ({error.strerror})")


def _heading(manifest: dict[str, object]) -> str:
    method = manifest.get("method")
    return f"{manifest['name']}" + (f" ({method})" if method else "")


def _guarded(command: Callable[[], None]) -> None:
    """Turn exceptions into one message and an exit code."""
    from wayfare.emulator.records.errors import RecordError
    from wayfare.scenarios.errors import ScenarioError

    try:
        command()
    except (ScenarioError, RecordError) as error:
        _mistake(str(error))
    except KeyboardInterrupt:
        print("wayfare: interrupted", file=sys.stderr)
        raise SystemExit(Exit.INTERRUPTED) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except OSError as error:
        _mistake(str(error))
    except Exception as error:
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
