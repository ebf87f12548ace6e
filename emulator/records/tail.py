"""Tail: the stream of a table that grows, each batch read once and found again by its times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from .segments import Segment, next_batch
from .tables import Table

TIME = "time_ns"


@dataclass(frozen=True)
class _Batch:
    """Where a batch lies in the file, and the first and last of its times [ns]."""

    start: int
    end: int
    first_ns: int
    last_ns: int


class Tail(Segment):
    """A segment whose batches are remembered, so that rows of a time are read without those of all others.

    A whole batch never changes: only what was appended since the last look is read and checked.
    """

    def __init__(self, path: Path, table: Table) -> None:
        super().__init__(path, table)
        self._schema = b""
        self._end = 0
        self._found: list[_Batch] = []

    def between(self, between_ns: tuple[int, int]) -> pa.Table:
        """Return the rows of all batches that may have some from a virtual time on, up to another and without it.

        Raises:
            OSError: The file cannot be read.
            pa.ArrowInvalid: Its start is no Arrow stream of this table.
        """
        with self.path.open("rb") as file:
            self._look(file)
            wanted = [each for each in self._found if each.last_ns >= between_ns[0] and each.first_ns < between_ns[1]]
            batches = [batch for start, end in _stretches(wanted) for batch in self._batches_at(file, start, end)]
        return pa.Table.from_batches(batches, schema=self.table.schema)

    def _look(self, file: BinaryIO) -> None:
        """Find the batches that were appended since the last look."""
        size = file.seek(0, 2)
        if size < self._end:
            self._schema, self._end, self._found = b"", 0, []  # another file of that name
        if not self._schema and size:
            self._read_schema()
        start = self._end
        for batch, end in self._appended(file) if size > self._end else ():
            times = batch.column(TIME).to_numpy()
            if len(times):
                self._found.append(_Batch(start, end, int(times.min()), int(times.max())))
            start = self._end = end

    def _read_schema(self) -> None:
        with pa.OSFile(str(self.path), "rb") as file:
            schema = pa.ipc.open_stream(file).schema
            self._end = file.tell()
            file.seek(0)
            self._schema = file.read(self._end)
        if schema != self.table.schema:
            raise pa.ArrowInvalid(f"columns {schema.names}, expected {self.table.schema.names}")

    def _appended(self, file: BinaryIO) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield the batches after the last that was found, and where each ends."""
        file.seek(self._end)
        reader = pa.ipc.open_stream(_Spliced(self._schema, file))
        while (batch := next_batch(reader)) is not None:
            yield batch, file.tell()

    def _batches_at(self, file: BinaryIO, start: int, end: int) -> Sequence[pa.RecordBatch]:
        file.seek(start)
        return list(pa.ipc.open_stream(pa.py_buffer(self._schema + file.read(end - start))))


class _Spliced:
    """What Arrow reads a stream from: its schema, and then a file from where that is."""

    closed = False

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = head, file

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; fewer where the head ends."""
        if not self._head:
            return self._file.read(size)
        part, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        return part


def _stretches(batches: Sequence[_Batch]) -> Iterator[tuple[int, int]]:
    """Yield where batches lie, neighbours together."""
    start = end = -1
    for batch in batches:
        if batch.start != end:
            if end > 0:
                yield start, end
            start = batch.start
        end = batch.end
    if end > 0:
        yield start, end
