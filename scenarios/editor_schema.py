"""The JSON Schema for editors: of whole scenarios, and of those that say only how they differ from another.

A file with `extends` or a `matrix`, each of its methods, and a `smoke` hold parts of a scenario: nothing is required
there, and null takes a key away. JSON Schema has no words for that, so every definition has a second
one, of a part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PART = "PartOf"
_REF = "#/$defs/"
_OVERRIDES = _REF + "Overrides"


def for_editors(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of scenario files, from that of whole scenarios."""
    overrides = {
        "description": "Overrides of a scenario; a key may be a path, such as learning.packets.",
        "type": "object",
        "properties": {key: _part(value) for key, value in schema["properties"].items()},
        "patternProperties": {r"\.": {}},
        "additionalProperties": False,
    }
    whole = {key: _with_overrides(key, value) for key, value in schema["properties"].items()}
    part = {key: _part(_with_overrides(key, value)) for key, value in schema["properties"].items()}
    definitions = schema.get("$defs", {})
    return {
        **{key: value for key, value in schema.items() if key not in ("required", "properties", "$defs")},
        "properties": {key: {"description": value.get("description", "")} for key, value in whole.items()},
        "anyOf": [{"required": ["extends"]}, {"required": schema.get("required", [])}],
        "if": {"anyOf": [{"required": ["extends"]}, {"required": ["matrix"]}]},
        "then": {"properties": part},
        "else": {"properties": whole},
        "$defs": {
            **definitions,
            **{_PART + name: _part_of(value) for name, value in definitions.items()},
            "Overrides": overrides,
        },
    }


def _part_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of a part of what one defines."""
    part = {key: value for key, value in definition.items() if key != "required"}
    if "properties" in part:
        part["properties"] = {key: _part(value) for key, value in part["properties"].items()}
    return part


def _part(schema: Any) -> Any:
    """Return the schema of a value that may be a part, or null to take the key away."""
    inner = _referring(schema)
    described = {name: inner.pop(name) for name in ("description", "default") if name in inner}
    members = inner.pop("anyOf", None) if set(inner) == {"anyOf"} else None
    choices = [*(members if members is not None else [inner])]
    return {"anyOf": [*choices, *([] if {"type": "null"} in choices else [{"type": "null"}])], **described}


def _referring(schema: Any) -> Any:
    """Return a schema that refers to parts where it refers to wholes."""
    if isinstance(schema, dict):
        return {
            key: value.replace(_REF, _REF + _PART) if key == "$ref" and value != _OVERRIDES else _referring(value)
            for key, value in schema.items()
        }
    return [_referring(value) for value in schema] if isinstance(schema, list) else schema


def _with_overrides(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a section, with overrides where it holds some."""
    if key == "smoke":
        return {**schema, "anyOf": [{"$ref": _OVERRIDES}, {"type": "null"}]}
    if key == "matrix":
        entry = {"anyOf": [{"$ref": _OVERRIDES}, {"type": "null"}]}
        members = [
            {**member, "additionalProperties": entry} if member.get("type") == "object" else member
            for member in schema["anyOf"]
        ]
        return {**schema, "anyOf": members}
    return schema
