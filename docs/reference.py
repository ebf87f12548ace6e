"""The reference pages that are written from the code: every command, and every key of a scenario file."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]

_COMMANDS = [sys.executable, "-m", "typer", "wayfare.cli", "utils", "docs", "--name", "wayfare"]
_SHOWN = 60


def write_reference(folder: Path) -> None:
    """Write the pages, where they differ from what is there."""
    from wayfare.scenarios.components import json_schema
    from wayfare.scenarios.schema import Scenario

    folder.mkdir(exist_ok=True)
    commands = subprocess.run(_COMMANDS, capture_output=True, text=True, check=True).stdout
    pages = {
        "commands.md": commands.replace("# `wayfare`", "# Commands", 1),
        "keys.md": keys_page(json_schema(Scenario)),
    }
    for name, text in pages.items():
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def keys_page(schema: Schema) -> str:
    """Return the page of all keys: those of the file, then those of each thing that a key can hold."""
    parts = ["# Keys of a scenario file", str(schema["description"]), _table(schema, schema["$defs"])]
    for name, definition in sorted(schema["$defs"].items()):
        if "properties" in definition:
            parts += [f"({name.lower()})=", f"## {_title(name, definition)}", definition.get("description", "")]
            parts.append(_table(definition, schema["$defs"]))
    return "\n\n".join(parts) + "\n"


def _title(name: str, definition: Schema) -> str:
    """Return what a thing is called, with the name by which a scenario chooses it."""
    for key, key_schema in definition["properties"].items():
        if "const" in key_schema:
            return f"{name}: `{key}: {key_schema['const']}`"
    return name


def _table(definition: Schema, definitions: Schema) -> str:
    required = definition.get("required", ())
    rows = ["| key | what it holds | default | meaning |", "|---|---|---|---|"]
    for key, value in definition["properties"].items():
        if "const" not in value:
            default = "required" if key in required else f"`{_short(value['default'])}`" if "default" in value else ""
            rows.append(
                f"| `{key}` | {_kind(value, definitions)} | {default} | {_cell(value.get('description', ''))} |"
            )
    return "\n".join(rows) if len(rows) > 2 else "No keys of its own."


def _kind(value: Schema, definitions: Schema) -> str:
    """Return what a key may hold, in words."""
    return _cell(", or ".join(dict.fromkeys(_kinds(value, definitions))))


def _kinds(value: Schema, definitions: Schema) -> Iterator[str]:
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        if "properties" in definitions[name]:
            yield f"[{name}](#{name.lower()})"
        else:
            yield from _kinds(definitions[name], definitions)
    elif "enum" in value:
        yield ", ".join(f"`{choice}`" for choice in value["enum"])
    elif "anyOf" in value or "oneOf" in value:
        for choice in value.get("anyOf", value.get("oneOf", ())):
            yield from _kinds(choice, definitions)
    elif value.get("examples") and value.get("type") == "string":
        yield f"a quantity such as `{value['examples'][0]}`"
    elif value.get("type") == "array":
        yield "a list" + (f" of {_kind(value['items'], definitions)}" if isinstance(value.get("items"), dict) else "")
    elif value.get("type") != "null":
        yield str(
            {"object": "a mapping", "string": "text", "boolean": "`true` or `false`"}.get(
                value.get("type", ""), value.get("type", "anything")
            )
        )


def _short(default: Any) -> str:
    text = json.dumps(default)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
