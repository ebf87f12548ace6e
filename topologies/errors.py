"""What goes wrong with a topology."""

from collections.abc import Sequence

LISTED_PROBLEMS = 8


class TopologyError(ValueError):
    """A topology that cannot be read, built or written; the message says what is allowed.

    Attributes:
        problems: Everything that is wrong, where the message shortens it; else the message alone.
    """

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)


def refuse(problems: Sequence[str], where: str = "") -> None:
    """Raise if there are problems; the message shows the first of them.

    Raises:
        TopologyError: There are.
    """
    more = [f"and {len(problems) - LISTED_PROBLEMS:,} more"] if len(problems) > LISTED_PROBLEMS else []
    if problems:
        raise TopologyError(where + "; ".join([*problems[:LISTED_PROBLEMS], *more]), problems)
