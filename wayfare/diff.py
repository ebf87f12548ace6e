"""`wayfare diff`: what two scenarios differ in, once every default is written out."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

DIFFERS = 1
"""The exit code where they are not the same."""

_STUDY = ("replications", "matrix", "sweep", "smoke")


def command(
    first: Annotated[Path, typer.Argument(metavar="A", help="A *.scenario.yaml file, or a run folder.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the keys in which two scenarios differ, defaults included; exit with 0 if there is none, else with 1.

    Of files with a sweep, a matrix or replications the first run is taken, and these sections are compared too.
    """
    from wayfare.scenarios.flattening import differences

    found = differences(_data(first), _data(second))
    if as_json:
        print(json.dumps([{"key": each.key, "a": each.first, "b": each.second} for each in found], indent=2))
    elif not found:
        print("the same")
    else:
        _print(first, second, [(each.key, each.first, each.second) for each in found])
    raise typer.Exit(DIFFERS if found else 0)


def _data(path: Path) -> dict[str, Any]:
    """Return the resolved scenario of a file or of a run, and what a file says of a study."""
    from wayfare.scenarios.loading import read_document, resolved
    from wayfare.scenarios.study import study_of

    from .show import scenario_file

    file = scenario_file(path)
    study = {key: value for key, value in read_document(file)[0].data.items() if key in _STUDY}
    return resolved(study_of(file).runs[0].scenario) | study


def _print(first: Path, second: Path, rows: list[tuple[str, str | None, str | None]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", str(first), str(second)):
        table.add_column(Text(heading), overflow="fold")
    for key, before, after in rows:
        table.add_row(Text(key), Text("-" if before is None else before), Text("-" if after is None else after))
    Console(width=None if sys.stdout.isatty() else 120).print(table)
