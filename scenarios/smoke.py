"""`smoke`: overrides that make a quick run of a scenario, which shows that it still works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from .document import Document
from .errors import Problem, ScenarioError, shown
from .patching import patched, patches_in

KEY = "smoke"
Smoke = Annotated[
    Mapping[str, Any] | None,
    "Overrides for a quick run, which '--smoke' applies; keys may be paths, such as learning.packets.",
]

_NOT_OVERRIDDEN = ("extends", "plugins", KEY)


def smoked(document: Document) -> Document:
    """Return the document with the overrides of its `smoke`, as it is where it has none; plug-ins must be registered.

    Raises:
        ScenarioError: They are no mapping, one leads nowhere, or one is of what no quick run may change.
    """
    overrides = document.data.get(KEY)
    if overrides is None:
        return document
    if not isinstance(overrides, dict):
        raise ScenarioError(document.problem(KEY, f"is {shown(overrides)}; it must be a mapping from key to value"))
    wrong = [_not_overridden(document, key) for key in overrides if str(key).split(".")[0] in _NOT_OVERRIDDEN]
    if wrong:
        raise ScenarioError(*wrong)
    return patched(document, list(patches_in(document, (KEY,), document)))


def _not_overridden(document: Document, key: str) -> Problem:
    return document.problem((KEY, key), "is the same in a quick run: leave it out here")
