"""Plug-ins: components from a user's own Python file, or from an installed package's entry points.

A file is named in the scenario and holds dicts from name to class, each called as its kind in capitals:

    METHODS = {"my-method": MyMethod}

A package has an entry point in the group of the kind: `[project.entry-points."wayfare.methods"]`. Plug-ins are in the
registries only while something is done with a scenario that has them, so that two scenarios may call different things
by one name.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from . import components
from .errors import Problem, ScenarioError, listed, shown
from .kinds import KINDS, Kind

_GROUP = "wayfare."


@dataclass(frozen=True)
class Plugin:
    """A component that is not Wayfare's own.

    Attributes:
        kind: A key of `KINDS`.
        name: What scenarios call it.
        component: The class.
        source: Where it comes from: a file, or a package and its version.
    """

    kind: str
    name: str
    component: type
    source: str

    @property
    def file(self) -> str:
        """Return the file that the class stands in."""
        return getattr(sys.modules.get(self.component.__module__), "__file__", None) or ""


@dataclass(frozen=True)
class Plugins:
    """The plug-ins of a scenario: those of its files, and those that are installed.

    Attributes:
        plugins: What there is.
        problems: What installed packages offer and cannot be used; it matters to none but those who miss it.
    """

    plugins: tuple[Plugin, ...] = ()
    problems: tuple[Problem, ...] = ()

    @contextmanager
    def registered(self) -> Iterator[None]:
        """Have them in the registries, within a `with`."""
        added = [plugin for plugin in self.plugins if plugin.name not in KINDS[plugin.kind].registry]
        for plugin in added:
            KINDS[plugin.kind].registry[plugin.name] = plugin.component
        try:
            with components.known_beside(frozenset(self.plugins)):
                yield
        finally:
            for plugin in added:
                del KINDS[plugin.kind].registry[plugin.name]

    def source_of(self, kind: str, name: str) -> str | None:
        """Return where a component comes from; None for one of Wayfare's own."""
        return next((plugin.source for plugin in self.plugins if (plugin.kind, plugin.name) == (kind, name)), None)

    def problems_for(self, error: ScenarioError) -> tuple[Problem, ...]:
        """Return what is wrong with installed packages, where a scenario misses a name that one of them might bring."""
        return self.problems if any(problem.message.startswith("unknown ") for problem in error.problems) else ()

    def blamed_for(self, error: BaseException) -> Problem | None:
        """Return what an exception says and the line of a plug-in that it comes from, or None if it comes from none."""
        files = {plugin.file: plugin.source for plugin in self.plugins if plugin.file}
        cause: BaseException | None = error
        while cause is not None:
            frames = [frame for frame in traceback.extract_tb(cause.__traceback__) if frame.filename in files]
            if frames:
                return Problem(f"{type(cause).__name__}: {cause}", frames[-1].filename, frames[-1].lineno)
            cause = cause.__cause__
        return None


def gather(files: Iterable[Path]) -> Plugins:
    """Return the plug-ins of some files and all that are installed.

    What is wrong with an installed one is kept as a problem: who does not need it is not kept from working.

    Raises:
        ScenarioError: A file cannot be imported, holds nothing that Wayfare can use, or takes the name of another.
    """
    taken: dict[tuple[str, str], Plugin] = {}
    problems: list[Problem] = []
    for entry in _entry_points():
        try:
            _take(_installed(entry), taken)
        except ScenarioError as error:
            problems += error.problems
    for file in files:
        for plugin in _from_file(file):
            _take(plugin, taken)
    return Plugins(tuple(taken.values()), tuple(problems))


def _take(plugin: Plugin, taken: dict[tuple[str, str], Plugin]) -> None:
    """Add a plug-in to those that are taken, unless another has its name."""
    other = taken.get((plugin.kind, plugin.name), plugin)
    present = KINDS[plugin.kind].registry.get(plugin.name, plugin.component)
    if not other.component is present is plugin.component:
        whose = "Wayfare" if other is plugin else other.source
        message = f"{whose} has {plugin.name!r} among the {plugin.kind} already; choose another name"
        raise ScenarioError(Problem(message, plugin.source))
    taken[plugin.kind, plugin.name] = other


