"""RunVerifier: holds a run that is played again against its record, and keeps nothing."""

import math
from collections.abc import Mapping
from typing import Any

from .errors import RunDiffers
from .known import KnownRows
from .reader import RunRecord
from .tables import TABLES
from .writer import RunWriter


class RunVerifier(RunWriter):
    """Takes what a run records, as a `RunWriter` does, and compares it.

    Attributes:
        folder: Of the record.
        rows: By table, how many rows it has.
    """

    def __init__(self, record: RunRecord) -> None:
        self.folder, self.uncompacted = record.folder, None
        whole = record.manifest["status"] == "finished"
        known = {name: KnownRows(table, record.table(name), whole=whole) for name, table in TABLES.items()}
        self.rows = {name: len(rows) for name, rows in known.items()}
        self._found: list[RunDiffers] = []
        self._open(dict.fromkeys(TABLES), known)

    def keep_weights(self, content: bytes) -> None:
        """Leave the weights that are there: the digests say whether they are the same."""

    def progress(self, progress: Mapping[str, Any]) -> None:
        """Compare what there is."""
        for stream in self._tables.values():
            stream.flush()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Compare the rest.

        Raises:
            RunDiffers: There is less than there was, or something else.
        """
        for stream in self._tables.values():
            stream.close()
            stream.check_end()

    def fail(self, status: str, error: str) -> None:
        """Compare what there is."""
        for stream in self._tables.values():
            try:
                stream.close()
            except RunDiffers as difference:
                self._found.append(difference)

    def first(self, found: RunDiffers) -> RunDiffers:
        """Return the first in virtual time of a difference and those found after it, events before what is beside."""
        return min((found, *self._found), key=_when)


def _when(difference: RunDiffers) -> tuple[float, bool]:
    row = difference.recorded or difference.now or {}
    return row.get("time_ns", math.inf), difference.table != "events"
