"""What the links carried, by time bin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .network import Floats, Ints

MOST_POINTS = 1500


@dataclass(frozen=True)
class Traffic:
    """The link rows of a run's bins, in order of time.

    Attributes:
        bin_s: Width of a bin [s].
        bin: Number of the bin, by row.
        link: Directed link, by row.
        bytes: Carried in the bin, by row.
        utilisation: 0 to 1, by row.
        queue: Mean number of transfers in progress, by row.
        energy_j: Spent in all rows, the nodes' included [J].
        nodes_energy_j: Spent by nodes alone [J].
        energy_bin: Numbers of the bins in which energy was spent, ascending.
        energy_spent_j: All that was spent up to the end of that bin, by number of the bin [J].
    """

    bin_s: float
    bin: Ints
    link: Ints
    bytes: Floats
    utilisation: Floats
    queue: Floats
    energy_j: float
    nodes_energy_j: float
    energy_bin: Ints
    energy_spent_j: Floats

    @classmethod
    def from_table(cls, table: pa.Table, bin_s: float) -> "Traffic":
        """Read ``bins``; ``bin_s`` is the width of a bin [s]."""
        link = table["link"].to_numpy()
        rows = np.flatnonzero(link >= 0)
        all_ns = table["time_ns"].to_numpy()
        time_ns = all_ns[rows]
        order = np.argsort(time_ns, kind="stable")
        rows = rows[order]
        energy = np.nan_to_num(table["energy_j"].to_numpy())
        energy_bin, of_row = np.unique(np.rint(all_ns / (bin_s * 1e9)).astype(np.int64), return_inverse=True)
        return cls(
            bin_s=bin_s,
            bin=np.rint(time_ns[order] / (bin_s * 1e9)).astype(np.int64),
            link=link[rows].astype(np.int64),
            bytes=table["bytes"].to_numpy()[rows],
            utilisation=table["utilisation"].to_numpy()[rows],
            queue=table["queue"].to_numpy()[rows],
            energy_j=float(energy.sum()),
            nodes_energy_j=float(energy[link < 0].sum()),
            energy_bin=energy_bin,
            energy_spent_j=np.cumsum(np.bincount(of_row, energy, minlength=len(energy_bin))),
        )

    @property
    def total_bytes(self) -> float:
        """Return the bytes carried by all links together."""
        return float(self.bytes.sum())

    def spent(self, what: str) -> tuple[Floats, Floats]:
        """Return times [s] and what all links carried (``bytes``) or everything spent (``energy`` [J]) until then."""
        if what == "energy":
            numbers, spent = self.energy_bin, self.energy_spent_j
        else:
            numbers, of_row = np.unique(self.bin, return_inverse=True)
            spent = np.cumsum(np.bincount(of_row, self.bytes, minlength=len(numbers)))
        return np.append(0.0, (numbers + 1) * self.bin_s).astype(np.float64), np.append(0.0, spent).astype(np.float64)

    def grid(self, column: Floats, links: Ints, end_s: float, most: int) -> tuple[Floats, Floats]:
        """Return edges of steps [s] and the mean of a column over each step, ``(links, steps)``, 0 where none is."""
        bins = max(self._bin_at(end_s, end_s) + 1, 1)
        step = -(-bins // most)
        steps = -(-bins // step)
        row_of = np.full(max(self.link.max(initial=-1), links.max(initial=-1)) + 1, -1)
        row_of[links] = np.arange(len(links))
        inside = np.flatnonzero((self.bin < bins) & (row_of[self.link] >= 0)) if len(self.link) else self.bin[:0]
        cell = row_of[self.link[inside]] * steps + self.bin[inside] // step
        total = np.bincount(cell, column[inside], minlength=len(links) * steps).reshape(len(links), steps)
        return np.arange(steps + 1, dtype=np.float64) * (step * self.bin_s), total / step

    def rates_by_class(self, link_class: Sequence[str], end_s: float) -> tuple[Floats, dict[str, Floats]]:
        """Return starts [s] and each class's mean rate [Mbit/s], in steps of one bin, or of several in a long run."""
        bins = max(self._bin_at(end_s, end_s) + 1, 1)
        step = -(-bins // MOST_POINTS)
        steps = -(-bins // step)
        names = sorted(set(link_class))
        of_link = np.array([names.index(name) for name in link_class], dtype=np.int64)
        inside = self.bin < bins
        cell = of_link[self.link[inside]] * steps + self.bin[inside] // step
        carried = np.bincount(cell, self.bytes[inside], minlength=len(names) * steps).reshape(len(names), steps)
        rates = carried * 8 / (step * self.bin_s) / 1e6
        starts = np.arange(steps, dtype=np.float64) * (step * self.bin_s)
        return starts, {name: row for name, row in zip(names, rates, strict=True) if row.any()}

    def _bin_at(self, time_s: float, end_s: float) -> int:
        # Times come back from a slider and bins from integer nanoseconds: a little slack keeps 0.3 in bin 3 of 0.1.
        last = max(int(np.ceil(end_s / self.bin_s - 1e-6)) - 1, 0)
        return min(max(int(np.floor(time_s / self.bin_s + 1e-6)), 0), last)
