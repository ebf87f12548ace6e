"""Forwarding tables: which neighbour a packet goes to next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
from annotated_types import Ge

from .links import Link
from .wiring import Wiring

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DELAY_TO_BREAK_TIES = 1e-6  # one hop weighs as much as 10^6 s of delay
LEAST_COST = 1e-9
NOWHERE = -1
Ids = npt.NDArray[np.int64]
LARGE = 512  # nodes from which on SciPy, which takes longer to load, finds the trees


class NoRoute(Exception):  # noqa: N818 - it names what a network says, as SimPy's Interrupt does
    """There is no way from a node to a destination."""


@dataclass(frozen=True, kw_only=True)
class Routing:
    """What makes a way short. Of ways that cost the same, the one over the neighbour with the lowest id is taken.

    The cost of a link is: ``hops``: 1, and of equal hops the smaller sum of delays; ``delay``: its delay in seconds;
    ``inverse-rate``: the seconds it takes one megabit; ``energy``: the joules above idle that it takes for one megabit;
    ``mix``: the sum of these four, each times its weight.
    """

    metric: Annotated[
        Literal["hops", "delay", "inverse-rate", "energy", "mix"], "What the forwarding tables keep small."
    ] = "hops"
    hops_weight: Annotated[float, "Weight of a hop in a mix.", Ge(0)] = 0.0
    delay_weight: Annotated[float, "Weight of a second of delay in a mix.", Ge(0)] = 1.0
    rate_weight: Annotated[float, "Weight of a second for one megabit in a mix.", Ge(0)] = 1.0
    energy_weight: Annotated[float, "Weight of a joule for one megabit in a mix.", Ge(0)] = 0.0

    def __post_init__(self) -> None:
        """Refuse weights where nothing is weighed, and a mix of nothing."""
        weights = {field.name: field.default for field in fields(self) if field.name.endswith("_weight")}
        given = [name for name, default in weights.items() if getattr(self, name) != default]
        if given and self.metric != "mix":
            raise ValueError(f"{given[0]} is only for metric 'mix', and the metric is {self.metric!r}")
        if not any(getattr(self, name) for name in weights):
            raise ValueError(f"a mix needs a weight above 0; all of {', '.join(weights)} are 0")

    def cost(self, link: Link) -> float:
        """Return what crossing a link costs: always a little, so that no way goes in circles; infinite at rate 0."""
        if link.rate_bps <= 0:
            return math.inf
        seconds = 1e6 / link.rate_bps
        match self.metric:
            case "hops":
                cost = 1.0 + DELAY_TO_BREAK_TIES * link.delay_s
            case "delay":
                cost = link.delay_s
            case "inverse-rate":
                cost = seconds
            case "energy":
                cost = (link.power_busy_w - link.power_idle_w) * seconds
            case "mix":
                joules = (link.power_busy_w - link.power_idle_w) * seconds
                cost = (
                    self.hops_weight
                    + self.delay_weight * link.delay_s
                    + self.rate_weight * seconds
                    + self.energy_weight * joules
                )
        return max(cost, LEAST_COST)


class ForwardingTables:
    """The shortest ways over the links that are up; one tree a destination, kept until a link changes.

    A node that can be reached from one neighbour alone has no tree: the way to it is that to its neighbour and one hop.

    Attributes:
        version: How often ways may have become others.
    """

    def __init__(self, wiring: Wiring, routing: Routing | None = None) -> None:
        self._wiring = wiring
        self._routing = Routing() if routing is None else routing
        self._costs = [self._routing.cost(link) for link in wiring.links]
        self._down: set[int] = set()
        self.version = 0
        self._next: dict[int, list[int]] = {}
        self._gates: dict[int, int] = {}
        self._ends: tuple[Ids, Ids] | None = None
        self._reversed: csr_array | None = None

    def forget(self) -> None:
        """Find all ways anew when they are asked for: links have other ends, rates or delays."""
        self.version += 1
        self._next.clear()
        self._gates.clear()
        self._ends = self._reversed = None

    def set_up(self, link: Link, up: bool) -> None:
        """Take a directed link out of the tables, or back into them."""
        (self._down.discard if up else self._down.add)(link.index)
        self.version += 1
        self.refresh(link)

    def refresh(self, link: Link) -> None:
        """Reckon with another rate, loss or delay of a link, where it costs more or less by that."""
        cost = math.inf if link.index in self._down else self._routing.cost(link)
        if cost != self._costs[link.index]:
            self._costs[link.index] = cost
            self.forget()

    def next_hop(self, node: int, destination: int) -> int:
        """Return the neighbour that is next on the way.

        Raises:
            NoRoute: The destination cannot be reached from here.
        """
        if node == destination:
            return node
        gate = self._gate(destination)
        if node == gate:
            return destination
        towards = destination if gate == NOWHERE else gate
        if towards not in self._next:
            self._next[towards] = self._next_hops(self._distances(towards))
        hop = self._next[towards][node]
        if hop < 0:
            names = self._wiring.names
            raise NoRoute(f"no route from {names[node]} to {names[destination]}")
        return hop

    def _gate(self, destination: int) -> int:
        """Return the only neighbour by which a node can be reached, if there is one alone: devices share its tree."""
        if destination not in self._gates:
            between = self._wiring.between
            ways = [
                neighbour
                for neighbour in self._wiring.neighbours(destination)
                if self._costs[between[neighbour, destination].index] < math.inf
            ]
            self._gates[destination] = ways[0] if len(ways) == 1 else NOWHERE
        return self._gates[destination]

    def route(self, source: int, destination: int) -> list[int]:
        """Return the nodes of the whole way, both ends included.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        path = [source]
        while path[-1] != destination:
            path.append(self.next_hop(path[-1], destination))
        return path

    def cost(self, source: int, destination: int) -> float:
        """Return the sum of the costs of the links on the way, by the metric.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        links = (self._wiring.between[ends] for ends in pairwise(self.route(source, destination)))
        return math.fsum(self._costs[link.index] for link in links)

    def _distances(self, destination: int) -> Sequence[float]:
        """Return every node's distance to the destination; infinite where there is no way."""
        find = self._find_with_scipy if len(self._wiring.names) >= LARGE else self._find
        return find(destination)

    def _find(self, destination: int) -> list[float]:
        """Dijkstra's algorithm, from the destination outwards."""
        distances = [math.inf] * len(self._wiring.names)
        frontier = [(0.0, destination)]
        while frontier:
            distance, node = heappop(frontier)
            if distance < distances[node]:
                distances[node] = distance
                for neighbour in self._wiring.neighbours(node):
                    cost = self._costs[self._wiring.between[neighbour, node].index]
                    if distance + cost < distances[neighbour]:
                        heappush(frontier, (distance + cost, neighbour))
        return distances

    def _find_with_scipy(self, destination: int) -> Sequence[float]:
        """The same sums, by SciPy."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        if self._reversed is None:
            links = [link for link in self._wiring.links if math.isfinite(self._costs[link.index])]
            ends = ([link.target for link in links], [link.source for link in links])
            size = len(self._wiring.names)
            self._reversed = csr_array(([self._costs[link.index] for link in links], ends), shape=(size, size))
        distances: list[float] = dijkstra(self._reversed, indices=destination).tolist()
        return distances

    def _next_hops(self, distances: Sequence[float]) -> list[int]:
        """Return every node's next hop; of neighbours that lead to equally short ways, the one with the lowest id."""
        if self._ends is None:
            links = self._wiring.links
            self._ends = (
                np.array([link.source for link in links], dtype=np.int64),
                np.array([link.target for link in links], dtype=np.int64),
            )
        sources, targets = self._ends
        far = np.array(distances)
        over = far[targets] + np.array(self._costs)
        leads = (over <= far[sources]) & (over < math.inf)
        hops = np.full(len(far), len(far))
        np.minimum.at(hops, sources[leads], targets[leads])
        hops[hops == len(far)] = NOWHERE
        found: list[int] = hops.tolist()
        return found
