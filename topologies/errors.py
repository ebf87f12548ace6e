"""What goes wrong with a topology."""

from collections.abc import Sequence

LISTED_PROBLEMS = 8
"""A message lists so many problems."""


class TopologyError(ValueError):
    """A topology that cannot be read, built or written; the message says what is allowed.

    Attributes:
        problems: Everything that is wrong, where the message shortens it; else the message alone.
        repairable: Whether an import with repairs may make a topology of it.
    """

    def __init__(self, message: str, problems: Sequence[str] = (), *, repairable: bool = False) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)
        self.repairable = repairable


def refuse(problems: Sequence[str], where: str = "", *, repairable: bool = False) -> None:
    """Raise if there are problems; the message begins with where, and shows the first of them.

    Raises:
        TopologyError: There are.
    """
    found = list(dict.fromkeys(problems))
    more = [f"and {len(found) - LISTED_PROBLEMS:,} more"] if len(found) > LISTED_PROBLEMS else []
    if found:
        raise TopologyError(where + "; ".join([*found[:LISTED_PROBLEMS], *more]), found, repairable=repairable)
