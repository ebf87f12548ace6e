"""A scenario's mistakes: where each stands, what was wrong, and the nearest thing that would have been right."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

_NAMES_SHOWN = 30
_CHARACTERS_SHOWN = 60
_TORCH_LACKS = "can't allocate memory"

LESS_MEMORY = (
    "run it where more memory is free, or ask for less: fewer nodes, fewer samples, a smaller model or batch_size, and "
    "in a sweep fewer --workers"
)
"""What to do where memory was short."""


@dataclass(frozen=True)
class Problem:
    """One mistake: `FILE:LINE: KEY: message`, where line and key may be missing.

    `file` is the path as the user gave it, or the command-line option that brought the value.
    """

    message: str
    file: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        """Return the line that a user sees; characters that would break it are written as escapes."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        text = ": ".join(part for part in (place, self.key, self.message) if part)
        return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


class ScenarioError(Exception):
    """The scenario is wrong and nothing was run: one line for each problem, in the order of the file."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems: tuple[Problem, ...] = problems


def memory_lacking(error: BaseException) -> str | None:
    """Return that memory was short and, where that is known, for what; None if an error is, or comes from, another."""
    cause: BaseException | None = error
    while cause is not None:
        said = (str(cause).splitlines() or [""])[0]
        torch = type(cause).__name__ == "OutOfMemoryError" or _TORCH_LACKS in said
        if torch or isinstance(cause, MemoryError) or (isinstance(cause, OSError) and cause.errno == errno.ENOMEM):
            return f"out of memory ({said})" if said else "out of memory"
        cause = cause.__cause__
    return None


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by file and line, those without a line (command-line options) last, without repeating any."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.line is None, problem.file, problem.line or 0))


def unknown(what: str, name: object, allowed: Iterable[str]) -> str:
    """Say that a name is unknown, which name is nearest and which are allowed."""
    names = list(allowed)
    close = nearest(name, names) if isinstance(name, str) else None
    hint = f"did you mean {close!r}? " if close else ""
    return f"unknown {what} {shown(name)}; {hint}allowed: {listed(names)}"


def nearest(name: str, allowed: Sequence[str]) -> str | None:
    """Return the allowed name most like `name`, or None where none is like it."""
    folded = {candidate.casefold(): candidate for candidate in reversed(allowed)}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.55)
    return folded[close[0]] if close else None


def listed(names: Sequence[str]) -> str:
    """Return the names with commas, the long tail of many counted instead of listed."""
    if not names:
        return "nothing"
    tail = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {tail} more" if tail > 0 else "")


def counted(number: int, noun: str) -> str:
    """Return `1 item`, `2 items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(value: Any) -> str:
    """Return a value as a message shows it: text in quotes, collections by their kind, everything short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _CHARACTERS_SHOWN else text[: _CHARACTERS_SHOWN - 3] + "..."
