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
from wayfare.emulator.mobility import MovementTrace
from wayfare.models.adapter import LoRA
from wayfare.models.transformer import SIZES

from . import components, document
from .checks import check_sections, check_written_topology
from .components import ComponentModel
from .composer import FLOAT
from .document import Document
from .errors import ScenarioError, in_file_order, shown
from .messages import problems_of
from .networks import TopologyFile
from .plugins import Plugins, gather
from .schema import Data, Scenario


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
    extensions = _plugins(written)
    with extensions.registered():
        return replace(_scenario(written), extensions=extensions)


def resolved(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as plain data, with every default written out and quantities with units."""
    with scenario.extensions.registered():
        return components.write(scenario)


def resolved_yaml(scenario: Scenario) -> str:
    """Return the text of a scenario file that loads as the very same scenario."""
    return yaml.dump(resolved(scenario), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the resolved scenario, in hexadecimal; files that it names count by their content alone."""
    data = resolved(scenario)
    if isinstance(scenario.topology, TopologyFile):
        data["topology"]["file"] = _content(scenario.topology.file)
    for source in (*data["traffic"]["background"], *data["mobility"], *data["profiles"]):
        if "file" in source:
            source["file"] = _content(source["file"])
    data["plugins"] = [_content(file) for file in scenario.plugins]
    if scenario.data is not None and isinstance(path := getattr(scenario.data.dataset, "path", None), str):
        data["data"]["dataset"]["path"] = _contents(Path(path), _files(scenario.data.dataset, Path(path)))
    if isinstance(scenario.model, LoRA) and (base := Path(scenario.model.base)).is_absolute():
        data["model"]["base"] = _contents(base, _files(scenario.model, base))
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(file: str) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _files(component: Any, path: Path) -> list[Path]:
    """Return the files that a component reads below a path: those it names, or else all."""
    if hasattr(component, "files"):
        return list(component.files())
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _contents(path: Path, files: Sequence[Path]) -> str:
    """Return the SHA-256 of files: of their names below a folder, and of their content."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(path).as_posix()}\0{_content(str(file))}\0".encode())
    return digest.hexdigest()


def _plugins(written: Document) -> Plugins:
    """Return the plug-ins that a document names, and those that are installed; what is no text is reported later."""
    named = written.data.get("plugins")
    files = [file for file in named if isinstance(file, str)] if isinstance(named, list) else []
    for index, file in enumerate(files):
        if not (Path(written.file).parent / file).is_file():
            raise ScenarioError(written.problem(("plugins", index), f"{shown(file)}: there is no such file"))
    return gather(Path(written.file).parent / file for file in files)


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
    mobility = tuple(
        replace(movement, file=_found(movement.file, written)) if isinstance(movement, MovementTrace) else movement
        for movement in scenario.mobility
    )
    profiles = tuple(
        profile if profile.file is None else replace(profile, file=_found(profile.file, written))
        for profile in scenario.profiles
    )
    return replace(
        scenario,
        plugins=tuple(_found(file, written) for file in scenario.plugins),
        data=_placed_data(scenario.data, written),
        model=_placed_model(scenario.model, written),
        document=written,
        expect=expect,
        topology=topology,
        traffic=traffic,
        mobility=mobility,
        profiles=profiles,
    )


def _placed_data(data: Data | None, written: Document) -> Data | None:
    """Return the section with the file or folder of its dataset found."""
    if data is None or not isinstance(path := getattr(data.dataset, "path", None), str):
        return data
    return replace(data, dataset=replace(data.dataset, path=_found(path, written)))


def _placed_model(model: Any, written: Document) -> Any:
    """Return the model family with the file or folder of a frozen base found, if it is one and no other name."""
    if isinstance(model, LoRA) and model.base not in (*SIZES, "minilm"):
        base = _found(model.base, written)
        if model.base.endswith(".json") or Path(base).is_dir():
            return replace(model, base=base)
    return model


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
