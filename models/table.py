"""Tables: samples from a file of columns (npz, CSV or Parquet), with one column of labels."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from annotated_types import Gt, Len
from numpy.typing import NDArray

from .dataset import Dataset, DatasetError, Indices
from .streams import Stream

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[Any]


@dataclass(frozen=True)
class TableFile:
    """Samples from a file: a column of labels, perhaps one of groups, and columns of numbers.

    CSV files have a line of column names. An npz file holds arrays by name; instead of columns it may have one array of
    features (samples, ...). Classes and groups are numbered in the order of their sorted values. Columns of unsigned
    bytes stay bytes, all others become float32; numbers are taken as they are, so bring them to a like scale before.
    """

    path: Annotated[str, "The file: .npz, .csv, .csv.gz or .parquet.", Len(1)]
    label: Annotated[str, "Name of the column of labels.", Len(1)] = "label"
    group: Annotated[str | None, "Name of the column that says each sample's natural group.", Len(1)] = None
    features: Annotated[tuple[str, ...], "Names of the columns a model sees; by default all others."] = ()
    task: Annotated[Literal["classification", "regression"], "Whether labels are classes or numbers."] = (
        "classification"
    )
    scale: Annotated[float, "What a value is multiplied by to become a model's input.", Gt(0)] = 1.0

    def files(self) -> list[Path]:
        """Return the file that is read."""
        return [Path(self.path)]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return the samples in the order of the file.

        Raises:
            DatasetError: the file cannot be read, has no such column, or a value in it is not a finite number.
        """
        file = _File(Path(self.path), _read(Path(self.path)))
        labels, classes = self._labels(file)
        features = self._features(file)
        names, groups = (None, None) if self.group is None else _numbered(file.column(self.group))
        try:
            return Dataset(
                features,
                labels,
                classes,
                self.scale,
                "table",
                self.path,
                self.task,
                groups=groups,
                group_names=() if names is None else tuple(map(str, names.tolist())),
            )
        except ValueError as error:
            raise DatasetError(f"{self.path}: {error}") from None

    def _features(self, file: "_File") -> Array:
        """Return the features (samples, ...)."""
        taken = {self.label, self.group}
        names = self.features or tuple(name for name in file.columns if name not in taken)
        if not names or taken.intersection(names):
            raise DatasetError(f"{file.path}: features are one or more columns besides label and group")
        columns = [file.column(name) for name in names]
        if len(columns) == 1 and columns[0].ndim > 1:
            return np.ascontiguousarray(file.numbers(names[0]))
        deep = next((name for name, column in zip(names, columns, strict=True) if column.ndim > 1), None)
        if deep is not None:
            raise DatasetError(
                f"{file.path}: array {deep!r} has {file.column(deep).ndim} axes; several columns have one"
            )
        return np.stack([file.numbers(name) for name in names], axis=1)

    def _labels(self, file: "_File") -> tuple[Array, int]:
        """Return the labels, and the number of classes or outputs."""
        if self.task == "regression":
            labels = file.numbers(self.label).astype(np.float32)
            labels = labels.reshape(len(labels), -1)
            return labels, labels.shape[1]
        values, numbers = _numbered(file.column(self.label))
        if len(values) > 256:
            raise DatasetError(
                f"{file.path}: column {self.label!r} has {len(values)} values; at most 256 can be classes"
            )
        return numbers, len(values)


@dataclass(frozen=True)
class _File:
    """The columns of a file, none of which has gaps."""

    path: Path
    columns: Mapping[str, Array]

    def column(self, name: str) -> Array:
        """Return the column with this name."""
        if name not in self.columns:
            near = get_close_matches(name, self.columns, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(list(self.columns)[:8])}"
            raise DatasetError(f"{self.path}: there is no column {name!r}; {hint}")
        return self.columns[name]

    def numbers(self, name: str) -> Array:
        """Return the column as uint8 or float32."""
        column = self.column(name)
        if column.dtype == np.uint8:
            return column
        if column.dtype.kind not in "biuf":
            row = next(row for row, value in enumerate(column) if not _is_number(value))
            raise DatasetError(f"{self.path}, {self._place(row)}: {name!r} is {str(column[row])!r}, not a number")
        with np.errstate(over="ignore"):
            numbers = column.astype(np.float32)
        bad = np.flatnonzero(~np.isfinite(numbers.reshape(len(numbers), -1)).all(axis=1))
        if len(bad):
            raise DatasetError(f"{self.path}, {self._place(int(bad[0]))}: {name!r} is not a finite number of 32 bits")
        return numbers

    def _place(self, row: int) -> str:
        """Return the line of a CSV file on which a row stands, else the row, counted from 1."""
        return _place(self.path, row)


def _place(path: Path, row: int) -> str:
    if path.suffix != ".csv":
        return f"row {row + 1}"
    with path.open(encoding="utf-8") as lines:
        written = [number for number, line in enumerate(lines, 1) if line.strip()]
    return f"line {written[row + 1]}"


def _read(path: Path) -> dict[str, Array]:
    """Return the columns of a file by its extension."""
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
    return columns


def _npz(path: Path) -> dict[str, Array]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: not a file of plain arrays: {error}") from None


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
            raise DatasetError(f"{path}, {_place(path, row)}: {name!r} is empty")
    return {name: column.to_numpy() for name, column in zip(names, table.columns, strict=True)}


_READERS: dict[str, Callable[[Path], dict[str, Array]]] = {
    ".npz": _npz,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".parquet": _parquet,
}


def _numbered(values: Array) -> tuple[Array, Indices]:
    """Return the different values in order, and the number of each sample's."""
    different, numbers = np.unique(values if values.dtype != object else values.astype(str), return_inverse=True)
    return different, numbers.reshape(-1).astype(np.int64)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
