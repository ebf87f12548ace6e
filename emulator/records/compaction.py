"""Compaction: the streams of a run that has ended become Parquet files, sorted by time.

The Parquet files are written aside, brought to the disk, read back and renamed; then the manifest lists them, and only
then the streams go. A reader sees either at every moment, and so does one after a crash at any moment.

Integers are delta-encoded and everything is compressed with Zstandard. Splitting the bytes of floats, or a dictionary
of them, was tried on the tables of `first-fedavg` and made most of them larger.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from .errors import RecordError
from .files import MANIFEST, write_manifest
from .parts import Part, compacted, parts_of, sha256_of
from .reader import TIME, RunRecord
from .segments import Segment, segment_path, segment_paths
from .tables import TABLES, Table

GROUP_ROWS = 131_072  # in a row group: what is held in memory at once, and what a reader of a time range can skip


@dataclass
class Compaction:
    """What compacting a run did.

    Attributes:
        tables: Tables compacted; none where that had been done before.
        rows: Rows in them.
        before_bytes: Size of the streams.
        after_bytes: Size of the Parquet files made of them.
        left_out_bytes: By name of a stream that was cut off or damaged, what followed its last whole batch; the stream
            is kept beside, as `<name>.damaged`.
    """

    tables: int = 0
    rows: int = 0
    before_bytes: int = 0
    after_bytes: int = 0
    left_out_bytes: dict[str, int] = field(default_factory=dict)


def seal(folder: Path, manifest: Mapping[str, Any], rows: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Return what a manifest says from now on of tables that have so many rows, whose streams are closed.

    Raises:
        OSError: A table has not as many rows, or cannot be read.
    """
    tables = {}
    for name, count in rows.items():
        parts = parts_of(manifest, name, folder)
        for path in segment_paths(folder, name, compacted(manifest, name, folder)):
            try:
                held = sum(batch.num_rows for batch in Segment(path, TABLES[name]).batches())
            except pa.ArrowException as error:
                raise OSError(f"{path}: cannot be read ({error})") from error
            parts.append(Part(path.name, 1, held, sha256_of(path)))
        if sum(part.rows for part in parts) != count:
            raise OSError(f"{folder}: holds other rows of {name} than the {count} that were written")
        tables[name] = [asdict(part) for part in parts]
    return tables


def compact(folder: Path) -> Compaction:
    """Compact the tables of a run that has ended, those that are not yet; remove what is left of their streams.

    Whoever calls it holds the folder, so that nobody else does the same.

    Raises:
        RecordError: A stream is damaged, where that can be known; nothing was changed.
        OSError: The folder does not take the Parquet files; the streams stay.
    """
    manifest = RunRecord(folder).manifest
    streams = [_Streams(folder, table, manifest) for table in TABLES.values()]
    work = [table for table in streams if table.segments]
    done = Compaction()
    try:
        for table in work:
            table.write()
            table.keep_damaged()
        _bring_to_disk(*(table.aside for table in work))
        listed = {table.name: table.publish(done) for table in work}
    finally:
        for table in work:
            with suppress(OSError):
                table.aside.unlink(missing_ok=True)
    if work:
        manifest["tables"] = (manifest.get("tables") or {}) | listed
        write_manifest(folder, manifest)
        _bring_to_disk(folder / MANIFEST, folder)
    for name in TABLES:
        for number in range(compacted(manifest, name, folder)):
            segment_path(folder, name, number).unlink(missing_ok=True)
    return done


