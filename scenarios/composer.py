"""YAML to plain data, with the line of each key and item.

The YAML is that of the 1.2 core schema: `1e-3` is a number, `no` is a text. Duplicate keys are mistakes. Anchors and
aliases are read, as long as they stay small; tags and merge keys are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from .errors import Problem, ScenarioError, shown

KeyPath = tuple[str | int, ...]
Origin = tuple[str, int | None]
"""The file and the line of a value; or the command-line option that brought it, and None."""

FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
"""What is a number with a fraction or an exponent, where it stands without quotes."""

_MOST_VALUES = 200_000
_DEEPEST = 40
_MOST_DIGITS = 40
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    text: truth for truth, word in ((True, "true"), (False, "false")) for text in (word, word.title(), word.upper())
}


def compose(text: str, file: str) -> tuple[Any, dict[KeyPath, Origin]]:
    """Return the plain data of a YAML text, and where each key and item stands.

    Args:
        text: The YAML; one that is empty, or holds comments only, gives None.
        file: What messages call it.

    Raises:
        ScenarioError: It is not YAML, or uses YAML that scenarios do not have; it carries every repeated key.
    """
    composer = _Composer(_events(text, file), file)
    value = composer.value((), 2) if composer.documents else None
    if composer.repeated:
        raise ScenarioError(*composer.repeated)
    return value, composer.origins


def key_of(path: KeyPath) -> str:
    """Join the steps of a path, as messages show it: `traffic.transfers.0.size`."""
    return ".".join(map(str, path))


def _events(text: str, file: str) -> list[yaml.Event]:
    """Return the YAML events of the text."""
    try:
        return list(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ScenarioError(Problem(f"is not YAML: {_cause(error, text, line)}", file, line)) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        raise ScenarioError(Problem("is not YAML: it holds characters that no text has", file, line)) from None


def _cause(error: yaml.MarkedYAMLError, text: str, line: int | None) -> str:
    """Say in words what the YAML parser stumbled over."""
    lines = text.splitlines()
    content = lines[line - 1] if line and line <= len(lines) else ""
    if re.match(r"\s*\t", content):
        return "the line is indented with a tab; YAML indents with spaces"
    problem = error.problem or "a mistake in its form"
    if "mapping values are not allowed" in problem:
        return "a second ': ' in one line; put text that holds ': ' in quotes"
    start = error.context_mark.line + 1 if error.context_mark else line
    context = f" {error.context}" if error.context else ""
    context += f" that starts on line {start}" if start != line else ""
    return f"{problem}{context}" + (f", in {shown(content.strip())}" if content.strip() else "")


class _Composer:
    """Builds plain data out of YAML events and notes the line of each key and item."""

    def __init__(self, events: Sequence[yaml.Event], file: str) -> None:
        self.events = events
        self.file = file
        self.origins: dict[KeyPath, Origin] = {}
        self.anchors: dict[str, int] = {}
        self.values = 0
        self.repeated: list[Problem] = []
        starts = [index for index, event in enumerate(events) if isinstance(event, yaml.DocumentStartEvent)]
        self.documents = len(starts)
        if self.documents > 1:
            raise self._error(starts[1], (), "a second YAML document starts here; a scenario file holds one")
        if self.documents:
            self.origins[()] = (file, self.line(2))

    def line(self, index: int) -> int:
        """Return the line that an event starts on, from one."""
        mark: Any = self.events[index].start_mark
        return int(mark.line) + 1

    def value(self, path: KeyPath, start: int) -> Any:
        """Return the value that starts at an event."""
        value, _ = self._node(path, start)
        return value

    def _node(self, path: KeyPath, start: int) -> tuple[Any, int]:
        """Return the value that starts at an event, and the index after it."""
        event: Any = self.events[start]
        self.values += 1
        if self.values > _MOST_VALUES or len(path) > _DEEPEST:
            limit = f"{_MOST_VALUES} values" if self.values > _MOST_VALUES else f"{_DEEPEST} levels"
            file, line = self.origins.get(path[:1], (self.file, self.line(start)))
            message = f"grows beyond {limit}; does an alias (*name) hold itself?"
            raise ScenarioError(Problem(message, file, line, key_of(path[:1])))
        if isinstance(event, yaml.AliasEvent):
            return self.value(path, self._anchored(event, start, path)), start + 1
        if event.tag is not None:
            raise self._error(start, path, f"tag {event.tag!r}; scenario files have no YAML tags, leave it out")
        if event.anchor is not None:
            self.anchors[event.anchor] = start
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, start, path), start + 1
        return self._mapping(path, start) if isinstance(event, yaml.MappingStartEvent) else self._list(path, start)

    def _anchored(self, event: Any, start: int, path: KeyPath) -> int:
        if event.anchor not in self.anchors:
            raise self._error(start, path, f"alias *{event.anchor} has no anchor &{event.anchor} before it")
        return self.anchors[event.anchor]

    def _scalar(self, event: Any, start: int, path: KeyPath) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > _MOST_DIGITS:
                raise self._error(start, path, f"{shown(text)} has too many digits")
            return int(text)
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan")) if FLOAT.fullmatch(text) else text

    def _mapping(self, path: KeyPath, start: int) -> tuple[dict[str, Any], int]:
        mapping: dict[str, Any] = {}
        lines: dict[str, int] = {}
        index = start + 1
        while not isinstance(self.events[index], yaml.MappingEndEvent):
            key = self._key(path, index)
            if key in lines:
                message = f"duplicate key; it already stands on line {lines[key]}"
                self.repeated.extend(self._error(index, (*path, key), message).problems)
            lines.setdefault(key, self.line(index))
            self.origins[(*path, key)] = (self.file, self.line(index))
            mapping[key], index = self._node((*path, key), index + 1)
        return mapping, index + 1

    def _key(self, path: KeyPath, index: int) -> str:
        event = self.events[index]
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(index, path, "a key must be a plain text, not a list, mapping or alias")
        if event.value == "<<" and event.implicit[0]:
            raise self._error(index, path, "merge keys (<<) are not read in scenario files; write the keys out")
        return str(event.value)

    def _list(self, path: KeyPath, start: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        index = start + 1
        while not isinstance(self.events[index], yaml.SequenceEndEvent):
            self.origins[(*path, len(items))] = (self.file, self.line(index))
            item, index = self._node((*path, len(items)), index)
            items.append(item)
        return items, index + 1

    def _error(self, index: int, path: KeyPath, message: str) -> ScenarioError:
        return ScenarioError(Problem(message, self.file, self.line(index), key_of(path)))
