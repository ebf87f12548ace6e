"""Which point of its sweep each run is, as ``sweep.json`` says."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .quantity_text import text

LONGEST_VALUE = 40  # as wayfare sweep and wayfare compare have it


def point_labels(manifest: Path) -> dict[str, str]:
    """Return what is different in each run of a sweep, by its folder's name; what cannot be read says nothing."""
    try:
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    content = content if isinstance(content, dict) else {}
    points, labels = _labels(_listed(content, "points")), {}
    for run in _listed(content, "runs"):
        number, folder = (run.get("point"), run.get("folder")) if isinstance(run, dict) else (None, None)
        if isinstance(folder, str) and isinstance(number, int) and 0 <= number < len(points):
            labels[folder] = points[number]
    return {folder: label for folder, label in labels.items() if label}


def _listed(content: Mapping[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    return value if isinstance(value, list) else []


def _labels(points: Sequence[Any]) -> list[str]:
    """Return what each point is called: where a value of a key is too long for that, all of that key have numbers."""
    shown = [_shown(point) for point in points]
    values: dict[str, dict[str, int]] = {}
    for point in shown:
        for key, value in point.items():
            numbers = values.setdefault(key, {})
            numbers.setdefault(value, len(numbers) + 1)
    long = {key for key, numbers in values.items() if any(len(value) > LONGEST_VALUE for value in numbers)}
    ends = {key: key.rpartition(".")[2] for key in values}
    shared = {end for end, count in Counter(ends.values()).items() if count > 1}
    names = {key: key if end in shared else end for key, end in ends.items()}
    return [
        ", ".join(
            f"{text(names[key], LONGEST_VALUE)} {f'#{values[key][value]}' if key in long else text(value)}"
            for key, value in point.items()
        )
        for point in shown
    ]


def _shown(point: Any) -> dict[str, str]:
    fields = point.items() if isinstance(point, dict) else ()
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields}
