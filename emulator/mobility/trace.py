"""Nodes that move as a file says."""

import csv
import math
import pathlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np

from wayfare.emulator.background import TraceError

from .legs import Area, Leg, Place
from .mobility import Mobility
from .setdest import setdest_legs


@dataclass(frozen=True, kw_only=True)
class MovementTrace(Mobility):
    """Nodes that move as a file says: a CSV file with the columns time_s, node, x_m and y_m, or an ns-2 movement file.

    The rows of a CSV file may stand in any order; a node goes straight from the place of one of its rows to the next,
    and is at the first of them before its time. In an ns-2 file, as `setdest` and many converters write them,
    ``$node_(0)`` is the first of the nodes that are named here, ``$node_(1)`` the second.
    """

    file: Annotated[str, "Path of the file; a relative one starts at the scenario's folder."]
    format: Annotated[Literal["csv", "ns-2"], "What the file holds."] = "csv"

    def __post_init__(self) -> None:
        """Check that the nodes of an ns-2 file are named.

        Raises:
            ValueError: They are not.
        """
        super().__post_init__()
        if self.format == "ns-2" and not self.nodes:
            raise ValueError("an ns-2 movement file has numbers for nodes; name the nodes in their order")

    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield the legs of the file; nothing is random, and where the topology places the node does not count.

        Raises:
            TraceError: The file cannot be read, a line of it says something else, or it does not know the node.
        """
        key = str(self.nodes.index(name)) if self.format == "ns-2" else name
        if key not in self._read:
            known = f"{name!r}, which would be $node_({key})" if self.format == "ns-2" else repr(name)
            raise TraceError(f"{self.file}: says nothing of {known}")
        return iter(self._read[key])

    @cached_property
    def _read(self) -> dict[str, list[Leg]]:
        """Return the legs of all nodes of the file, each in order of time."""
        try:
            with pathlib.Path(self.file).open(encoding="utf-8", newline="") as lines:
                return setdest_legs(lines, self.file) if self.format == "ns-2" else self._rows(csv.DictReader(lines))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise TraceError(f"{self.file}: cannot be read as a movement file ({reason})") from None

    def _rows(self, rows: "csv.DictReader[str]") -> dict[str, list[Leg]]:
        found = defaultdict(list)
        for row in rows:
            try:
                node, leg = row["node"], Leg(float(row["time_s"]), float(row["x_m"]), float(row["y_m"]))
            except (KeyError, TypeError, ValueError):
                message = f"{self.file}:{rows.line_num}: a movement file has the columns time_s, node, x_m, y_m"
                raise TraceError(message) from None
            if not (leg.start_s >= 0.0 and all(map(math.isfinite, leg))):
                raise TraceError(f"{self.file}:{rows.line_num}: not a time and a place: {row}")
            found[node].append(leg)
        return {node: sorted(legs, key=lambda leg: leg.start_s) for node, legs in found.items()}
