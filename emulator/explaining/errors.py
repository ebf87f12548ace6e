"""What can be asked of a run folder that it does not answer."""

from collections.abc import Iterable
from difflib import get_close_matches

from wayfare.emulator.records.errors import RecordError


class NotRecorded(RecordError):  # noqa: N818 - it says what is the matter with what was asked for
    """A transfer, link or node that a run does not have, or a table that it did not write."""


def unknown_node(name: str, names: Iterable[str]) -> NotRecorded:
    """Return the error for a node that is none, with the nearest names."""
    listed = list(names)
    near = get_close_matches(name, listed, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"its nodes are {shortened(listed)}"
    return NotRecorded(f"the run has no node {name!r}; {hint}")


def shortened(names: list[str], most: int = 8) -> str:
    """Return names in one line, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
