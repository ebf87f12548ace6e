"""`wayfare export`: a run in the formats of other tools."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .output_file import unwritten, write_output


class Table(StrEnum):
    """What can be exported as a table."""

    FLOWS = "flows"
    EVENTS = "events"
    METRICS = "metrics"
    LINKS = "links"
    NODES = "nodes"
    ENERGY = "energy"
    PLACES = "places"
    RADIO = "radio"
    SCALINGS = "scalings"


class Format(StrEnum):
    """How a run can be exported; `emulator.exporting.EXPORTS` says what each is."""

    CSV = "csv"
    PARQUET = "parquet"
    TENSORBOARD = "tensorboard"
    TRACE = "trace"
    GRAPHML = "graphml"
    SAFETENSORS = "safetensors"
    MLFLOW = "mlflow"


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, running or finished.")],
    to: Annotated[Format, typer.Option("--to", help="The format.")] = Format.CSV,
    table: Annotated[
        Table | None, typer.Option("--table", help="For csv and parquet: one table instead of all of them.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="PLACE", help="A file, a folder, or a tracking URI, as the format wants."
        ),
    ] = None,
) -> None:
    """Write a run for other tools.

    csv, parquet: a table, to a file or standard output, or all tables into a folder. tensorboard: series over virtual
    time, into a folder for TensorBoard. trace: what happened, one track a node and link, for ui.perfetto.dev. graphml:
    the network with what came of the run as attributes. safetensors: the answers' weights, into a folder. mlflow: to a
    tracking URI, through the MLflow that you have installed.
    """
    from wayfare.emulator.exporting import EXPORTS
    from wayfare.emulator.exporting.export import table_content
    from wayfare.emulator.records import RecordError, RunRecord

    export = EXPORTS[to]
    if table is not None and not export.of_table:
        raise RecordError(f"--table {table}: {to} is of the whole run; leave out --table")
    record = RunRecord(run)
    if table is not None:
        _write(output, table_content(record, table, to))
    elif export.to == "folder":
        if output is None:
            alternative = ", or --table NAME for one table" if export.of_table else ""
            raise RecordError(f"--to {to} writes several files: give a folder with -o FOLDER{alternative}")
        if Path(output).is_file():
            raise RecordError(f"-o {output}: is a file; give a folder")
        with unwritten("export", Path(output)):
            export.write(record, output)
    else:
        content = export.write(record, output or "")
        if content is not None:
            _write(output, content)


def _write(output: str | None, content: bytes) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        write_output("export", Path(output), content)
