"""What a scenario can choose, as tables."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from wayfare.scenarios.catalogue import Entry
    from wayfare.scenarios.shipped import Shipped


def kinds_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the kinds: name, what they are, the key that names one, and how many there are."""
    table = _table("kind", "", "key of a scenario")
    table.add_column("number", justify="right")
    for row in rows:
        table.add_row(row["kind"], row["about"], row["key"], str(len(row["names"])))
    return table


def entries_table(listed: "Sequence[Entry]") -> Table:
    """Return the components of a kind: name, what it is, and where it comes from if any is a plug-in."""
    foreign = any(entry.source for entry in listed)
    table = _table("name", "", *(["from"] if foreign else []))
    for entry in listed:
        cells = [entry.name, entry.about, *([entry.source or "wayfare"] if foreign else [])]
        table.add_row(*map(Text, cells))
    return table


def scenarios_table(listed: "Sequence[Shipped]") -> Table:
    """Return the scenarios that come with Wayfare: name, and what each is about."""
    table = _table("name", "")
    for each in listed:
        table.add_row(Text(each.name), Text(each.about))
    return table


def parameters_table(entry: "Entry") -> Table:
    """Return the parameters of a component: key, type, unit, default, and what it is."""
    table = _table("key", "type", "unit", "default", "")
    for parameter in entry.parameters:
        default = "required" if parameter.required else _written(parameter.default)
        table.add_row(*map(Text, (parameter.key, parameter.type, parameter.unit, default, parameter.about)))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    return table


def _written(default: Any) -> str:
    if default is None:
        return "none"
    return default if isinstance(default, str) else json.dumps(default)
