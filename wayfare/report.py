"""`wayfare report`: runs as one page that needs nothing else."""

import sys
from pathlib import Path
from typing import Annotated

import typer

MISTAKE = 2
"""The exit code where a run cannot be shown or the page cannot be written."""


def command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Write one HTML page with the map playing in it, the key figures and charts; it needs no network."""
    from wayfare.dashboard.report import report
    from wayfare.emulator.records import RecordError

    from .output_file import Unwritten, write_output

    try:
        made = report(runs)
        write_output("report", output, made.page)
    except (RecordError, Unwritten) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(MISTAKE) from None
    for note in made.notes:
        print(note, file=sys.stderr)
    print(f"{output}: {output.stat().st_size / 1e6:.2g} MB")
