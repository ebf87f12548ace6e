"""Rows that a run recorded before: the same scenario, played again, must record the same."""

from typing import Any

import numpy as np
import pyarrow as pa

from .errors import RunDiffers
from .tables import Table

Columns = dict[str, np.ndarray[Any, Any]]


class KnownRows:
    """The rows of one table, against which new ones are held, to the last bit.

    Tables are compared row by row as they grow. Where rows may be recorded before their time, compacting changes their
    order; those are compared once all of them are there again.

    Args:
        table: Whose rows they are.
        rows: The rows.
        whole: Whether these are all rows that there may be.
    """

    def __init__(self, table: Table, rows: pa.Table, *, whole: bool = False) -> None:
        self._table, self._rows = table, {name: _plain(rows.column(name)) for name, _ in table.columns}
        self._count, self._whole = int(rows.num_rows), whole
        self._ahead: list[Columns] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def check(self, at: int, columns: Columns) -> int:
        """Hold new rows against the known ones; return how many of the new ones are known.

        Args:
            at: How many rows there were before them.
            columns: The new rows.

        Raises:
            RunDiffers: One is another than before, or one too many.
        """
        new = len(next(iter(columns.values())))
        known = min(max(self._count - at, 0), new)
        if known > 0:
            self._check_known(at, known, columns)
        if self._whole and known < new:
            raise RunDiffers(self._table.name, at + known, None, _row(columns, known))
        return known

    def _check_known(self, at: int, known: int, columns: Columns) -> None:
        again = {name: column[:known] for name, column in columns.items()}
        if not self._table.ahead:
            self._compare({name: column[at : at + known] for name, column in self._rows.items()}, again, at)
            return
        self._ahead.append(again)
        if at + known == self._count:
            whole = {name: np.concatenate([part[name] for part in self._ahead]) for name in again}
            self._compare(_in_order(self._rows), _in_order(whole), 0)

    def check_end(self, count: int) -> None:
        """Check that there are as many rows again.

        Raises:
            RunDiffers: There are fewer.
        """
        if count < self._count:
            raise RunDiffers(self._table.name, count, _row(self._rows, count), None)

    def _compare(self, before: Columns, again: Columns, at: int) -> None:
        differs = np.zeros(len(next(iter(again.values()))), dtype=bool)
        for name, column in again.items():
            differs |= _bits(before[name]) != _bits(column)
        if differs.any():
            first = int(np.argmax(differs))
            raise RunDiffers(self._table.name, at + first, _row(before, first), _row(again, first))


def _plain(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return np.array(column.to_pylist(), dtype=object) if pa.types.is_string(column.type) else column.to_numpy()


def _bits(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return what two values have in common if and only if they are the same, "no value" too."""
    return np.ascontiguousarray(column).view("<i8") if column.dtype == np.float64 else column


def _in_order(columns: Columns) -> Columns:
    """Return the rows in an order that depends on what they hold alone."""
    order = np.lexsort([_bits(column) for column in columns.values()])
    return {name: column[order] for name, column in columns.items()}


def _row(columns: Columns, at: int) -> dict[str, Any]:
    return {name: column[at : at + 1].tolist()[0] for name, column in columns.items()}
