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

from . import components, extending
from .checks import check_sections, check_written_topology
from .components import ComponentModel
from .composer import FLOAT
from .document import Document
from .errors import Problem, ScenarioError, in_file_order
from .messages import problems_of
from .networks import TopologyFile
from .plugins import Plugins
from .schema import Data, Scenario
from .smoke import smoked
from .study_sections import sections_of


def load(path: Path | str, overrides: Sequence[str] = (), seed: int | None = None, *, smoke: bool = False) -> Scenario:
    """Load a scenario and check all that can be checked without building a generated network.

    Args:
        path: The scenario file.
        overrides: Settings as `a.b=c`, where `c` is YAML, applied in order.
        seed: Replaces the scenario's seed.
        smoke: Whether to load the quick variant, with the overrides of its section `smoke`.

    Raises:
        ScenarioError: The file cannot be read or says something wrong; it carries every problem found.
    """
    written, extensions = read_document(path, overrides, seed, smoke=smoke)
    problems: list[Problem] = []
    try:
        with extensions.registered():
            sections_of(written)
    except ScenarioError as error:
        problems += error.problems
    try:
        scenario = scenario_of(written, extensions)
    except ScenarioError as error:
        problems += (_hinted(problem) if "matrix" in written.data else problem for problem in error.problems)
    if problems:
        raise ScenarioError(*in_file_order(problems))
    return scenario


def _hinted(problem: Problem) -> Problem:
    """Return a problem of a file that has several methods, with what to do where it is that none is chosen."""
    if problem.key != "learning":
        return problem
    hint = "'matrix' has the methods: 'wayfare sweep' runs them all, --set learning.method=NAME chooses one"
    return replace(problem, message=f"{problem.message}; {hint}")


def read_document(
    path: Path | str, overrides: Sequence[str] = (), seed: int | None = None, *, smoke: bool = False
) -> tuple[Document, Plugins]:
    """Return what a scenario file says, with all that it extends and the settings, and the plug-ins that it has.

    The overrides of its section `smoke` come before the settings.

    Raises:
        ScenarioError: A file cannot be read, or a setting leads nowhere.
    """
    written, extensions = extending.read(path)
    if smoke:
        with extensions.registered():
            written = smoked(written)
    for setting in overrides:
        written = written.with_setting(setting)
    if seed is not None:
        written = written.with_value(("seed",), seed, f"--seed {seed}")
    if any(path[:1] == ("plugins",) and line is None for path, (_, line) in written.origins.items()):
        extensions = extending.plugins_of(written)
    return written, extensions


def scenario_of(written: Document, extensions: Plugins) -> Scenario:
    """Return the scenario that a document describes.

    Raises:
        ScenarioError: It describes none; it carries every problem found.
    """
    with extensions.registered():
        try:
            return replace(_scenario(written), extensions=extensions)
        except ScenarioError as error:
            raise ScenarioError(*error.problems, *extensions.problems_for(error)) from None


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
    del data["expect"]  # what is hoped for changes no run
    if isinstance(scenario.topology, TopologyFile):
        data["topology"]["file"] = _content(scenario.topology.file)
    for source in (*data["traffic"]["background"], *data["mobility"], *data["profiles"]):
        if "file" in source:
            source["file"] = _content(source["file"])
    data["plugins"] = [_content(file) for file in scenario.plugins]
    if scenario.data is not None and isinstance(path := getattr(scenario.data.dataset, "path", None), str):
        data["data"]["dataset"]["path"] = _contents(Path(path), _files(scenario.data.dataset, Path(path)))
    own = data.get("learning", {}).get("models", [])
    models = ((scenario.model, data.get("model")), *zip(getattr(scenario.learning, "models", ()), own, strict=True))
    for model, said in models:
        if isinstance(model, LoRA) and (base := Path(model.base)).is_absolute():
            said["base"] = _contents(base, _files(model, base))
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
    """Return the scenario with its document, the places of its expectations, and its topology file found."""
    places = [written.where(("expect", index)) for index in range(len(scenario.expect))]
    expect = tuple(
        replace(promise, file=file, line=line) for promise, (file, line) in zip(scenario.expect, places, strict=True)
    )
    topology = scenario.topology
    if isinstance(topology, TopologyFile):
        topology = replace(topology, file=_found(topology.file, written, "topology.file"))
    background = tuple(
        replace(source, file=_found(source.file, written, f"traffic.background.{index}.file"))
        if isinstance(source, Trace)
        else source
        for index, source in enumerate(scenario.traffic.background)
    )
    traffic = replace(scenario.traffic, background=background)
    mobility = tuple(
        replace(movement, file=_found(movement.file, written, f"mobility.{index}.file"))
        if isinstance(movement, MovementTrace)
        else movement
        for index, movement in enumerate(scenario.mobility)
    )
    profiles = tuple(
        profile
        if profile.file is None
        else replace(profile, file=_found(profile.file, written, f"profiles.{index}.file"))
        for index, profile in enumerate(scenario.profiles)
    )
    return replace(
        scenario,
        plugins=tuple(_found(file, written, f"plugins.{index}") for index, file in enumerate(scenario.plugins)),
        data=_placed_data(scenario.data, written),
        model=_placed_model(scenario.model, written, "model"),
        learning=_placed_learning(scenario.learning, written),
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
    return replace(data, dataset=replace(data.dataset, path=_found(path, written, "data.dataset.path")))


def _placed_learning(method: Any, written: Document) -> Any:
    """Return the learning method with the files and folders of its own model families found."""
    models = getattr(method, "models", ())
    placed = tuple(_placed_model(model, written, f"learning.models.{index}") for index, model in enumerate(models))
    return method if placed == models else replace(method, models=placed)


def _placed_model(model: Any, written: Document, key: str) -> Any:
    """Return a model family with the file or folder of a frozen base found, if it is one and no other name."""
    if isinstance(model, LoRA) and model.base not in (*SIZES, "minilm"):
        base = _found(model.base, written, f"{key}.base")
        if model.base.endswith(".json") or Path(base).is_dir():
            return replace(model, base=base)
    return model


def _found(file: str, written: Document, key: str) -> str:
    """Return the absolute path of a file that a scenario names at a key."""
    return os.path.abspath(extending.found(file, written, written.path_of(key)))


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