def _entry_points() -> Iterator[EntryPoint]:
    """Yield what installed packages offer, in the order of kinds and names."""
    every = entry_points()
    for group in sorted(group for group in every.groups if group.startswith(_GROUP)):
        yield from sorted(every.select(group=group), key=lambda entry: entry.name)


def _installed(entry: EntryPoint) -> Plugin:
    """Return what an installed package brings."""
    source = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    kind = entry.group.removeprefix(_GROUP)
    return _checked(kind, entry.name, _loaded(entry, source), source, f"entry point {entry.group}")


def _loaded(entry: EntryPoint, source: str) -> Any:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"entry point {entry.group}: {entry.name} = {entry.value} cannot be imported: {_said(error)}"
        raise ScenarioError(Problem(f"{message} ({where.filename}:{where.lineno})", source)) from error


def _from_file(file: Path) -> Iterator[Plugin]:
    """Yield what a file brings."""
    module, some = _imported(file), False
    for kind in KINDS:
        registry = getattr(module, kind.upper(), None)
        if registry is None or registry is KINDS[kind].registry:
            continue
        if not isinstance(registry, dict):
            raise ScenarioError(Problem(f"{kind.upper()} is {type(registry).__name__}, not a dict", str(file)))
        for name, component in registry.items():
            some = True
            yield _checked(kind, name, component, str(file), kind.upper())
    if not some:
        dicts = listed([kind.upper() for kind in KINDS if KINDS[kind].open])
        message = f"is no plug-in: it has none of {dicts}, a dict from name to class, with something in it"
        raise ScenarioError(Problem(message, str(file)))


def _imported(file: Path) -> ModuleType:
    """Return the module of a file; the same one each time, as long as the file is the same."""
    path = file.resolve()
    try:
        source = path.read_bytes()
    except OSError as error:
        raise ScenarioError(Problem(f"cannot be read as a plug-in: {error.strerror}", str(file))) from None
    name = f"wayfare_plugin_{hashlib.sha256(str(path).encode() + source).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look up the module of a class there
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        message = f"cannot be imported: {_said(error)}"
        raise ScenarioError(Problem(message, str(file), _line(error, str(path)))) from error
    return module


def _said(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}"


def _line(error: BaseException, path: str) -> int | None:
    """Return the line of a file at which an exception came up."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def _checked(kind: str, name: object, component: Any, source: str, place: str) -> Plugin:
    """Return the plug-in, if Wayfare can use it."""
    fault = _fault(KINDS.get(kind), name, component)
    if fault is not None:
        raise ScenarioError(Problem(f"{place}: {shown(name)} {fault}", source))
    return Plugin(kind, str(name), component, source)


def _fault(kind: Kind | None, name: object, component: Any) -> str | None:
    """Return what is wrong with a component, or None."""
    if kind is None or not kind.open:
        return f"is of no kind that plug-ins add to; those are {listed([key for key in KINDS if KINDS[key].open])}"
    if not isinstance(name, str) or not name:
        return "is no name; it must be a text"
    if not isinstance(component, type) or not is_dataclass(component) or not component.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return f"is {component!r}; it must be a frozen dataclass"
    if kind.extends and not issubclass(component, kind.extends):
        return f"must extend {' or '.join(base.__name__ for base in kind.extends)}"
    missing = [verb for verb in kind.verbs if not callable(getattr(component, verb, None))]
    if missing:
        return f"has no method {', '.join(missing)}"
    if kind.settable:
        try:
            components.model_of(component)
        except (TypeError, NameError, ValueError) as error:
            return f"has fields that a scenario cannot set: {error}"
    return None
