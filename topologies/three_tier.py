"""Cloud, edge sites and devices: the network edge in its plainest form."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import networkx as nx
import numpy as np
from annotated_types import Ge, Gt, Le

from .errors import TopologyError
from .wires import refuse_too_many


@dataclass(frozen=True)
class ThreeTier:
    """Clouds in the middle, edge sites on a square grid around them, devices scattered around the sites.

    Sites fill the grid in a spiral, so that consecutive sites are neighbours and one more site moves none. Devices go
    to the sites in turn, uniformly over the ring between `min_distance` and `cell_radius`, each by its own stream: one
    more device moves none. Another number of sites sends devices to other sites, at the same bearing and distance.
    """

    clouds: Annotated[
        int, "Number of clouds; sites are wired to them in turn, and clouds to each other.", Ge(1), Le(2000)
    ] = 1
    edges: Annotated[int, "Number of edge sites.", Ge(1)] = 4
    devices: Annotated[int, "Number of devices.", Ge(0)] = 24
    site_spacing_m: Annotated[float, "Distance between neighbouring sites.", Gt(0)] = 300.0
    cell_radius_m: Annotated[float, "Largest horizontal distance of a device from its site.", Gt(0)] = 120.0
    min_distance_m: Annotated[float, "Smallest horizontal distance of a device from its site.", Ge(0)] = 10.0
    ring: Annotated[bool, "Whether each site is also wired to the next, the last to the first."] = True

    def __post_init__(self) -> None:
        refuse_too_many(self.clouds + self.edges + self.devices)
        if self.min_distance_m > self.cell_radius_m:
            raise TopologyError(
                f"min_distance is {self.min_distance_m:g} m and cell_radius {self.cell_radius_m:g} m; "
                "the smallest distance from the site must not exceed the largest"
            )

    def build(self, stream: Callable[[str], np.random.Generator]) -> "nx.Graph[str]":
        """Return the topology; `stream` gives each device the random stream of its name."""
        graph: nx.Graph[str] = nx.Graph()
        clouds = ["cloud"] if self.clouds == 1 else [f"cloud{number + 1}" for number in range(self.clouds)]
        sites = [f"edge{number + 1}" for number in range(self.edges)]
        # Sites stand at odd multiples of half the spacing and clouds at x = 0, so none stands on another.
        for number, cloud in enumerate(clouds):
            graph.add_node(cloud, tier="cloud", x_m=0.0, y_m=number * self.site_spacing_m)
        for site, (column, row) in zip(sites, _spiral(), strict=False):
            graph.add_node(site, tier="edge", x_m=column * self.site_spacing_m, y_m=row * self.site_spacing_m)
        self._add_wires(graph, clouds, sites)
        for number in range(self.devices):
            self._add_device(graph, f"device{number + 1}", sites[number % self.edges], stream)
        return graph

    def _add_wires(self, graph: "nx.Graph[str]", clouds: list[str], sites: list[str]) -> None:
        """Wire clouds to each other, each site to a cloud, and the sites in a ring."""
        graph.add_edges_from(itertools.combinations(clouds, 2), medium="wire")
        graph.add_edges_from(zip(sites, itertools.cycle(clouds), strict=False), medium="wire")
        if self.ring and len(sites) > 1:
            graph.add_edges_from(zip(sites, sites[1:] + sites[:1], strict=True), medium="wire")

    def _add_device(
        self, graph: "nx.Graph[str]", name: str, site: str, stream: Callable[[str], np.random.Generator]
    ) -> None:
        """Put a device around its site, uniformly over the area, and join it by radio."""
        area, turn = stream(name).random(2)
        near_m2, far_m2 = self.min_distance_m**2, self.cell_radius_m**2
        reach_m, bearing = math.sqrt(near_m2 + area * (far_m2 - near_m2)), 2.0 * math.pi * turn
        x_m = graph.nodes[site]["x_m"] + reach_m * math.cos(bearing)
        y_m = graph.nodes[site]["y_m"] + reach_m * math.sin(bearing)
        graph.add_node(name, tier="device", x_m=x_m, y_m=y_m)
        graph.add_edge(name, site, medium="radio")


def _spiral() -> Iterator[tuple[float, float]]:
    """Walk a square grid outwards from the four points around the origin, each point next to the one before."""
    x, y, step_x, step_y = 0.5, 0.5, -1, 0
    for side in itertools.count(1):
        for _ in range(2):
            for _ in range(side):
                yield x, y
                x, y = x + step_x, y + step_y
            step_x, step_y = -step_y, step_x
