"""One table of a running run: appended to, readable by others at every moment, and digested as it grows."""

import hashlib
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .tables import Table

FLUSH_ROWS = 65_536
FLUSH_S = 0.25
LOOK_ROWS = 16  # rows between two looks at the wall clock, which cost more than to keep a row


class TableStream:
    """An Arrow IPC stream file; at most the last unflushed 250 ms of it are lost when the process dies.

    It flushes itself where rows come fast; where they come slowly, who watches the run does (`RunWriter.progress`).

    The digest covers the rows one after another as packed little-endian bytes, so it does not depend on where the
    batches were cut; tables with text columns have none.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.table = table
        self.count = 0
        self._rows: list[Any] = []
        self._kept = _as_they_are if table.has_text else struct.Struct(table.packing).pack
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._file, table.schema)
        self._file.flush()
        self._hash = hashlib.sha256()
        self._flush_at = time.monotonic() + FLUSH_S

    def append(self, row: tuple[Any, ...]) -> None:
        """Add one row, in the order of the table's columns."""
        self._rows.append(self._kept(*row))
        self.count += 1
        if not self.count % LOOK_ROWS:
            self._flush_if_due()

    def extend(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add several rows."""
        before, self.count, kept = self.count, self.count + len(rows), self._kept
        self._rows += [kept(*row) for row in rows]
        if before // LOOK_ROWS != self.count // LOOK_ROWS:
            self._flush_if_due()

    def _flush_if_due(self) -> None:
        if len(self._rows) >= FLUSH_ROWS or time.monotonic() >= self._flush_at:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered as one record batch, so that a reader sees it."""
        if self._rows:
            if self.table.has_text:
                block = np.array(self._rows, dtype=self.table.dtype)
            else:
                packed = b"".join(self._rows)
                block = np.frombuffer(packed, dtype=self.table.dtype)
                self._hash.update(packed)
            arrays = [pa.array(np.ascontiguousarray(block[name])) for name, _ in self.table.columns]
            self._writer.write_batch(pa.record_batch(arrays, schema=self.table.schema))
            self._file.flush()
            self._rows.clear()
        self._flush_at = time.monotonic() + FLUSH_S

    def close(self) -> None:
        """Write the rest and end the stream."""
        if not self._file.closed:
            self.flush()
            self._writer.close()
            self._file.close()

    @property
    def digest(self) -> str:
        """Return the SHA-256 over all rows flushed so far, as hex."""
        return self._hash.hexdigest()


def _as_they_are(*row: Any) -> tuple[Any, ...]:
    return row
