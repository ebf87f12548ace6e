"""`wayfare compact`: the tables of runs that have ended, or were lost, as Parquet files."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wayfare.emulator.records import Compaction

MISTAKE = 2
"""The exit code where a run cannot be compacted."""


def command(runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.")]) -> None:
    """Make Parquet files of the tables of runs that were lost, or that a full disk kept from it; all are tried."""
    from wayfare.emulator.records import RecordError

    failed = False
    for folder in runs:
        try:
            _compact(folder)
        except (RecordError, OSError) as error:
            failed = True
            errno = error.errno if isinstance(error, OSError) else None
            message = f"{folder}: cannot be compacted ({os.strerror(errno)})" if errno else str(error)
            print(f"{message}; nothing was removed", file=sys.stderr)
    if failed:
        raise typer.Exit(MISTAKE)


def _compact(folder: Path) -> None:
    """Compact one run and say what was done.

    Raises:
        RecordError: It is none, it still runs, another process writes it, or it is damaged.
        OSError: Its folder does not take the files.
    """
    from wayfare.emulator.records import RecordError, RunRecord, compact
    from wayfare.emulator.records.hold import Hold

    if RunRecord(folder).is_alive:
        raise RecordError(f"{folder}: still runs, or did until half a minute ago; it is compacted at its end")
    hold = Hold.of(folder)
    try:
        done = compact(folder)
    finally:
        hold.release()
    print(f"{folder}: {_said(done)}")
    for name, size_bytes in done.left_out_bytes.items():
        print(
            f"{folder / name}: {size_bytes:,} bytes after the last whole rows are left out; "
            f"the file is kept as {name}.damaged",
            file=sys.stderr,
        )


def _said(done: "Compaction") -> str:
    if not done.tables:
        return "is compacted already"
    return (
        f"{done.rows:,} rows, {_megabytes(done.before_bytes)} of streams now {_megabytes(done.after_bytes)} of Parquet"
    )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.3g} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.3g} kB"
