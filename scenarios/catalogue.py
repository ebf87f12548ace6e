"""What a scenario can choose, described: each component with its parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import components, quantities
from .kinds import KINDS
from .plugins import Plugins

_WORDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


@dataclass(frozen=True)
class Parameter:
    """A key of a component.

    Attributes:
        key: As a scenario has it.
        type: What may stand there, in words.
        unit: The SI unit of a quantity, of which multiples are read too; else empty.
        required: Whether it has no default.
        default: The default, as a scenario would have it; None also where leaving it out means nothing.
        about: What it is.
    """

    key: str
    type: str
    unit: str
    required: bool
    default: Any
    about: str


@dataclass(frozen=True)
class Entry:
    """A component by name, where it comes from if it is a plug-in, and its parameters."""

    name: str
    about: str
    source: str | None
    parameters: tuple[Parameter, ...]


def entries(kind: str, plugins: Plugins) -> Iterator[Entry]:
    """Yield the components of a kind of `KINDS`, Wayfare's own first; the plug-ins must be registered."""
    for name, component in KINDS[kind].registry.items():
        parameters = tuple(_parameters(component)) if KINDS[kind].settable else ()
        yield Entry(name, components.summary(component), plugins.source_of(kind, name), parameters)


def _parameters(component: type) -> Iterator[Parameter]:
    """Yield the parameters of a component, as its JSON Schema describes them."""
    schema = components.json_schema(component)
    kinds = {key.rstrip("_"): kind for key, kind in map(quantities.split_name, _names(component))}
    for key, found in schema.get("properties", {}).items():
        kind = kinds[key]
        yield Parameter(
            key,
            _type(found, quantities.KINDS[kind].name if kind else ""),
            quantities.KINDS[kind].si_unit if kind else "",
            key in schema.get("required", ()),
            found.get("default"),
            found.get("description", ""),
        )


def _names(component: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(component)]


def _type(found: Mapping[str, Any], quantity: str) -> str:
    """Return the type of a JSON Schema in words; texts with a unit are the quantity."""
    members = [member for member in found.get("anyOf", ()) if member.get("type") != "null"]
    if len(members) == 1:
        return _type(members[0], quantity)
    if "enum" in found:
        return " | ".join(map(str, found["enum"]))
    if quantity and found.get("type") == "string":
        return quantity
    if found.get("type") == "array":
        items = found.get("prefixItems") or [found.get("items", {})]
        return f"list of {' and '.join(dict.fromkeys(_type(item, quantity) for item in items))}"
    bounds = [f"{sign} {found[bound]:g}" for bound, sign in _BOUNDS.items() if bound in found]
    return " ".join([_WORDS.get(found.get("type", ""), "mapping"), ", ".join(bounds)]).strip()
