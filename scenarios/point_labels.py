"""What the points of a sweep are called: each key by its last steps, each value in words, or by a number if long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 40
"""How many characters of a swept value fit into a label."""


class PointLabels:
    """Names for points that are listed together: `alpha=0.3, background #2`, where #2 is the second of its values.

    Where one value of a key is too long for a label, all values of that key are numbered; `legend` has them in words.
    """

    def __init__(self, points: Iterable[Mapping[str, Any]]) -> None:
        """Number the long values.

        Args:
            points: What each point sets, by key.
        """
        shown: dict[str, dict[str, None]] = {}
        for point in points:
            for key, value in point.items():
                shown.setdefault(key, {})[shown_value(value)] = None
        self._numbered = {
            key: {text: number for number, text in enumerate(texts, 1)}
            for key, texts in shown.items()
            if any(len(text) > LONGEST for text in texts)
        }

    def of(self, values: Mapping[str, Any]) -> str:
        """Return what a point, or a part of one, is called; nothing where it sets nothing."""
        names = short_names(tuple(values))
        return ", ".join(self._called(key, names[key], value) for key, value in values.items())

    def of_run(self, method: str | None, values: Mapping[str, Any], seed: int) -> str:
        """Return `mfd, alpha=0.3, seed 1`: what tells a run from the others of its sweep."""
        return ", ".join(filter(None, [method or "", self.of(values), f"seed {seed}"]))

    def legend(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what the numbered values of a point are in words, by what its label says: `background #2`."""
        names = short_names(tuple(values))
        long = ((key, value) for key, value in values.items() if key in self._numbered)
        return {self._called(key, names[key], value): shown_value(value) for key, value in long}

    def _called(self, key: str, name: str, value: Any) -> str:
        text = shown_value(value)
        return f"{name} #{self._numbered[key][text]}" if key in self._numbered else f"{name}={text}"


def short_names(keys: tuple[str, ...]) -> dict[str, str]:
    """Return for each key the fewest of its last steps that no other key ends with."""
    names = {}
    for key in keys:
        steps = key.split(".")
        tails = (".".join(steps[-count:]) for count in range(1, len(steps) + 1))
        others = [f".{other}" for other in keys if other != key]
        names[key] = next((tail for tail in tails if not any(other.endswith(f".{tail}") for other in others)), key)
    return names


def shown_value(value: Any) -> str:
    """Return a value of a point in one line, as YAML has it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown_value(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown_value, value))}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
