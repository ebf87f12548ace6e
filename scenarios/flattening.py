"""A resolved scenario as one text for each key, and what two of them differ in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .composer import KeyPath, key_of


@dataclass(frozen=True)
class Differs:
    """A key whose values differ; None where one side has no such key."""

    key: str
    first: str | None
    second: str | None


def flat(data: Any, path: KeyPath = ()) -> Iterator[tuple[str, str]]:
    """Yield each key of plain data with its value as text; lists of plain values are one value."""
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from flat(value, (*path, key))
    elif isinstance(data, list) and any(isinstance(value, dict | list) for value in data):
        for index, value in enumerate(data):
            yield from flat(value, (*path, index))
    else:
        yield key_of(path), as_text(data)


def as_text(value: Any) -> str:
    """Return a plain value as YAML would have it in one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Differs]:
    """Return the keys in which two resolved scenarios differ, in the order of the first, then of the second."""
    one, two = dict(flat(first)), dict(flat(second))
    keys = [*one, *(key for key in two if key not in one)]
    return [Differs(key, one.get(key), two.get(key)) for key in keys if one.get(key) != two.get(key)]
