"""All cases, and those that a pattern finds."""

from fnmatch import fnmatchcase

from .case import Case
from .energy import CASES as ENERGY
from .learning import CASES as LEARNING
from .movement import CASES as MOVEMENT
from .path_loss import CASES as PATH_LOSS
from .queues import CASES as QUEUES
from .radio import CASES as RADIO
from .sharing import CASES as SHARING
from .tcp import CASES as TCP
from .transport import CASES as TRANSPORT

CASES: tuple[Case, ...] = (
    *PATH_LOSS,
    *RADIO,
    *MOVEMENT,
    *SHARING,
    *TRANSPORT,
    *TCP,
    *QUEUES,
    *ENERGY,
    *LEARNING,
)


def select(pattern: str | None, cases: tuple[Case, ...] = CASES) -> list[Case]:
    """Return the cases whose name or subject holds a pattern with shell wildcards, in whatever case; None takes all."""
    if pattern is None:
        return list(cases)
    wanted = f"*{pattern.lower()}*"
    return [case for case in cases if any(fnmatchcase(text.lower(), wanted) for text in (case.name, case.subject))]
