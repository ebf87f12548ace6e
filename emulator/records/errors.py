"""What can be wrong with a run folder."""

from collections.abc import Mapping
from typing import Any


class RecordError(ValueError):
    """A run folder that is none, or is damaged; the message names the file."""


class RunDiffers(RuntimeError):  # noqa: N818 - it says what happened
    """A run that was played again and recorded something else.

    Attributes:
        table: Where.
        row: The number of the first row that differs, from 0.
        recorded: What it was; None if there was no such row.
        now: What it is; likewise.
    """

    def __init__(self, table: str, row: int, recorded: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> None:
        super().__init__(f"row {row} of {table} was {_shown(recorded)} and is {_shown(now)} now")
        self.table, self.row, self.recorded, self.now = table, row, recorded, now


def _shown(row: Mapping[str, Any] | None) -> str:
    return "not there" if row is None else "(" + ", ".join(f"{name} {value}" for name, value in row.items()) + ")"