class _Streams:
    """The streams of one table that are not compacted, and the Parquet file that they become.

    Attributes:
        name: Of the table.
        segments: The streams, in order.
        aside: Where the Parquet file is written.
    """

    def __init__(self, folder: Path, table: Table, manifest: Mapping[str, object]) -> None:
        parts = parts_of(manifest, table.name, folder)
        self._folder, self._table, self.name = folder, table, table.name
        self._compacted = [part for part in parts if part.is_parquet]
        self._sealed = [part for part in parts if not part.is_parquet]
        self._finished = manifest["status"] == "finished"
        self._first = sum(part.segments for part in self._compacted)
        self.segments = [Segment(path, table) for path in segment_paths(folder, table.name, self._first)]
        self._target = segment_path(folder, table.name, self._first).with_suffix(".parquet")
        self.aside = folder / f".{self._target.name}.{os.getpid()}.part"
        self._written = _Content(table)

    def write(self) -> None:
        """Write the Parquet file aside.

        Raises:
            RecordError: A stream is damaged.
            OSError: It cannot be written.
        """
        for part in self._sealed:
            part.check(self._folder)
        options = {
            "compression": "zstd",
            "use_dictionary": [name for name, kind in self._table.columns if kind == "text"],
            "column_encoding": {name: "DELTA_BINARY_PACKED" for name, kind in self._table.columns if "i" in kind},
            "write_page_checksum": True,
        }
        try:
            with parquet.ParquetWriter(self.aside, self._table.schema, **options) as writer:
                for rows in self._chunks():
                    writer.write_table(rows)
                    self._written.add(rows)
        except (ValueError, pa.ArrowException) as error:
            raise RecordError(f"{self.segments[0].path}: cannot be read as the run's {self.name} ({error})") from error

    def keep_damaged(self) -> None:
        """Keep streams of which something was left out; what is in them may be worth somebody's look.

        Raises:
            OSError: The folder does not take them.
        """
        for segment in self.segments:
            if segment.left_out_bytes:
                shutil.copyfile(segment.path, segment.path.with_name(f"{segment.path.name}.damaged"))

    def publish(self, done: Compaction) -> list[dict[str, int | str]]:
        """Read the file back, give it its name, and return what the manifest says of the table from now on.

        Raises:
            OSError: It is not what was written.
        """
        found = _Content(self._table)
        with parquet.ParquetFile(self.aside, page_checksum_verification=True) as file:
            for batch in file.iter_batches(GROUP_ROWS):
                found.add(pa.Table.from_batches([batch]))
        if found != self._written:
            raise OSError(f"{self._target}: what was read back is not what was written")
        part = Part(self._target.name, len(self.segments), found.rows, sha256_of(self.aside))
        done.tables += 1
        done.rows += part.rows
        done.before_bytes += sum(segment.path.stat().st_size for segment in self.segments)
        done.after_bytes += self.aside.stat().st_size
        done.left_out_bytes |= {s.path.name: s.left_out_bytes for s in self.segments if s.left_out_bytes}
        os.replace(self.aside, self._target)
        return [asdict(part) for part in (*self._compacted, part)]

    def _chunks(self) -> Iterator[pa.Table]:
        """Yield the rows sorted by time, rows of equal time as they were recorded, many at once."""
        if self._is_sorted():
            return _gathered(batch for segment in self.segments for batch in segment.batches())
        rows = pa.concat_tables([segment.read() for segment in self.segments])
        order = np.argsort(rows.column(TIME).to_numpy(), kind="stable")
        return (rows.take(order[start : start + GROUP_ROWS]) for start in range(0, len(order), GROUP_ROWS))

    def _is_sorted(self) -> bool:
        """Say whether the rows were recorded in the order of their times.

        Raises:
            RecordError: A stream of a finished run is damaged.
        """
        ordered, latest_ns = True, None
        for place, segment in enumerate(self.segments):
            rows = 0
            for batch in segment.batches():
                rows += batch.num_rows
                if TIME in batch.schema.names and batch.num_rows:
                    times = batch.column(TIME).to_numpy()
                    ordered &= bool((times[1:] >= times[:-1]).all()) and (latest_ns is None or times[0] >= latest_ns)
                    latest_ns = times[-1]
            listed = self._sealed[place].rows if place < len(self._sealed) else None
            if (listed is not None and listed != rows) or (self._finished and not segment.whole):
                raise RecordError(f"{segment.path}: damaged (it has {rows} whole rows, and the run has finished)")
        return ordered


class _Content:
    """What rows hold, column by column, however they are cut into batches."""

    def __init__(self, table: Table) -> None:
        self.rows = 0
        self._hashes = {name: hashlib.sha256() for name, _ in table.columns}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self._digests == other._digests

    __hash__ = None  # type: ignore[assignment]

    @property
    def _digests(self) -> tuple[int, dict[str, str]]:
        return self.rows, {name: digest.hexdigest() for name, digest in self._hashes.items()}

    def add(self, rows: pa.Table) -> None:
        """Add rows."""
        self.rows += rows.num_rows
        for name, digest in self._hashes.items():
            for array in rows.column(name).chunks:
                if pa.types.is_string(array.type):
                    digest.update("".join(f"{text}\0" for text in array.to_pylist()).encode())
                else:
                    digest.update(np.ascontiguousarray(array.to_numpy()).data)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows of many small batches, at least as many at once as a row group has."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        if count >= GROUP_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _bring_to_disk(*paths: Path) -> None:
    """Wait until files or folders are on the disk; together, which takes hardly longer than one of them alone."""
    with ThreadPoolExecutor(max(len(paths), 1)) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
