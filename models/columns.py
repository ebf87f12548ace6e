"""Columns: a table as a file holds it, npz, CSV or Parquet."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .dataset import DatasetError

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """The columns of a file, none of which has gaps.

    Attributes:
        path: The file.
        columns: (rows, ...) by name.
    """

    path: Path
    columns: Mapping[str, Array]

    def column(self, name: str) -> Array:
        """Return the column with this name.

        Raises:
            DatasetError: there is none.
        """
        if name not in self.columns:
            near = get_close_matches(name, self.columns, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(list(self.columns)[:8])}"
            raise DatasetError(f"{self.path}: there is no column {name!r}; {hint}")
        return self.columns[name]

    def numbers(self, name: str) -> Array:
        """Return the column as uint8 or float32.

        Raises:
            DatasetError: there is none, or something in it is not a finite number.
        """
        column = self.column(name)
        return column if column.dtype == np.uint8 else self.real_numbers(name, np.float32)

    def real_numbers(self, name: str, kind: type[np.floating[Any]]) -> Array:
        """Return the column as floating-point numbers of a kind; raises as `numbers`."""
        column = self.column(name)
        if column.dtype.kind not in "biuf":
            row = next(row for row, value in enumerate(column) if not _is_number(value))
            raise DatasetError(f"{self.path}, {self.place(row)}: {name!r} is {str(column[row])!r}, not a number")
        with np.errstate(over="ignore"):
            numbers = column.astype(kind)
        bad = np.flatnonzero(~np.isfinite(numbers.reshape(len(numbers), -1)).all(axis=1))
        if len(bad):
            bits, place = np.dtype(kind).itemsize * 8, self.place(int(bad[0]))
            raise DatasetError(f"{self.path}, {place}: {name!r} is not a finite number of {bits} bits")
        return numbers

    def place(self, row: int) -> str:
        """Return the line of a CSV file on which a row stands, else the row, counted from 1."""
        return _place(self.path, row)


def _place(path: Path, row: int) -> str:
    if path.suffix != ".csv":
        return f"row {row + 1}"
    with path.open(encoding="utf-8") as lines:
        written = [number for number, line in enumerate(lines, 1) if line.strip()]
    return f"line {written[row + 1]}"


def read_columns(path: Path) -> Columns:
    """Return the columns of a file by its extension.

    Raises:
        DatasetError: it cannot be read, or holds no columns of equal length.
    """
    extension = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if extension not in _READERS:
        raise DatasetError(f"{path}: the name ends in {extension!r}; a table is {', '.join(_READERS)}")
    if not path.is_file():
        raise DatasetError(f"{path}: there is no such file")
    columns = _READERS[extension](path)
    lengths = {name: column.shape[:1] for name, column in columns.items()}
    if len(set(lengths.values())) != 1 or () in lengths.values():
        raise DatasetError(f"{path}: its columns have different numbers of rows: {lengths}")
    if not next(iter(columns.values())).size:
        raise DatasetError(f"{path}: there are no rows in it")
    return Columns(path, columns)


def _npz(path: Path) -> dict[str, Array]:
    if not zipfile.is_zipfile(path):
        raise DatasetError(f"{path}: not a file of plain arrays, as numpy.savez writes it")
    columns: dict[str, Array] = {}
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                columns[name] = _plain(arrays, name, path)
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: not a file of plain arrays: {error}") from None
    return columns


def _plain(arrays: Any, name: str, path: Path) -> Array:
    """Return an array of an npz file; one of Python objects could be read by running what the file says only."""
    try:
        array: Array = arrays[name]
    except ValueError:
        raise DatasetError(
            f"{path}: array {name!r} holds Python objects, which are not read from files; save numbers or texts, with "
            "array.astype(float) or array.astype(str)"
        ) from None
    if not isinstance(array, np.ndarray):
        raise DatasetError(f"{path}: {name!r} in it is not an array")
    return array


def _csv(path: Path) -> dict[str, Array]:
    from pyarrow import ArrowInvalid, csv

    try:
        return _arrow(path, csv.read_csv(path, csv.ReadOptions(use_threads=False)))
    except (ArrowInvalid, OSError) as error:
        raise DatasetError(f"{path}: {str(error).splitlines()[0]}") from None


def _parquet(path: Path) -> dict[str, Array]:
    from pyarrow import ArrowInvalid, parquet

    try:
        return _arrow(path, parquet.read_table(path))
    except (ArrowInvalid, OSError) as error:
        raise DatasetError(f"{path}: {str(error).splitlines()[0]}") from None


def _arrow(path: Path, table: "pa.Table") -> dict[str, Array]:
    """Return the columns of an Arrow table."""
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DatasetError(f"{path}: there are two columns {twice!r}")
    for name, column in zip(names, table.columns, strict=True):
        if column.null_count:
            row = column.is_null().to_pylist().index(True)
            raise DatasetError(f"{path}, {_place(path, row)}: {name!r} has no value: nothing, NA or nan is there")
    return {name: column.to_numpy() for name, column in zip(names, table.columns, strict=True)}


_READERS: dict[str, Callable[[Path], dict[str, Array]]] = {
    ".npz": _npz,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".parquet": _parquet,
}


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
