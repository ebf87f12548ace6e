"""`extends`: a scenario file that says only how it differs from another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import document
from .composer import KeyPath
from .document import Document, neighbour
from .errors import ScenarioError, shown
from .patching import patched, whole
from .plugins import Plugins, gather

KEY = "extends"
_MOST_FILES = 20


def read(path: Path | str) -> tuple[Document, Plugins]:
    """Read a scenario file with all that it extends, and the plug-ins that it names and that are installed.

    Raises:
        ScenarioError: A file cannot be read, is missing, or extends itself.
    """
    return laid_over(chain(path))


def laid_over(documents: Sequence[Document]) -> tuple[Document, Plugins]:
    """Return documents, each laid over the one before it, and the plug-ins of them all.

    Raises:
        ScenarioError: There is no such plug-in.
    """
    naming = next((each for each in reversed(documents) if "plugins" in each.data), documents[-1])
    plugins = plugins_of(naming)
    merged = documents[0]
    with plugins.registered():
        for extending in documents[1:]:
            merged = patched(Document(extending.file, merged.data, merged.origins), [whole(extending)])
    return merged, plugins


def chain(path: Path | str) -> list[Document]:
    """Return the document of a file and those that it extends, the one that extends nothing first.

    Raises:
        ScenarioError: As `read` says.
    """
    written = document.read(path)
    documents, seen = [written], [os.path.realpath(path)]
    while (extended := written.data.get(KEY)) is not None:
        file = _extended(written, extended)
        if os.path.realpath(file) in seen:
            way = " > ".join([*(each.file for each in reversed(documents)), str(file)])
            raise ScenarioError(written.problem(KEY, f"the file extends itself: {way}"))
        if len(documents) == _MOST_FILES:
            raise ScenarioError(written.problem(KEY, f"is one of more than {_MOST_FILES} files that extend each other"))
        written = document.read(file)
        documents.insert(0, written)
        seen.append(os.path.realpath(file))
    return documents


def _extended(written: Document, extended: Any) -> Path:
    """Return the file that a document extends."""
    if not isinstance(extended, str) or not extended:
        what = "is empty" if extended == "" else f"is {shown(extended)}"
        raise ScenarioError(written.problem(KEY, f"{what}; it must be the path of a scenario file, as text"))
    file = Path(written.file).parent / extended
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "there is no such file"
        raise ScenarioError(written.problem(KEY, f"{shown(extended)}: {what}{neighbour(file.parent, file.name)}"))
    return file


def plugins_of(written: Document) -> Plugins:
    """Return the plug-ins that a document names, and those that are installed; what is no text is reported later.

    Raises:
        ScenarioError: There is no such file, or it is no plug-in.
    """
    named = written.data.get("plugins")
    files = [file for file in named if isinstance(file, str)] if isinstance(named, list) else []
    for index, file in enumerate(files):
        if not found(file, written, ("plugins", index)).is_file():
            raise ScenarioError(written.problem(("plugins", index), f"{shown(file)}: there is no such file"))
    return gather(found(file, written, ("plugins", index)) for index, file in enumerate(files))


def found(file: str, written: Document, key: KeyPath) -> Path:
    """Return the path of a file that a scenario names: a relative one starts at the folder of the file that names it.

    One that the command line names starts at the folder of the scenario file.
    """
    naming, line = written.where(key)
    folder = Path(naming if line is not None else written.file).parent
    return folder / file
