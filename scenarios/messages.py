"""What pydantic found wrong with a scenario, in the words of the scenario and at the keys of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from .components import MISTAKE, ComponentModel
from .composer import KeyPath
from .document import Document, walk
from .errors import Problem, counted, shown, unknown

Readers = Mapping[int, type[ComponentModel]]

_WANTED = {
    "model_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number without a unit",
    "bool_type": "true or false",
    "finite_number": "a finite number",
}
_BOUNDS: dict[str, tuple[str, str]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


def problems_of(error: ValidationError, document: Document, readers: Readers) -> Iterator[Problem]:
    """Yield a problem for each thing that pydantic found.

    Args:
        error: What reading the document raised.
        document: The document that was read.
        readers: The model that read each mapping of the document, by the mapping's `id`.
    """
    for details in error.errors(include_url=False):
        path = tuple(details["loc"])
        yield document.problem(path, _message(details, document.data, path, readers))


def _message(details: Any, data: Any, path: KeyPath, readers: Readers) -> str:
    """Say in words what is wrong at a path."""
    kind, context = details["type"], details.get("ctx", {})
    along = list(walk(data, path))
    value = along[-1] if len(along) > len(path) else None
    if kind == "missing":
        return _missing(along[-1], str(path[-1]), readers)
    if kind == "extra_forbidden":
        return _unknown_key(along[-2], str(path[-1]), readers)
    if kind == MISTAKE:
        return str(details["msg"])
    if kind == "value_error":
        return str(context["error"])
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{shown(value)} is out of range; it must be {words} {context[bound]:g}"
    if kind in _WANTED:
        quotes = f": put it in quotes, '{value}'" if kind == "string_type" and isinstance(value, int | float) else ""
        return f"is {shown(value)}; it must be {_WANTED[kind]}{quotes}"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is not allowed: {_description(along[-2], str(path[-1]), readers)}"
    return _length(kind, context) or f"{shown(value)} is not allowed: {details['msg']}"


def _missing(mapping: Any, key: str, readers: Readers) -> str:
    """Say that a key is missing, and what it is for."""
    description = _description(mapping, key, readers)
    return f"is missing: {description}" if description else "is missing"


def _description(mapping: Any, key: str, readers: Readers) -> str:
    """Return what the key of a mapping is for, where that is known, as the rest of a sentence."""
    reader = readers.get(id(mapping))
    fields = {} if reader is None else reader.model_fields
    text = next((field.description or "" for name, field in fields.items() if (field.alias or name) == key), "")
    proper = text[1:2].isupper()  # TCP, and not The
    return (text if proper else text[:1].lower() + text[1:]).removesuffix(".")


def _unknown_key(mapping: Any, key: str, readers: Readers) -> str:
    """Say that a key is unknown and which are allowed."""
    reader = readers[id(mapping)]
    return unknown("key", key, [field.alias or name for name, field in reader.model_fields.items()])


def _length(kind: str, context: Mapping[str, Any]) -> str:
    """Say that a text or a list is too short, too long or not of the wanted pattern."""
    say: dict[str, Callable[[], str]] = {
        "too_short": lambda: (
            f"has {counted(context['actual_length'], 'item')}; it must have at least {context['min_length']}"
        ),
        "too_long": lambda: (
            f"has {counted(context['actual_length'], 'item')}; it must have at most {context['max_length']}"
        ),
        "string_too_short": lambda: "is empty" if context["min_length"] == 1 else "is too short",
        "string_too_long": lambda: f"is longer than {context['max_length']} characters",
    }
    return say[kind]() if kind in say else ""
