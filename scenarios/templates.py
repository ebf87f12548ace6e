"""Templates: commented scenario files to begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import Problem, ScenarioError, unknown
from .schema import json_schema_text

SCHEMA_PLACE = ".wayfare/scenario.schema.json"
"""Where templates look for the JSON Schema, seen from their own folder."""

_FOLDER = Path(__file__).with_name("templates")
_SUFFIX = ".scenario.yaml"


@dataclass(frozen=True)
class Template:
    """A commented scenario file.

    Attributes:
        name: What `wayfare new` calls it.
        about: One sentence: its first line of comment.
        text: All of it.
    """

    name: str
    about: str
    text: str


def templates() -> dict[str, Template]:
    """Return the templates by name."""
    found = {}
    for path in sorted(_FOLDER.glob(f"*{_SUFFIX}")):
        text = path.read_text(encoding="utf-8")
        name = path.name.removesuffix(_SUFFIX)
        found[name] = Template(name, text.splitlines()[1].removeprefix("# "), text)
    return found


def write_new(file: Path, template: str) -> list[Path]:
    """Write a scenario file from a template, and the JSON Schema for editors beside it unless it is there.

    Args:
        file: What is written; the scenario is called after it.
        template: The name of a template.

    Returns:
        The files that were written.

    Raises:
        ScenarioError: There is no such template, the file exists, or its name gives no name of a scenario.
        OSError: It cannot be written.
    """
    known = templates()
    if template not in known:
        raise ScenarioError(Problem(unknown("template", template, known), "wayfare new"))
    name = file.name.removesuffix(".yaml").removesuffix(".scenario")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        message = "gives no name for a scenario: up to 64 letters, digits, '.', '_' and '-', no mark first"
        raise ScenarioError(Problem(message, str(file)))
    if not file.name.endswith(_SUFFIX):
        raise ScenarioError(Problem(f"must end in {_SUFFIX}, for example {file.with_name(name + _SUFFIX)}", str(file)))
    if file.exists():
        raise ScenarioError(Problem("is there already, and is left as it is", str(file)))
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", known[template].text, count=1)
    contents, schema = {file: text.encode()}, file.parent / SCHEMA_PLACE
    if not schema.exists():
        contents[schema] = json_schema_text().encode()
    _write(contents)
    return list(contents)


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write files and the folders that they need, or nothing of either where one cannot be written."""
    from wayfare.emulator.records.files import replace_all

    folders = {folder for path in contents for folder in path.parents if not folder.exists()}
    try:
        for path in contents:
            path.parent.mkdir(parents=True, exist_ok=True)
        replace_all(contents)
    except OSError:
        for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
            with suppress(OSError):
                folder.rmdir()
        raise
