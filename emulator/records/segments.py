"""Segment: one Arrow stream of a table, whole, still growing, cut off or damaged.

A run appends to `events.arrows`; one that goes on later, to `events.1.arrows` and so on.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from .tables import Table

CHECKSUM = b"crc32"
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # what an Arrow stream ends with


class Segment:
    """The whole batches of a stream, from the first to the one that is cut off or damaged.

    A batch that carries a checksum is believed if it agrees.

    Attributes:
        path: The file.
        table: Whose rows it holds.
        whole: Once all batches were read: whether the stream has its end, and nothing after it.
        left_out_bytes: Once all batches were read: how much follows the last of them that is not the stream's end.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.path, self.table = path, table
        self.whole = False
        self.left_out_bytes = 0

    def __repr__(self) -> str:
        return f"<Segment {self.path}>"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches.

        Raises:
            OSError: The file cannot be read.
            pa.ArrowInvalid: Its start is no Arrow stream of this table.
        """
        size = self.path.stat().st_size
        if size == 0:
            return  # nothing has been flushed yet
        with pa.OSFile(str(self.path), "rb") as file:
            reader = pa.ipc.open_stream(file)
            if reader.schema != self.table.schema:
                raise pa.ArrowInvalid(f"columns {reader.schema.names}, expected {self.table.schema.names}")
            end = file.tell()
            while (batch := next_batch(reader)) is not None:
                yield batch
                end = file.tell()
            file.seek(end)
            ended = file.read(len(_END)) == _END
        self.whole = ended and size == end + len(_END)
        self.left_out_bytes = max(size - end - (len(_END) if ended else 0), 0)

    def read(self) -> pa.Table:
        """Return the rows of the batches; raises what `batches` does."""
        return pa.Table.from_batches(self.batches(), schema=self.table.schema)


def segment_path(folder: Path, name: str, number: int) -> Path:
    """Return where the segment of that number of a table is, or will be."""
    return folder / (f"{name}.{number}.arrows" if number else f"{name}.arrows")


def segment_paths(folder: Path, name: str, first: int = 0) -> list[Path]:
    """Return the segments of a table that there are, in order, from a number on."""
    found: list[Path] = []
    while (path := segment_path(folder, name, first + len(found))).is_file():
        found.append(path)
    return found


def checksum(batch: pa.RecordBatch) -> bytes:
    """Return the CRC-32 of a batch's values, as eight hexadecimal digits."""
    value = zlib.crc32(str(batch.num_rows).encode())
    for column in batch.columns:
        for buffer in column.buffers()[1:]:  # the first says which values are missing: none are
            value = zlib.crc32(buffer, value)
    return b"%08x" % value


def next_batch(reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
    """Return the next batch, or None at the end or at one that is not whole."""
    try:
        batch, note = reader.read_next_batch_with_custom_metadata()
    except (StopIteration, OSError, ValueError, pa.ArrowException):
        return None
    noted = note.get(CHECKSUM) if note is not None else None
    if noted is not None and (noted != checksum(batch) or any(column.null_count for column in batch.columns)):
        return None
    return batch
