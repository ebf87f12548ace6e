"""What a scenario file says of a study: which fields are swept, how many replications there are, and which methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import ValidationError, WithJsonSchema

from . import components, matrix, points
from .components import ComponentModel
from .document import Document
from .errors import Problem, ScenarioError, in_file_order
from .messages import problems_of
from .points import SweepSection

Replications = Annotated[
    int,
    "How many runs there are of everything, each with a seed of its own that follows from the scenario's; the first "
    "has the scenario's.",
    Ge(1),
    Le(10_000),
]
Matrix = Annotated[
    Any,
    "Methods to run on otherwise one scenario: a list of names, or a mapping from a name to what it overrides.",
    WithJsonSchema(dict(matrix.SCHEMA)),
]
Sweep = Annotated[
    SweepSection | None, "Fields to run with several values, as a grid, as a list of points, or at random."
]

_NOT_SWEPT = {
    "seed": "'replications' gives every point several seeds",
    "extends": "a sweep is of one scenario",
    "plugins": "a sweep is of one scenario",
    "replications": "it belongs to the sweep itself",
    "matrix": "it belongs to the sweep itself",
    "sweep": "it belongs to the sweep itself",
    "smoke": "it is another variant of the scenario",
}


@dataclass(frozen=True)
class StudySections:
    """The sections of a scenario file that ask for more than one run."""

    replications: Replications = 1
    matrix: Matrix = None
    sweep: Sweep = None


def sections_of(document: Document) -> StudySections:
    """Return what a document says of a study; plug-ins must be registered.

    Raises:
        ScenarioError: It says something wrong; it carries every problem of these sections.
    """
    problems: list[Problem] = []
    sections = StudySections()
    for key in components.keys_of(StudySections):
        readers: dict[int, type[ComponentModel]] = {}
        try:
            read = components.read(StudySections, {key: document.data[key]} if key in document.data else {}, readers)
            sections = replace(sections, **{key: getattr(read, key)})
        except ValidationError as error:
            problems += problems_of(error, document, readers)
    problems += _empty(document, sections)
    problems += _not_swept(document, sections)
    try:
        matrix.entries(document)
    except ScenarioError as error:
        problems += error.problems
    if problems:
        raise ScenarioError(*in_file_order(problems))
    return sections


def _empty(document: Document, sections: StudySections) -> Iterator[Problem]:
    """Yield the parts of a sweep that are written and hold nothing."""
    if sections.sweep is None:
        return
    if sections.sweep == SweepSection():
        written = document.data["sweep"] or {"": None}
        path = ("sweep", *(part for part in list(written)[:1] if part))
        yield document.problem(path, "is empty; give values to a field, such as grid: {learning.steps: [5, 10]}")
        return
    for part in ("grid", "points"):
        if part in document.data["sweep"] and not getattr(sections.sweep, part):
            yield document.problem(("sweep", part), "is empty; give it a field with values, or leave it out")


def _not_swept(document: Document, sections: StudySections) -> Iterator[Problem]:
    """Yield the fields of a sweep that no sweep can set."""
    places: dict[str, list[Any]] = {}
    for key, path in points.keys_of(sections.sweep):
        first = key.split(".")[0]
        if "" in key.split("."):
            yield document.problem(("sweep", *path), "is no key; for example learning.steps")
        elif first in _NOT_SWEPT:
            yield document.problem(("sweep", *path), f"cannot be swept: {_NOT_SWEPT[first]}")
        part = str(path[0])
        if places.setdefault(key, [part])[0] != part:
            yield document.problem(("sweep", *path), f"is in '{places[key][0]}' of the sweep too")
