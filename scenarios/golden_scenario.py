"""The scenario of a golden run: every key with its value, so that a failure says which of them have changed.

Of several runs the first has all keys, and the others those in which they differ from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from .flattening import flat
from .loading import resolved
from .schema import Scenario

Keys = Mapping[str, str | None]
"""Values by key, as texts; None where there is none."""

_SHOWN = 8


def keys_of(scenario: Scenario, folder: Path) -> dict[str, str]:
    """Return each key of a scenario with its value; paths are from the golden's folder, and `expect` decides no run."""
    data = resolved(scenario)
    del data["expect"]
    return {key: os.path.relpath(text, folder) if os.path.isabs(text) else text for key, text in flat(data)}


def less(keys: Mapping[str, str], first: Mapping[str, str]) -> dict[str, str | None]:
    """Return what a run has otherwise than the first one."""
    return {key: keys.get(key) for key in (*keys, *first) if keys.get(key) != first.get(key)}


def more(first: Keys, differing: Keys) -> dict[str, str]:
    """Return all keys of a run from those of the first and what it has otherwise."""
    return {key: text for key, text in {**first, **differing}.items() if text is not None}


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Yield what a scenario says otherwise than the golden one, in words."""
    changed = less(now, before)
    for key in list(changed)[:_SHOWN]:
        yield f"{key} was {before.get(key, 'not there')}, is {now.get(key, 'not there')}"
    if len(changed) > _SHOWN:
        yield f"{len(changed) - _SHOWN} more keys"
