"""The matrix: several methods on otherwise one scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wayfare.emulator.methods import METHODS

from .composer import KeyPath
from .document import Document
from .errors import Problem, ScenarioError, shown, unknown
from .patching import Patch, patches_in

KEY = "matrix"
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

SCHEMA: Mapping[str, Any] = {
    "anyOf": [
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        {
            "type": "object",
            "propertyNames": {"pattern": f"^{LABEL.pattern}$"},
            "additionalProperties": {"type": ["object", "null"]},
            "minProperties": 1,
        },
    ]
}
"""What editors know of it."""

_NOT_OF_A_METHOD = ("seed", "extends", "plugins", "replications", "matrix", "sweep", "smoke")


@dataclass(frozen=True)
class Entry:
    """One method of a matrix.

    Attributes:
        label: What it is called.
        path: Where its overrides stand in the document; None where it has none.
        names_method: The path of what names the method by its label, where that is a method's.
    """

    label: str
    path: KeyPath | None
    names_method: KeyPath | None

    def patches(self, document: Document) -> Iterator[Patch]:
        """Yield the overrides that make a document one of this method."""
        if self.names_method is not None:
            origin = document.where(self.names_method)
            yield Patch(("learning", "method"), self.label, {(): origin})
        if self.path is not None:
            yield from patches_in(document, self.path, document)


def entries(document: Document) -> list[Entry]:
    """Return the methods of a document's matrix, none where it has no matrix; plug-ins must be registered.

    Raises:
        ScenarioError: It is no matrix; it carries every problem.
    """
    matrix = document.data.get(KEY)
    if matrix is None:
        return []
    if not isinstance(matrix, list | dict) or not matrix:
        what = "is empty" if isinstance(matrix, list | dict) else f"is {shown(matrix)}"
        message = f"{what}; it must be a list of methods, [mfd, fedavg], or a mapping from names to overrides"
        raise ScenarioError(document.problem((KEY,), message))
    found = _listed(document, matrix) if isinstance(matrix, list) else _mapped(document, matrix)
    every = list(found)
    if problems := [each for each in every if isinstance(each, Problem)]:
        raise ScenarioError(*problems)
    return [each for each in every if isinstance(each, Entry)]


def _listed(document: Document, names: list[Any]) -> Iterator[Entry | Problem]:
    for index, name in enumerate(names):
        path = (KEY, index)
        if not isinstance(name, str) or name not in METHODS:
            yield document.problem(path, unknown("method", name, METHODS))
        elif name in names[:index]:
            yield document.problem(path, f"{shown(name)} is there already")
        else:
            yield Entry(name, None, path)


def _mapped(document: Document, overrides: Mapping[str, Any]) -> Iterator[Entry | Problem]:
    for label, value in overrides.items():
        path = (KEY, label)
        if not LABEL.fullmatch(label):
            yield document.problem(path, "is no name: it must be letters, digits, '_' and '-', a letter first")
        elif value is not None and not isinstance(value, dict):
            yield document.problem(path, f"is {shown(value)}; it must be overrides, such as {{learning: {{steps: 5}}}}")
        else:
            for key in value or {}:
                if (first := key.split(".")[0]) in _NOT_OF_A_METHOD:
                    yield document.problem(
                        (*path, key), f"'{first}' is the same for all methods; set it outside 'matrix'"
                    )
            yield Entry(label, path, path if label in METHODS else None)
