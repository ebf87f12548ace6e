"""What goes wrong with a topology."""

from collections.abc import Sequence


class TopologyError(ValueError):
    """A topology that cannot be read, built or written; the message says what is allowed.

    Attributes:
        problems: Everything that is wrong, where the message shortens it; else the message alone.
    """

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)
