"""All cases, and those that a pattern finds."""

from fnmatch import fnmatchcase

from . import energy, learning, path_loss, queues, radio, sharing, transport
from .case import Case

CASES: tuple[Case, ...] = (
    *path_loss.CASES,
    *radio.CASES,
    *sharing.CASES,
    *transport.CASES,
    *queues.CASES,
    *energy.CASES,
    *learning.CASES,
)


def select(pattern: str | None, cases: tuple[Case, ...] = CASES) -> list[Case]:
    """Return the cases whose name or subject holds a pattern with shell wildcards, in whatever case; None takes all."""
    if pattern is None:
        return list(cases)
    wanted = f"*{pattern.lower()}*"
    return [case for case in cases if any(fnmatchcase(text.lower(), wanted) for text in (case.name, case.subject))]
