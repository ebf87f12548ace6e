"""A scenario file as written: plain data, and the line that each value stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .composer import KeyPath, Origin, compose, key_of
from .errors import Problem, ScenarioError, nearest, shown

_LARGEST_BYTES = 10_000_000


@dataclass(frozen=True)
class Document:
    """The plain data of a scenario file and where each part of it was written."""

    file: str
    data: dict[str, Any]
    origins: Mapping[KeyPath, Origin]

    def where(self, key: str | KeyPath = ()) -> Origin:
        """Return where a value stands; for one that is not written, where the nearest thing around it does."""
        path = self.path_of(key) if isinstance(key, str) else key
        while path not in self.origins and path:
            path = path[:-1]
        return self.origins.get(path, (self.file, None))

    def problem(self, key: str | KeyPath, message: str) -> Problem:
        """Return the problem at a key."""
        path = self.path_of(key) if isinstance(key, str) else key
        file, line = self.where(path)
        return Problem(message, file, line, key_of(path))

    def path_of(self, key: str) -> KeyPath:
        """Split `traffic.transfers.0.size` into its steps; a number is an index where the document has a list."""
        path: KeyPath = ()
        for step in key.split(".") if key else ():
            inside = list(walk(self.data, path))
            is_index = len(inside) > len(path) and isinstance(inside[-1], list) and step.isdecimal()
            path = (*path, int(step) if is_index else step)
        return path

    def with_value(self, path: KeyPath, value: Any, option: str) -> Document:
        """Return the document with one value replaced or added, as the command-line option says.

        Raises:
            ScenarioError: The path leads through something that is neither a mapping nor a list, or past a list's end.
        """
        data = deepcopy(self.data)
        _put(data, path, value, option)
        kept = {old: origin for old, origin in self.origins.items() if old[: len(path)] != path}
        made = {path[:end]: (option, None) for end in range(1, len(path) + 1) if path[:end] not in kept}
        return Document(self.file, data, kept | made)

    def with_setting(self, setting: str) -> Document:
        """Return the document with one `a.b=c` applied; `c` is YAML, a number in the path counts in a list from zero.

        Raises:
            ScenarioError: The setting is not of that form, or its path leads nowhere.
        """
        option = f"--set {setting}"
        key, equals, text = setting.partition("=")
        path = self.path_of(key.strip())
        if not equals or not path or "" in path:
            raise ScenarioError(Problem("not of the form KEY=VALUE; for example --set learning.steps=10", option))
        return self.with_value(path, _only_value(text, option), option)


def read(file: Path | str) -> Document:
    """Read a scenario file.

    Raises:
        ScenarioError: It cannot be read, is not UTF-8 text or not YAML, repeats a key, or is not a mapping.
    """
    return parse(_text(Path(file)), str(file))


def parse(text: str, file: str) -> Document:
    """Return the document that the text of a scenario file holds; see `read`."""
    value, origins = compose(text, file)
    if value is None:
        raise ScenarioError(Problem("is empty; a scenario needs at least 'name' and 'topology'", file, 1))
    if not isinstance(value, dict):
        line = origins[()][1]
        raise ScenarioError(Problem(f"holds {shown(value)}; a scenario is a mapping of sections", file, line))
    return Document(file, value, origins)


def _text(file: Path) -> str:
    """Return the text of the file, or say why there is none."""
    try:
        if file.is_dir():
            raise ScenarioError(Problem(f"is a folder, not a scenario file{neighbour(file, '')}", str(file)))
        with file.open("rb") as stream:
            content = stream.read(_LARGEST_BYTES + 1)
        if len(content) > _LARGEST_BYTES:
            raise ScenarioError(Problem(f"is larger than {_LARGEST_BYTES // 10**6} MB; no scenario is", str(file)))
        if b"\0" in content:
            raise ScenarioError(Problem("is binary; a scenario is YAML, in UTF-8 text", str(file)))
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError(Problem(f"no such file{neighbour(file.parent, file.name)}", str(file))) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8; a scenario is YAML, in UTF-8 text"
        raise ScenarioError(Problem(message, str(file), line)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ScenarioError(Problem(f"cannot be read: {reason}", str(file))) from None


def neighbour(folder: Path, name: str) -> str:
    """Suggest the scenario file of the folder with the nearest name."""
    try:
        names = sorted(path.name for path in folder.glob("*.scenario.yaml"))
    except OSError:
        return ""
    close = nearest(name, names) or (names[0] if names and not name else None)
    return f"; did you mean {str(folder / close)!r}?" if close else ""


def _only_value(text: str, option: str) -> Any:
    """Return the value that the YAML text of a command-line option holds."""
    try:
        return compose(text, option)[0]
    except ScenarioError as error:
        raise ScenarioError(*(Problem(problem.message, option) for problem in error.problems)) from None


def _put(data: Any, path: KeyPath, value: Any, option: str) -> None:
    """Set the value at the path in place, with mappings made where nothing stands."""
    for depth, step in enumerate(path[:-1]):
        step = step_into(data, step, path[:depth], (option, None))
        if isinstance(data, dict) and data.get(step) is None:
            data[step] = {}
        data = data[step]
    last = step_into(data, path[-1], path[:-1], (option, None), appending=True)
    if isinstance(data, list) and last == len(data):
        data.append(value)
    else:
        data[last] = value


def step_into(data: Any, step: str | int, path: KeyPath, origin: Origin, appending: bool = False) -> str | int:
    """Return the step as this mapping or list takes it.

    Args:
        data: The mapping or list.
        step: A key, or an index.
        path: Where it stands.
        origin: Who wants to go there, for the message.
        appending: Whether the index after the last is one.

    Raises:
        ScenarioError: It leads nowhere.
    """
    if isinstance(data, dict):
        return step
    if not isinstance(data, list):
        raise ScenarioError(Problem(f"is {shown(data)}, with nothing inside it to set", *origin, key_of(path)))
    if not isinstance(step, int) or step >= len(data) + appending:
        last = len(data) - (not appending)
        message = f"is a list; {shown(step)} is not an index from 0 to {last}" if last >= 0 else "is an empty list"
        raise ScenarioError(Problem(message, *origin, key_of(path)))
    return step


def walk(data: Any, path: KeyPath) -> Iterator[Any]:
    """Yield the data along the path, as far as it leads."""
    yield data
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
        yield data
