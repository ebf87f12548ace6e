"""Telemetry: time series that a run has left behind, cut into windows from which a model predicts what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Len, Lt
from numpy.typing import NDArray

from .columns import Columns, read_columns
from .dataset import Dataset, DatasetError
from .streams import Stream

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Telemetry:
    """Time series from a table that `wayfare export` has written: the load of links, the rate of radio links.

    Rows of one series that fall into the same interval are added up, and an interval without any is zero, as with the
    bytes of links; or the last one counts until the next, as with rates. A sample is a window of the values of
    successive intervals; what is to be predicted is the value `horizon` intervals after its last. Each series is a
    natural group, in the order of their names. The last part of the time is the test set: nobody trains on a window
    that predicts, or sees, anything of it.
    """

    path: Annotated[str, "The table: .csv, .csv.gz or .parquet, with a column time_s.", Len(1)]
    value: Annotated[str, "Name of the column of values.", Len(1)] = "bytes"
    by: Annotated[tuple[Annotated[str, Len(1)], ...], "Columns whose values together name a series.", Len(1)] = (
        "src",
        "dst",
    )
    only: Annotated[Mapping[str, str], "Which rows count: the value that a column must have."] = field(
        default_factory=dict
    )
    combine: Annotated[
        Literal["sum", "last"], "Whether the rows of an interval are added up, or the last counts until the next."
    ] = "sum"
    interval_s: Annotated[float, "Time from one value of a series to the next.", Gt(0)] = 1.0
    window: Annotated[int, "Values that a model sees.", Ge(1)] = 8
    horizon: Annotated[int, "How many intervals ahead it predicts.", Ge(1)] = 1
    held_out: Annotated[float, "Share of the time, at the end, that is the test set.", Gt(0), Lt(1)] = 0.25
    scale: Annotated[float, "What values are multiplied by, seen and predicted ones.", Gt(0)] = 1.0

    def files(self) -> list[Path]:
        """Return the file that is read."""
        return [Path(self.path)]

    def load(self, _: Stream | None = None) -> Dataset:
        """Return the windows of all series, one series after another.

        Raises:
            DatasetError: the file cannot be read, has no such column or row, or its time is too short.
        """
        columns = read_columns(Path(self.path))
        series = self._series(columns)
        last = len(next(iter(series.values())))
        ahead = self.window + self.horizon
        first_held_out = last - max(1, round(self.held_out * last))
        if first_held_out < ahead:
            raise DatasetError(
                f"{self.path}: {last} intervals, of which {last - first_held_out} are held out, are too few for "
                f"windows of {self.window} that predict {self.horizon} ahead"
            )
        pieces = [np.lib.stride_tricks.sliding_window_view(values * self.scale, ahead) for values in series.values()]
        windows = np.concatenate(pieces).astype(np.float32)
        predicted = np.tile(np.arange(ahead - 1, last), len(series))
        return Dataset(
            np.ascontiguousarray(windows[:, : self.window]),
            np.ascontiguousarray(windows[:, -1:]),
            classes=1,
            scale=1.0,
            name="telemetry",
            source=self.path,
            task="regression",
            groups=np.repeat(np.arange(len(series)), last - ahead + 1),
            group_names=tuple(series),
            held_out=np.flatnonzero(predicted >= first_held_out),
            replicas=True,
        )

    def _series(self, columns: Columns) -> dict[str, Series]:
        """Return the series by name, all over the same intervals, from time 0 to the last row."""
        times, values = (columns.real_numbers(name, np.float64) for name in ("time_s", self.value))
        kept = np.ones(len(times), bool)
        for name, wanted in self.only.items():
            kept &= columns.column(name).astype(str) == wanted
        if not kept.any():
            raise DatasetError(f"{self.path}: no row has {' and '.join(f'{k} = {v!r}' for k, v in self.only.items())}")
        if times.min() < 0:
            raise DatasetError(f"{self.path}: column 'time_s' has {times.min():g}; times begin at 0")
        # Half a millionth of an interval makes up for times that are a rounding short of a border.
        places = np.floor(times[kept] / self.interval_s + 5e-7).astype(np.int64)
        names = [
            " ".join(row) for row in zip(*(columns.column(name)[kept].astype(str) for name in self.by), strict=True)
        ]
        different, whose = np.unique(names, return_inverse=True)
        found = np.zeros((len(different), int(places.max()) + 1))
        if self.combine == "sum":
            np.add.at(found, (whose.reshape(-1), places), values[kept])
        else:
            found = _held(found.shape, whose.reshape(-1), places, times[kept], values[kept])
        return dict(zip(different.tolist(), found, strict=True))


def _held(
    shape: tuple[int, int], whose: NDArray[np.int64], places: NDArray[np.int64], times: Series, values: Series
) -> Series:
    """Return (series, intervals) the last value of each interval, or that before it; its first one before that."""
    found = np.full(shape, np.nan)
    for row in np.argsort(times, kind="stable"):
        found[whose[row], places[row]] = values[row]
    known = np.where(np.isnan(found), 0, np.arange(shape[1]))
    found = np.take_along_axis(found, np.maximum.accumulate(known, axis=1), axis=1)
    first = np.array([row[~np.isnan(row)][0] for row in found])
    return np.where(np.isnan(found), first[:, None], found)
