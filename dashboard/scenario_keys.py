"""A resolved scenario as flat keys, so that two can be compared line by line."""

from collections.abc import Iterator
from typing import Any

import yaml

from wayfare.emulator.records import RecordError

from .quantity_text import text

MOST_CHARACTERS = 2_000_000
MOST_KEYS = 20_000
LONGEST_VALUE = 120


def scenario_keys(source: str) -> dict[str, str]:
    """Return keys such as ``learning.packets`` and their values as text.

    Raises:
        RecordError: It is no YAML, or too much of it.
    """
    if len(source) > MOST_CHARACTERS:
        raise RecordError(f"scenario.yaml: {len(source)} characters; at most {MOST_CHARACTERS} are read")
    try:
        content = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RecordError(f"scenario.yaml: is no YAML ({text(str(error).splitlines()[0])})") from error
    keys = {}
    for place, (key, value) in enumerate(_leaves(content, "")):
        if place >= MOST_KEYS:
            raise RecordError(f"scenario.yaml: has more than {MOST_KEYS} keys")
        keys[key] = text(value, LONGEST_VALUE) or ""
    return keys


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield what has no parts of its own; lazily, since aliases can make a short file very large."""
    if len(key) > 1000:
        raise RecordError("scenario.yaml: is nested too deeply")
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for place, part in enumerate(value):
            yield from _leaves(part, f"{key}[{place}]")
    else:
        yield key, ", ".join(map(str, value)) if isinstance(value, list) and value else str(value)
