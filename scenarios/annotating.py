"""A resolved scenario with a comment at each value: where it is written, or that it is a default and whose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .composer import KeyPath, compose, key_of
from .document import Document, walk
from .loading import resolved_yaml
from .schema import Scenario

CHOSEN_BY = ("kind", "family", "method", "generator", "policy", "model")
"""Keys that hold the name of a component."""

_WIDEST = 48


def annotated(scenario: Scenario, source: Callable[[str], str | None]) -> str:
    """Return the text of a scenario file that loads as the very same scenario, with comments.

    Args:
        scenario: A loaded scenario.
        source: From a key such as `cells.carrier` to the source of its default, or None where that is not known.
    """
    text = resolved_yaml(scenario)
    document = scenario.document or Document(scenario.name, {}, {})
    data, origins = compose(text, "")
    lines = text.splitlines()
    notes = {
        line - 1: _note(document, data, path, source)
        for path, (_, line) in origins.items()
        if line is not None and path and _is_leaf(data, path)
    }
    width = min(max(map(len, lines)), _WIDEST)
    return "\n".join(f"{line:{width}}  # {notes[at]}" if at in notes else line for at, line in enumerate(lines)) + "\n"


def _is_leaf(data: object, path: KeyPath) -> bool:
    value = list(walk(data, path))[-1]
    if isinstance(path[-1], int):
        return isinstance(list(walk(data, path[:-1]))[-1], list) and not isinstance(value, dict | list)
    nested = isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    return not value if isinstance(value, dict) else not nested


def _note(document: Document, data: object, path: KeyPath, source: Callable[[str], str | None]) -> str:
    """Return where a value is from."""
    written = _written(document, path)
    if written is not None:
        file, line = document.origins[written]
        return file if line is None else f"{file}:{line}"
    found = source(key_of(path)) or _whose(data, path)
    return "default" if found is None else f"default: {found}"


def _whose(data: object, path: KeyPath) -> str | None:
    """Return whose default a value is: that of the component which is chosen by name around it."""
    around = list(walk(data, path[:-1]))[1:] if path[-1] not in CHOSEN_BY else []
    for mapping in reversed(around):
        names = (
            [mapping[key] for key in CHOSEN_BY if isinstance(mapping.get(key), str)]
            if isinstance(mapping, dict)
            else []
        )
        if names:
            return f"that of {names[0]}"
    return None


def _written(document: Document, path: KeyPath) -> KeyPath | None:
    """Return the path at which a value is written: its own, or that of the short form of what is around it."""
    if path in document.origins:
        return path
    around = path[:-1]
    along = list(walk(document.data, around))
    is_short = around in document.origins and len(along) > len(around) and not isinstance(along[-1], Mapping)
    return around if is_short and path[-1] in CHOSEN_BY else None
