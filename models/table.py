"""Tables: samples from a file of columns (npz, CSV or Parquet), with one column of labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Len

from .columns import Array, Columns, read_columns
from .dataset import Dataset, DatasetError, Indices
from .streams import Stream
from .text import padded

_REGRESSION = "; where numbers are to be predicted, say 'task: regression'"


@dataclass(frozen=True)
class TableFile:
    """Samples from a file: a column of labels, perhaps one of groups, and columns of numbers.

    CSV files have a line of column names. An npz file holds arrays by name; instead of columns it may have one array of
    features (samples, ...). Classes and groups are numbered in the order of their sorted values. Columns of unsigned
    bytes stay bytes, all others become float32; numbers are taken as they are, so bring them to a like scale before.
    With `text` a model sees one column of texts instead, as bytes; a `lora` base with a tokeniser reads them as text.
    """

    path: Annotated[str, "The file: .npz, .csv, .csv.gz or .parquet.", Len(1)]
    label: Annotated[str, "Name of the column of labels.", Len(1)] = "label"
    group: Annotated[str | None, "Name of the column that says each sample's natural group.", Len(1)] = None
    features: Annotated[tuple[str, ...], "Names of the columns a model sees; by default all others."] = ()
    task: Annotated[Literal["classification", "regression"], "Whether labels are classes or numbers."] = (
        "classification"
    )
    text: Annotated[str | None, "Name of a column of texts, which a model sees instead of numbers.", Len(1)] = None
    length: Annotated[
        int, "Bytes of a text that a model sees: zeros fill up, the rest is cut off.", Ge(1), Le(65536)
    ] = 256
    scale: Annotated[float, "What a value is multiplied by to become a model's input.", Gt(0)] = 1.0

    def __post_init__(self) -> None:
        """Refuse what does not go together.

        Raises:
            ValueError: both a column of texts and columns of numbers are named.
        """
        if self.text is not None and self.features:
            raise ValueError("a model sees either one column of 'text' or 'features' of numbers, not both")

    def files(self) -> list[Path]:
        """Return the file that is read."""
        return [Path(self.path)]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return the samples in the order of the file.

        Raises:
            DatasetError: the file cannot be read, has no such column, or a value in it is not a finite number.
        """
        file = read_columns(Path(self.path))
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

    def _features(self, file: Columns) -> Array:
        """Return the features (samples, ...)."""
        if self.text is not None:
            return padded([_encoded(value, self.length) for value in file.column(self.text).tolist()], self.length)
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

    def _labels(self, file: Columns) -> tuple[Array, int]:
        """Return the labels, and the number of classes or outputs."""
        if self.task == "regression":
            labels = file.numbers(self.label).astype(np.float32)
            labels = labels.reshape(len(labels), -1)
            return labels, labels.shape[1]
        column = file.column(self.label)
        self._check_classes(file, column)
        values, numbers = _numbered(column)
        if len(values) > 256:
            raise DatasetError(
                f"{file.path}: column {self.label!r} has {len(values)} values; at most 256 can be classes{_REGRESSION}"
            )
        return numbers, len(values)

    def _check_classes(self, file: Columns, column: Array) -> None:
        """Refuse labels that can hardly be meant as classes."""
        if column.ndim > 1:
            raise DatasetError(
                f"{file.path}: array {self.label!r} has {column.ndim} axes; a sample has one class{_REGRESSION}"
            )
        if column.dtype.kind == "f" and len(rows := np.flatnonzero(column != np.floor(column))):
            raise DatasetError(
                f"{file.path}, {file.place(int(rows[0]))}: {self.label!r} is {column[rows[0]]:g}; "
                f"classes are texts or whole numbers{_REGRESSION}"
            )


def _numbered(values: Array) -> tuple[Array, Indices]:
    """Return the different values in order, and the number of each sample's."""
    different, numbers = np.unique(values if values.dtype != object else values.astype(str), return_inverse=True)
    return different, numbers.reshape(-1).astype(np.int64)


def _encoded(value: object, length: int) -> bytes:
    """Return a text as UTF-8 of at most so many bytes, without a character that is cut apart."""
    return str(value).encode()[:length].decode(errors="ignore").encode()
