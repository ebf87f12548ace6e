"""The exports by name: what each writes, and to what."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

import pyarrow as pa

from wayfare.emulator.records import EXPORTS as TABLES
from wayfare.emulator.records import RunRecord
from wayfare.emulator.records.files import replace_bytes


@dataclass(frozen=True)
class Export:
    """A format.

    Attributes:
        about: What it is, in one sentence.
        to: What it needs to be given: nothing but a file (or else standard output gets it), a folder, or a place, which
            has a default of its own.
        write: Writes a run there; a file's content is returned.
        of_table: Whether it is of one table.
    """

    about: str
    to: Literal["file", "folder", "place"]
    write: Callable[[RunRecord, str], bytes | None]
    of_table: bool = False


def table_content(run: RunRecord, table: str, form: str) -> bytes:
    """Return a table of `records.EXPORTS` as CSV or Parquet."""
    from pyarrow import csv, parquet

    rows, buffer = TABLES[table](run), pa.BufferOutputStream()
    if form == "csv":
        csv.write_csv(rows, buffer, csv.WriteOptions(quoting_style="needed", quoting_header="none"))
    else:
        parquet.write_table(rows, buffer)
    return bytes(buffer.getvalue().to_pybytes())


def _tables(form: str) -> Callable[[RunRecord, str], None]:
    def write(run: RunRecord, output: str) -> None:
        folder = _folder(output)
        for name in TABLES:
            replace_bytes(folder / f"{name}.{form}", table_content(run, name, form))

    return write


def _tensorboard(run: RunRecord, output: str) -> None:
    """Write the series; the wall-clock time of a value is the start of the run plus its virtual time."""
    from .event_file import EventFile
    from .scalars import scalars

    began = datetime.fromisoformat(run.manifest["started"]).timestamp()
    name = f"events.out.tfevents.{int(began)}.wayfare"
    with EventFile(_below(run, output) / name, began) as file:
        for series in scalars(run):
            for time_ns, value in zip(series.time_ns.tolist(), series.value.tolist(), strict=True):
                file.scalar(series.name, began + time_ns / 1e9, time_ns // 1000, value)


def _trace(run: RunRecord, output: str) -> bytes:
    from .trace import trace

    lines = ",\n".join(json.dumps(event, allow_nan=False) for event in trace(run))
    return f'{{"displayTimeUnit": "ms", "traceEvents": [\n{lines}\n]}}\n'.encode()


def _graphml(run: RunRecord, output: str) -> bytes:
    import networkx as nx

    from .graph import result_graph

    content = BytesIO()
    nx.write_graphml(result_graph(run), content)
    return content.getvalue()


def _safetensors(run: RunRecord, output: str) -> None:
    from wayfare.models.weights_file import split_answers

    from .answers import kept_answers

    files = split_answers(kept_answers(run))
    folder = _folder(output)
    for name, content in files.items():
        replace_bytes(folder / f"{name}.safetensors", content)


def _mlflow(run: RunRecord, output: str) -> None:
    from .to_mlflow import log_run

    log_run(run, output)


def _folder(output: str) -> Path:
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _below(run: RunRecord, output: str) -> Path:
    """Return the folder of a run below another, so that several runs can go to one."""
    return _folder(str(Path(output) / run.folder.resolve().name))


EXPORTS: Mapping[str, Export] = {
    "csv": Export("A table as text, or all of them as files in a folder.", "folder", _tables("csv"), of_table=True),
    "parquet": Export("A table as Parquet, or all of them.", "folder", _tables("parquet"), of_table=True),
    "tensorboard": Export(
        "Series over virtual time, as an event file in a folder below that one.", "folder", _tensorboard
    ),
    "trace": Export(
        "What happened, one track a node and link, for ui.perfetto.dev or chrome://tracing.", "file", _trace
    ),
    "graphml": Export("The network with what came of the run as attributes.", "file", _graphml),
    "safetensors": Export("The weights of the method's answers, a file for each.", "folder", _safetensors),
    "mlflow": Export("Parameters, figures and series, through your own MLflow, to a tracking URI.", "place", _mlflow),
}
