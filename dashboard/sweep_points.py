"""Which point of its sweep each run is, as ``sweep.json`` says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .quantity_text import text

LONGEST_VALUE = 30


def point_labels(manifest: Path) -> dict[str, str]:
    """Return what is different in each run of a sweep, by its folder's name; what cannot be read says nothing."""
    try:
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    content = content if isinstance(content, dict) else {}
    points, labels = _listed(content, "points"), {}
    for run in _listed(content, "runs"):
        number, folder = (run.get("point"), run.get("folder")) if isinstance(run, dict) else (None, None)
        if isinstance(folder, str) and isinstance(number, int) and 0 <= number < len(points):
            labels[folder] = _label(points[number])
    return {folder: label for folder, label in labels.items() if label}


def _listed(content: Mapping[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    return value if isinstance(value, list) else []


def _label(point: Any) -> str:
    fields = point.items() if isinstance(point, dict) else ()
    parts = [(key.rpartition(".")[2], value if isinstance(value, str) else json.dumps(value)) for key, value in fields]
    return ", ".join(f"{text(key, LONGEST_VALUE)} {text(value, LONGEST_VALUE)}" for key, value in parts)
