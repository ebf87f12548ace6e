"""A mesh grid: rows and columns of nodes, each wired to its neighbours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt

from .errors import TopologyError
from .wires import Tier, refuse_too_many, wired


@dataclass(frozen=True)
class Grid:
    """Nodes in rows and columns, each wired to the next in its row and in its column.

    Nodes are numbered row by row, so that one more row moves and renames none. `wrap` wires the ends of each row and
    column together, which makes a torus; the drawing stays flat.
    """

    rows: Annotated[int, "Number of rows.", Ge(1)] = 4
    columns: Annotated[int, "Number of columns.", Ge(1)] = 4
    tier: Annotated[Tier, "Tier of every node."] = "edge"
    spacing_m: Annotated[float, "Distance between neighbours.", Gt(0)] = 100.0
    wrap: Annotated[bool, "Whether the last of a row or column is wired to the first, where there are three."] = False

    def __post_init__(self) -> None:
        refuse_too_many(self.rows * self.columns)
        if self.wrap and max(self.rows, self.columns) < 3:
            raise TopologyError(f"a grid of {self.rows} x {self.columns} has nothing to wrap; it needs three in a row")

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; nothing in it is random."""
        cells = [(row, column) for row in range(self.rows) for column in range(self.columns)]
        places = [(column * self.spacing_m, row * self.spacing_m) for row, column in cells]
        return wired(self.tier, places, self._pairs(cells))

    def _pairs(self, cells: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the numbers of each node and of its right and its lower neighbour."""
        for number, (row, column) in enumerate(cells):
            if column + 1 < self.columns:
                yield number, number + 1
            elif self.wrap and self.columns > 2:
                yield number, row * self.columns
            if row + 1 < self.rows:
                yield number, number + self.columns
            elif self.wrap and self.rows > 2:
                yield number, column
