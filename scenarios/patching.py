"""Overrides: one document laid over another, as `extends`, `matrix` and `sweep` do.

The rules are those of JSON merge patches (RFC 7396): mappings are merged key by key, null takes a key away, and
everything else, lists too, takes the place of what was there. One rule is added, for what is chosen by name. Where the
name changes, `method: mfd` to `method: fedavg`, what the file said for the old one alone falls away; a key that none of
them has stays, and is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from . import components
from .composer import KeyPath, Origin
from .document import Document, step_into
from .kinds import KINDS
from .networks import InlineTopology, TopologyFile

_FORMS: Mapping[str, Mapping[str, type]] = {"topology.generator": {"file": TopologyFile, "nodes": InlineTopology}}


@dataclass(frozen=True)
class Patch:
    """One override.

    Attributes:
        path: Where it goes.
        value: What stands there from now on, or is merged into what does.
        origins: Where it is written, and each part of it, by path inside the value.
    """

    path: KeyPath
    value: Any
    origins: Mapping[KeyPath, Origin]

    def origin(self, inside: KeyPath) -> Origin:
        """Return where a part of the value is written, or else what is around it."""
        while inside not in self.origins and inside:
            inside = inside[:-1]
        return self.origins[inside]


def patched(document: Document, patches: Iterable[Patch]) -> Document:
    """Return the document with overrides applied in order; plug-ins must be registered.

    Raises:
        ScenarioError: A path leads through something that is neither a mapping nor a list, or past a list's end.
    """
    editor = _Editor(document)
    for patch in patches:
        editor.apply(patch)
    return Document(document.file, editor.data, editor.origins)


def whole(document: Document) -> Patch:
    """Return the override that all of a document is of another; a method of a matrix that says nothing is one."""
    data, matrix = document.data, document.data.get("matrix")
    if isinstance(matrix, dict):
        data = data | {"matrix": {label: {} if value is None else value for label, value in matrix.items()}}
    return Patch((), data, document.origins)


def patches_in(document: Document, path: KeyPath, onto: Document) -> Iterator[Patch]:
    """Yield the overrides of a mapping that a document holds, whose keys may be paths such as `learning.packets`.

    Args:
        document: The document.
        path: Where the mapping stands in it.
        onto: The document that they are for, which says what is a list.
    """
    value: Any = document.data
    for step in path:
        value = value[step]
    for key in value or {}:
        yield patch_at(document, (*path, key), onto.path_of(key), value[key])


def patch_at(document: Document, origin: KeyPath, path: KeyPath, value: Any) -> Patch:
    """Return the override that stands at a place of a document and goes to a path."""
    depth = len(origin)
    inside = {place[depth:]: where for place, where in document.origins.items() if place[:depth] == origin}
    return Patch(path, value, {(): document.where(origin)} | inside)


class _Editor:
    """A document while overrides are applied to it."""

    def __init__(self, document: Document) -> None:
        self.file = document.file
        self.data = deepcopy(document.data)
        self.origins = dict(document.origins)

    def apply(self, patch: Patch) -> None:
        self.data = self._within(self.data, (), patch.path, patch)

    def _within(self, old: Any, here: KeyPath, steps: KeyPath, patch: Patch) -> Any:
        """Return what stands here once the override is applied some steps further in."""
        if not steps:
            return self._merged(old, here, patch.value, patch, ())
        if isinstance(old, list):
            index = step_into(old, steps[0], here, patch.origin(()))
            old[int(index)] = self._within(old[int(index)], (*here, index), steps[1:], patch)
            return old
        mapping = self._mapping(old, here)
        if old is not None and mapping is None:
            step_into(old, steps[0], here, patch.origin(()))
        mapping = mapping or {}
        self.origins.setdefault(here, patch.origin(()))
        key = str(steps[0])
        if steps[1:]:
            mapping[key] = self._within(mapping.get(key), (*here, key), steps[1:], patch)
        else:
            self._forget(mapping, here, {key: patch.value})
            self._set(mapping, here, key, patch.value, patch, ())
        return mapping

    def _merged(self, old: Any, here: KeyPath, value: Any, patch: Patch, inside: KeyPath) -> Any:
        """Return what stands here once a value of the override is merged into it."""
        choice = _choice(here)
        if choice is not None and isinstance(value, str) and isinstance(old, dict):
            value = {choice.key: value}
        mapping = self._mapping(old, here) if isinstance(value, dict) else None
        if mapping is None:
            self._clear(here)
        self.origins[here] = patch.origin(inside)
        if not isinstance(value, dict):
            self.origins |= {(*here, *path): patch.origin((*inside, *path)) for path in _paths(value)}
            return deepcopy(value)
        mapping = mapping or {}
        self._forget(mapping, here, value)
        for key, part in value.items():
            self._set(mapping, here, key, part, patch, (*inside, key))
        return mapping

    def _set(self, mapping: dict[str, Any], here: KeyPath, key: str, value: Any, patch: Patch, inside: KeyPath) -> None:
        if value is None:
            mapping.pop(key, None)
            self._clear((*here, key))
        else:
            mapping[key] = self._merged(mapping.get(key), (*here, key), value, patch, inside)

    def _mapping(self, old: Any, here: KeyPath) -> dict[str, Any] | None:
        """Return what stands here as a mapping: `iid` is `{kind: iid}` where that is chosen; None if it is none."""
        choice = _choice(here)
        if choice is not None and isinstance(old, str):
            self.origins[(*here, choice.key)] = self.origins.get(here, (self.file, None))
            return {choice.key: old}
        return old if isinstance(old, dict) else None

    def _forget(self, mapping: dict[str, Any], here: KeyPath, value: Mapping[str, Any]) -> None:
        """Take away what only the component that is no longer chosen has."""
        choice = _choice(here)
        if choice is None:
            return
        before, after = choice.chosen(mapping), choice.chosen_next(mapping, value)
        if after is None or before is after:
            return
        kept = (
            {choice.key, *components.keys_of(after)} if after in choice.registry.values() else components.keys_of(after)
        )
        for key in [key for key in mapping if key not in kept and key in choice.keys]:
            del mapping[key]
            self._clear((*here, key))

    def _clear(self, here: KeyPath) -> None:
        """Forget where something and all inside it is written."""
        for path in [path for path in self.origins if path[: len(here)] == here]:
            del self.origins[path]


@dataclass(frozen=True)
class _Choice:
    """A place of a scenario where a component is chosen: by a name under a key, or by a key of its own."""

    key: str
    registry: Mapping[str, type]
    forms: Mapping[str, type]

    @property
    def keys(self) -> set[str]:
        """Return the keys of all that can be chosen."""
        every = (*self.registry.values(), *self.forms.values())
        return {self.key, *(key for component in every for key in components.keys_of(component))}

    def chosen(self, data: Mapping[str, Any]) -> type | None:
        """Return the component that a mapping chooses."""
        if self.key in data:
            name = data[self.key]
            return self.registry.get(name) if isinstance(name, str) else None
        return next((component for key, component in self.forms.items() if key in data), None)

    def chosen_next(self, before: Mapping[str, Any], value: Mapping[str, Any]) -> type | None:
        """Return the component that a value chooses when it is laid over a mapping; None if that stays as it is."""
        if self.key in value:
            return self.chosen(value)
        component = self.chosen(before)
        known = components.keys_of(component) if component is not None else []
        # `nodes` is a number of a ring, and a mapping of a topology that is written down
        own = (key for key in self.forms if key in value and (key not in known or isinstance(value[key], dict)))
        return next((self.forms[key] for key in own), None)


def _choice(path: KeyPath) -> _Choice | None:
    """Return what is chosen at a path of a scenario."""
    for kind in KINDS.values():
        *section, key = kind.key.split(".")
        if kind.settable and section and len(section) == len(path):
            here = zip(section, map(str, path), strict=True)
            if all(step in ("*", name) for step, name in here):
                return _Choice(key, kind.registry, _FORMS.get(kind.key, {}))
    return None


def _paths(value: Any) -> Iterator[KeyPath]:
    """Yield the paths of all that is inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield (key,)
        yield from ((key, *path) for path in _paths(part))
