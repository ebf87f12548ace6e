"""Rows in words, for messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from .conventions import EventKind


def row_text(table: str, row: Mapping[str, Any] | None, node_names: Sequence[str]) -> str:
    """Return what a row of a table says, in words where it is an event; None is a row that is not there."""
    if row is None:
        return "nothing more"
    rest = {name: value for name, value in row.items() if name != "time_ns"}
    when = f"at {row['time_ns'] / 1e9:.9f} s " if "time_ns" in row else ""
    if table != "events":
        return when + ", ".join(f"{name} {value}" for name, value in rest.items())
    ends = " > ".join(_name(rest.pop(end), node_names) for end in ("node", "peer") if rest[end] >= 0)
    kind = EventKind(rest.pop("kind")).name.lower()
    figures = [f"{name} {value}" for name, value in rest.items() if name != "peer" and value not in (-1, None)]
    figures = [figure for figure in figures if not figure.endswith(" nan")]
    return f"{when}{kind} {ends}".rstrip() + (f" ({', '.join(figures)})" if figures else "")


def _name(node: int, names: Sequence[str]) -> str:
    return names[node] if node < len(names) else f"node {node}"
