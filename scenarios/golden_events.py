"""The events of a golden run: a chain of digests over all of them, and the first ones themselves.

A digest of everything says that something differs; a chain of digests, each over the events so far, says after which.
Where the events themselves are kept, that one is named; further on, the block of the chain in which it lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from wayfare.emulator.records import RunRecord

KEPT_ROWS = 20_000
"""How many events of a scenario are kept: 124 kB of `first-walk`."""
_MOST_LINKS = 512
_LEAST_BLOCK = 64
_LINK_DIGITS = 8


@dataclass(frozen=True)
class EventChain:
    """Digests of events.

    Attributes:
        rows: How many events there are.
        block: After how many events there is a link.
        links: The first digits of the SHA-256 over all events up to the end of each block.
    """

    rows: int
    block: int
    links: str

    @classmethod
    def of(cls, record: RunRecord, label: str, keep: int) -> tuple[EventChain, KeptEvents]:
        """Return the chain of a run's events, and the first of them."""
        import pyarrow as pa

        rows = record.table("events")
        block = _LEAST_BLOCK
        while block * _MOST_LINKS < rows.num_rows:
            block *= 2
        chain = cls(rows.num_rows, block, "".join(_links(_packed(rows), block)))
        first = rows.slice(0, keep)
        labels = pa.array([label] * first.num_rows, pa.string())
        return chain, KeptEvents(first.append_column("run", labels))

    def block_of_difference(self, rows: NDArray[np.void]) -> int | None:
        """Return the first block in which other events lie than in these; None if they are the same."""
        now = "".join(_links(rows, self.block))
        for block in range(-(-max(self.rows, len(rows)) // self.block)):
            link = slice(block * _LINK_DIGITS, (block + 1) * _LINK_DIGITS)
            if self.links[link] != now[link]:
                return block
        return None


@dataclass(frozen=True)
class KeptEvents:
    """The first events of each run, with its label; or none.

    Attributes:
        rows: The events.
        lost: Why there are none, where the file should have them: `x.golden.parquet is missing`.
    """

    rows: pa.Table
    lost: str = ""

    @classmethod
    def read(cls, file: Path) -> KeptEvents:
        """Read what is kept; nothing where there is no such file, or where it is damaged."""
        import pyarrow as pa
        from pyarrow import parquet

        schema = _schema()
        if not file.is_file():
            return cls(schema.empty_table(), f"{file.name} is missing")
        try:
            rows = parquet.read_table(file)
        except (OSError, pa.ArrowException):
            rows = None
        if rows is None or not rows.schema.equals(schema):
            return cls(schema.empty_table(), f"{file.name} is damaged")
        return cls(rows)

    @classmethod
    def together(cls, parts: Sequence[KeptEvents]) -> KeptEvents:
        """Return the events of several runs."""
        import pyarrow as pa

        return cls(pa.concat_tables([part.rows for part in parts]))

    def of(self, label: str) -> pa.Table:
        """Return the events of one run."""
        chosen = np.array([name == label for name in self.rows["run"].to_pylist()], dtype=bool)
        return self.rows.filter(chosen).drop_columns(["run"])

    def content(self) -> bytes:
        """Return them as a Parquet file."""
        import pyarrow as pa
        from pyarrow import parquet

        buffer = pa.BufferOutputStream()
        columns = [name for name in self.rows.schema.names if name not in ("value", "run")]
        encoding = dict.fromkeys(columns, "DELTA_BINARY_PACKED")
        parquet.write_table(
            self.rows,
            buffer,
            compression="zstd",
            compression_level=19,
            use_dictionary=["run"],
            column_encoding=encoding,
        )
        return bytes(buffer.getvalue().to_pybytes())


def first_difference(chain: EventChain, kept: pa.Table, record: RunRecord, lost: str = "") -> str | None:
    """Say which event of a run is the first that is not as it was; None if all are.

    Args:
        chain: Of the events as they were.
        kept: The first of them.
        record: The run.
        lost: Why none are kept, if they should be.
    """
    from wayfare.emulator.records import RunDiffers, row_text
    from wayfare.emulator.records.known import KnownRows
    from wayfare.emulator.records.tables import EVENTS

    rows = record.table("events")
    known = KnownRows(EVENTS, kept, whole=len(kept) == chain.rows)
    head = {name: column.to_numpy() for name, column in zip(rows.schema.names, rows.columns, strict=True)}
    try:
        known.check(0, head)
        known.check_end(rows.num_rows)
    except RunDiffers as differs:
        before, now = (row_text("events", row, record.node_names) for row in (differs.recorded, differs.now))
        return f"the first event that differs is number {differs.row + 1:,}: it was {before}; now {now}"
    block = chain.block_of_difference(_packed(rows))
    if block is None:
        return None
    return _in_block(chain, block, len(kept), record, rows, lost)


def _in_block(chain: EventChain, block: int, kept: int, record: RunRecord, rows: pa.Table, lost: str) -> str:
    from wayfare.emulator.records import row_text

    first = max(block * chain.block, kept)
    last = max(min((block + 1) * chain.block, chain.rows), first + 1)
    now = rows.slice(first, 1).to_pylist()
    said = row_text("events", now[0] if now else None, record.node_names)
    why = lost or f"the golden keeps the first {kept:,}"
    return (
        f"the first event that differs is one of number {first + 1:,} to {last:,}, as {why}; "
        f"number {first + 1:,} is now {said}"
    )


def _links(rows: NDArray[np.void], block: int) -> Iterator[str]:
    digest = hashlib.sha256()
    for start in range(0, len(rows), block):
        digest.update(rows[start : start + block].tobytes())
        yield digest.hexdigest()[:_LINK_DIGITS]


def _packed(rows: pa.Table) -> NDArray[np.void]:
    """Return events as packed rows, over which digests go."""
    from wayfare.emulator.records.tables import EVENTS

    packed: NDArray[Any] = np.empty(rows.num_rows, EVENTS.dtype)
    for name, _ in EVENTS.columns:
        packed[name] = rows[name].to_numpy()
    return packed


def _schema() -> pa.Schema:
    import pyarrow as pa

    from wayfare.emulator.records.tables import EVENTS

    return EVENTS.schema.append(pa.field("run", pa.string()))
