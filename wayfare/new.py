"""`wayfare new`: a scenario file from a commented template."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .output_file import unwritten


def _templates(incomplete: str) -> list[str]:
    """Return the templates that begin so, for the shell's completion."""
    from wayfare.scenarios.templates import templates

    return [name for name in templates() if name.startswith(incomplete)]


def command(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The file to write, such as walk.scenario.yaml; without it, the templates."
        ),
    ] = None,
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help="Which template.", autocompletion=_templates)
    ] = "learning",
) -> None:
    """Write a commented scenario file to begin with; without a file, list the templates.

    Beside it comes .wayfare/scenario.schema.json, with which editors complete and check (the YAML language server reads
    the first line of the file). A file that is there already is left as it is.
    """
    from wayfare.scenarios.templates import templates, write_new

    if file is None:
        width = max(map(len, templates()))
        for each in templates().values():
            print(f"{each.name:{width}}  {each.about}")
        return
    with unwritten("new", file):
        made = write_new(file, template)
    for written in made:
        print(f"wrote {written}")
    here = os.path.relpath(file)
    many = any(key in templates()[template].text.splitlines() for key in ("sweep:", "matrix:"))
    print(f"next: wayfare validate {here}; wayfare {'sweep' if many else 'run'} {here}")
