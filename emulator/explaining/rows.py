"""A table of a run as one array a column."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.records import RunRecord

Rows = dict[str, NDArray[Any]]


def read_rows(run: RunRecord, table: str) -> Rows:
    """Return the columns of a table by name.

    Raises:
        RecordError: The table is missing or no Arrow stream.
    """
    content = run.table(table)
    return {name: content.column(name).to_numpy() for name in content.column_names}


def chosen(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """Return the rows for which a mask holds."""
    return {name: column[mask] for name, column in rows.items()}


def listed(rows: Rows) -> list[dict[str, Any]]:
    """Return rows one by one, as plain numbers."""
    columns = [column.tolist() for column in rows.values()]
    return [dict(zip(rows, values, strict=True)) for values in zip(*columns, strict=True)]
