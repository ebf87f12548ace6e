"""One table of a running run: appended to, readable by others at every moment, and digested as it grows."""

import hashlib
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .known import Columns, KnownRows
from .segments import CHECKSUM, checksum
from .tables import Table

FLUSH_ROWS = 65_536
FLUSH_S = 0.25
LOOK_ROWS = 64  # rows between two looks at the wall clock, which cost more than to keep a row


class TableStream:
    """An Arrow IPC stream file; at most the last unflushed 250 ms of it are lost when the process dies.

    It flushes itself where rows come fast; where they come slowly, who watches the run does (`RunWriter.progress`).

    Of a run that is played again, rows that are known are compared, and only those after them are written, or none
    where there is no path.

    The digest covers the rows one after another as packed little-endian bytes, so it does not depend on where the
    batches were cut; tables with text columns have none.
    """

    def __init__(self, path: Path | None, table: Table, known: KnownRows | None = None) -> None:
        self.table = table
        self.count = 0
        self._known, self._flushed, self._until_look = known, 0, LOOK_ROWS
        self._rows: list[tuple[Any, ...]] = []  # of a table with text
        self._packed = bytearray()  # of any other
        self._pack = None if table.has_text else struct.Struct(table.packing).pack
        self._file = None if path is None else pa.OSFile(str(path), "wb")
        if self._file is not None:
            self._writer = pa.ipc.new_stream(self._file, table.schema)
            self._file.flush()
        self._hash = hashlib.sha256()
        self._flush_at = time.monotonic() + FLUSH_S

    def append(self, row: tuple[Any, ...]) -> None:
        """Add one row, in the order of the table's columns."""
        if self._pack is None:
            self._rows.append(row)
        self.append_packed(b"" if self._pack is None else self._pack(*row))

    def append_packed(self, rows: bytes, count: int = 1) -> None:
        """Add so many rows, packed one after another, to a table without text."""
        self._packed += rows
        self.count += count
        self._until_look -= count
        if self._until_look <= 0:
            self._flush_if_due()

    def _flush_if_due(self) -> None:
        self._until_look = LOOK_ROWS
        if self.count - self._flushed >= FLUSH_ROWS or time.monotonic() >= self._flush_at:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered, and not known already, as one record batch, so that a reader sees it.

        Raises:
            RunDiffers: A row is another than the one that is known.
        """
        if self.count > self._flushed:
            columns, at = self._columns(), self._flushed
            count, self._flushed = self.count - at, self.count
            known = 0 if self._known is None else self._known.check(at, columns)
            if known < count and self._file is not None:
                arrays = [pa.array(columns[name][known:]) for name, _ in self.table.columns]
                batch = pa.record_batch(arrays, schema=self.table.schema)
                self._writer.write_batch(batch, custom_metadata={CHECKSUM: checksum(batch)})
                self._file.flush()
        self._flush_at = time.monotonic() + FLUSH_S

    def _columns(self) -> Columns:
        """Take out what is buffered, and digest it."""
        if self.table.has_text:
            block, self._rows = np.array(self._rows, dtype=self.table.dtype), []
        else:
            block = np.frombuffer(self._packed, dtype=self.table.dtype)
            self._hash.update(self._packed)
            self._packed = bytearray()
        return {name: np.ascontiguousarray(block[name]) for name, _ in self.table.columns}

    def close(self) -> None:
        """Write the rest and end the stream; raises what `flush` does."""
        if self._file is None:
            self.flush()
        elif not self._file.closed:
            try:
                self.flush()
            finally:
                self._writer.close()
                self._file.close()

    def check_end(self) -> None:
        """Check that all rows that are known were there again.

        Raises:
            RunDiffers: There are fewer.
        """
        if self._known is not None:
            self._known.check_end(self.count)

    @property
    def digest(self) -> str:
        """Return the SHA-256 over all rows flushed so far, as hex."""
        return self._hash.hexdigest()
