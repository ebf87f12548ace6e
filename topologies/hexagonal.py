"""Hexagonal cells: sites on a hexagonal grid, with devices in the cell of each."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt

from .errors import TopologyError
from .wires import refuse_too_many

_STEPS = ((-1, 1), (-1, 0), (0, -1), (1, -1), (1, 0), (0, 1))
"""The six neighbours of a cell in axial coordinates, in the order in which a ring is walked."""


@dataclass(frozen=True)
class HexagonalCells:
    """Sites in the middle of hexagonal cells, devices uniformly over each, and a cloud that all sites are wired to.

    The usual layout of 3GPP TR 38.901 (table 7.2-1) has 19 sites, 200 m apart for UMi street canyon and 500 m for UMa,
    and no device nearer to its site than 10 m (UMi) or 35 m (UMa); ITU-R M.2412 puts 10 devices into a cell. The three
    sectors that both give a site are one cell here. Sites fill rings around the first: 1, 7, 19, 37; one more site
    moves none. Devices go to the sites in turn, each placed by its own stream; more devices per cell move none; more
    sites send devices to other cells, at the same place within them.
    """

    sites: Annotated[int, "Number of sites; 1, 7, 19, 37 make whole rings.", Ge(1)] = 19
    site_spacing_m: Annotated[float, "Distance between neighbouring sites.", Gt(0)] = 200.0
    devices_per_cell: Annotated[int, "Number of devices in each cell.", Ge(0)] = 10
    min_distance_m: Annotated[float, "Smallest horizontal distance of a device from its site.", Ge(0)] = 10.0
    mesh: Annotated[bool, "Whether neighbouring sites are wired together too."] = False

    def __post_init__(self) -> None:
        refuse_too_many(self.sites * (1 + self.devices_per_cell))
        if self.min_distance_m > self.site_spacing_m / 4.0:
            raise TopologyError(
                f"min_distance is {self.min_distance_m:g} m; with sites {self.site_spacing_m:g} m apart it must be at "
                f"most a quarter of that, {self.site_spacing_m / 4.0:g} m, to leave room in the cell"
            )

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; `stream` gives each device the random stream of its name."""
        graph: nx.Graph[str] = nx.Graph()
        # A corner of the middle cell, so that the cloud stands on no site.
        graph.add_node("cloud", tier="cloud", x_m=0.0, y_m=self.site_spacing_m / math.sqrt(3.0))
        cells = dict(zip(_spiral(), range(self.sites), strict=False))
        for (column, row), number in cells.items():
            x_m, y_m = (column + row / 2.0) * self.site_spacing_m, row * math.sqrt(0.75) * self.site_spacing_m
            graph.add_node(f"edge{number + 1}", tier="edge", x_m=x_m, y_m=y_m)
            graph.add_edge("cloud", f"edge{number + 1}", medium="wire")
        if self.mesh:
            graph.add_edges_from(_neighbours(cells), medium="wire")
        for number in range(self.sites * self.devices_per_cell):
            self._add_device(graph, f"device{number + 1}", f"edge{number % self.sites + 1}", stream)
        return graph

    def _add_device(
        self, graph: "nx.Graph[str]", name: str, site: str, stream: Callable[[str], np.random.Generator]
    ) -> None:
        """Put a device into the cell of its site, and join it by radio."""
        x_m, y_m = self._offset(stream(name))
        node = graph.nodes[site]
        graph.add_node(name, tier="device", x_m=node["x_m"] + x_m, y_m=node["y_m"] + y_m)
        graph.add_edge(name, site, medium="radio")

    def _offset(self, rng: np.random.Generator) -> tuple[float, float]:
        """Return a place in the cell, drawn again while it is too near to the site [m]."""
        side_m = self.site_spacing_m / math.sqrt(3.0)
        while True:
            # A hexagon is three rhombi around its middle; its corners stand at 30, 90, 150, ... degrees.
            along, across, turn = rng.random(3)
            first = math.radians(30.0 + 120.0 * math.floor(3.0 * turn))
            second = first + math.radians(120.0)
            x_m = side_m * (along * math.cos(first) + across * math.cos(second))
            y_m = side_m * (along * math.sin(first) + across * math.sin(second))
            if math.hypot(x_m, y_m) >= self.min_distance_m:
                return x_m, y_m


def _spiral() -> Iterator[tuple[int, int]]:
    """Walk the cells ring by ring, in axial coordinates (column, row)."""
    yield 0, 0
    ring = 1
    while True:
        column, row = ring, 0
        for step_column, step_row in _STEPS:
            for _ in range(ring):
                yield column, row
                column, row = column + step_column, row + step_row
        ring += 1


def _neighbours(cells: dict[tuple[int, int], int]) -> Iterator[tuple[str, str]]:
    """Yield the names of each two neighbouring sites once."""
    for (column, row), number in cells.items():
        for step_column, step_row in _STEPS:
            other = cells.get((column + step_column, row + step_row), number)
            if other > number:
                yield f"edge{number + 1}", f"edge{other + 1}"
