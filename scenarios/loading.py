"""Loading a scenario file, writing it back with every default, and the hash that names it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from wayfare.emulator.background import Trace

from . import components, document
from .checks import check_sections, check_written_topology
from .components import ComponentModel
from .composer import FLOAT
from .document import Document
from .errors import ScenarioError, in_file_order
from .messages import problems_of
from .networks import TopologyFile
from .schema import Scenario


def load(path: Path | str, overrides: Sequence[str] = (), seed: int | None = None) -> Scenario:
    """Load a scenario and check all that can be checked without building a generated network.

    Args:
        path: The scenario file.
        overrides: Settings as `a.b=c`, where `c` is YAML, applied in order.
        seed: Replaces the scenario's seed.

    Raises:
        ScenarioError: The file cannot be read or says something wrong; it carries every problem found.
    """
    written = document.read(path)
    for setting in overrides:
        written = written.with_setting(setting)
    if seed is not None:
        written = written.with_value(("seed",), seed, f"--seed {seed}")
    return _scenario(written)


def resolved(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as plain data, with every default written out and quantities with units."""
    return components.write(scenario)


def resolved_yaml(scenario: Scenario) -> str:
    """Return the text of a scenario file that loads as the very same scenario."""
    return yaml.dump(resolved(scenario), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the resolved scenario, in hexadecimal; files that it names count by their content alone."""
    data = resolved(scenario)
    if isinstance(scenario.topology, TopologyFile):
        data["topology"]["file"] = _content(scenario.topology.file)
    for source in data["traffic"]["background"]:
        if "file" in source:
            source["file"] = _content(source["file"])
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(file: str) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _scenario(written: Document) -> Scenario:
    """Return the scenario that a document describes."""
    readers: dict[int, type[ComponentModel]] = {}
    try:
        scenario = components.read(Scenario, written.data, readers)
    except ValidationError as error:
        raise ScenarioError(*in_file_order(problems_of(error, written, readers))) from None
    scenario = _placed(scenario, written)
    check_sections(scenario)
    check_written_topology(scenario)
    return scenario


def _placed(scenario: Scenario, written: Document) -> Scenario:
    """Return the scenario with its document, the lines of its expectations, and its topology file found."""
    lines = [written.where(("expect", index))[1] for index in range(len(scenario.expect))]
    expect = tuple(replace(promise, line=line) for promise, line in zip(scenario.expect, lines, strict=True))
    topology = scenario.topology
    if isinstance(topology, TopologyFile):
        topology = replace(topology, file=_found(topology.file, written))
    background = tuple(
        replace(source, file=_found(source.file, written)) if isinstance(source, Trace) else source
        for source in scenario.traffic.background
    )
    traffic = replace(scenario.traffic, background=background)
    return replace(scenario, document=written, expect=expect, topology=topology, traffic=traffic)


def _found(file: str, written: Document) -> str:
    """Return the absolute path of a file that a scenario names."""
    return os.path.abspath(Path(written.file).parent / file)


class _Dumper(yaml.SafeDumper):
    """Writes block style, with short lists of plain values in one line."""

    def represent_plain_list(self, values: list[Any]) -> yaml.Node:
        """Represent a short list of plain values in one line."""
        short = not any(isinstance(value, dict | list) for value in values) and len(str(values)) <= 60
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=short)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal things twice."""
        return True


_Dumper.add_representer(list, _Dumper.represent_plain_list)
# Texts such as 1e3 are numbers to our reader, so they need quotes although PyYAML's own YAML 1.1 would not need them.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"^(?:{FLOAT.pattern})$"), list("-+.0123456789"))
