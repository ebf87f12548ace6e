"""From a graph and its classes to directed links and the constraints they share."""

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np

from .links import Link, LinkClass, class_of, section_of
from .radio import Cell, draw_channel, link_budget


class WiringError(ValueError):
    """A link that cannot be; ``edge`` says which."""

    def __init__(self, edge: tuple[str, str], message: str) -> None:
        super().__init__(message)
        self.edge = edge


@dataclass
class Wiring:
    """The directed links of a network and the capacity of each constraint.

    Attributes:
        names: Node names; a node's id is its place.
        links: Directed links; a link's index is its place.
        between: The link from one node id to another.
        capacity: ``C_j`` by constraint id: bit/s for a wire, airtime (1) for a cell.
    """

    names: list[str]
    tiers: list[str]
    links: list[Link] = field(default_factory=list)
    between: dict[tuple[int, int], Link] = field(default_factory=dict)
    capacity: dict[int, float] = field(default_factory=dict)

    def neighbours(self, node: int) -> list[int]:
        """Return the ids of the nodes one link away, in id order."""
        return self._neighbours[node]

    def __post_init__(self) -> None:
        self._neighbours: list[list[int]] = [[] for _ in self.names]

    def add_constraint(self, capacity: float) -> int:
        """Add a constraint and return its id."""
        self.capacity[len(self.capacity)] = capacity
        return len(self.capacity) - 1

    def add_link(self, source: int, target: int, **figures: Any) -> None:
        """Add a directed link between two nodes; ``figures`` are the rest of `Link`."""
        link_class = class_of(self.tiers[source], self.tiers[target])
        link = Link(index=len(self.links), source=source, target=target, link_class=link_class, **figures)
        self.links.append(link)
        self.between[source, target] = link
        insort(self._neighbours[source], target)


def wire(
    graph: "nx.Graph[str]",
    classes: Mapping[str, LinkClass],
    cell: Cell | None,
    stream: Callable[..., np.random.Generator],
) -> Wiring:
    """Make the links of a checked topology.

    A wire takes its rate, delay and duplex from its edge, else from its class. A radio edge takes both its rates from
    the link budget at its length, with line of sight and shadowing from the link's own stream; all radio links of a
    site share its airtime.

    Args:
        graph: Nodes with ``tier``; edges with ``medium`` and what they say themselves.
        classes: Defaults by section: access, backhaul, core, d2d.
        cell: The radio of every site; needed where there are radio edges.
        stream: Random streams by name.

    Raises:
        WiringError: A device is out of its site's reach, or a radio edge has no cell.
    """
    wiring = Wiring(list(graph), [graph.nodes[name]["tier"] for name in graph])
    index = {name: position for position, name in enumerate(wiring.names)}
    cells: dict[int, dict[str, int]] = {}
    for a, b, edge in graph.edges(data=True):
        if edge.get("medium", "wire") == "wire":
            _add_wire(wiring, index[a], index[b], edge, classes)
            continue
        if cell is None:
            raise WiringError((a, b), f"the radio link {a} - {b} needs a cells section")
        site = index[b] if wiring.tiers[index[a]] == "device" else index[a]
        constraints = cells.setdefault(site, {}) or _open_cell(wiring, cells, site, cell)
        _add_radio(wiring, index[a], index[b], site, constraints, cell, graph, stream)
    return wiring


def _add_wire(wiring: Wiring, a: int, b: int, edge: Mapping[str, Any], classes: Mapping[str, LinkClass]) -> None:
    forward_class = class_of(wiring.tiers[a], wiring.tiers[b])
    default = classes[section_of(forward_class)]
    rate_bps, delay_s = float(edge.get("rate_bps", default.rate_bps)), float(edge.get("delay_s", default.delay_s))
    forward = wiring.add_constraint(rate_bps)
    backward = forward if edge.get("duplex", default.duplex) == "half" else wiring.add_constraint(rate_bps)
    for source, target, constraint in ((a, b, forward), (b, a, backward)):
        wiring.add_link(
            source,
            target,
            constraint=constraint,
            coefficient=1.0,
            rate_bps=rate_bps,
            delay_s=delay_s,
            power_idle_w=default.power_idle_w,
            power_busy_w=default.power_busy_w,
            radio=False,
        )


def _open_cell(wiring: Wiring, cells: dict[int, dict[str, int]], site: int, cell: Cell) -> dict[str, int]:
    shares = cell.airtime_shares
    if shares is None:
        cells[site] = dict.fromkeys(("down", "up"), wiring.add_constraint(1.0))
    else:
        cells[site] = {"down": wiring.add_constraint(shares[0]), "up": wiring.add_constraint(shares[1])}
    return cells[site]


def _add_radio(
    wiring: Wiring,
    a: int,
    b: int,
    site: int,
    constraints: Mapping[str, int],
    cell: Cell,
    graph: "nx.Graph[str]",
    stream: Callable[..., np.random.Generator],
) -> None:
    device = b if site == a else a
    names = wiring.names
    ends = graph.nodes[names[site]], graph.nodes[names[device]]
    distance_m = float(np.hypot(ends[0]["x_m"] - ends[1]["x_m"], ends[0]["y_m"] - ends[1]["y_m"]))
    channel = draw_channel(cell, distance_m, stream("link", names[device], names[site]))
    for source, target in ((a, b), (b, a)):
        direction: Any = "down" if source == site else "up"
        budget = link_budget(cell, distance_m, los=channel.los, shadow_db=channel.shadow_db, direction=direction)
        rate_bps = float(budget.rate_bps)
        if rate_bps <= 0:
            sight = "with" if channel.los else "without"
            raise WiringError(
                (names[a], names[b]),
                f"{names[device]} is out of reach of {names[site]}: {distance_m:.0f} m {sight} line of sight leave an "
                f"SNR of {float(budget.snr_db):.1f} dB {direction}link, too little for any rate; move it closer, raise "
                "the power or the antenna gain, or use another seed",
            )
        power_dbm = cell.site_power_dbm if direction == "down" else cell.device_power_dbm
        wiring.add_link(
            source,
            target,
            constraint=constraints[direction],
            coefficient=1.0 / rate_bps,
            rate_bps=rate_bps,
            delay_s=cell.delay_s,
            power_idle_w=0.0,
            power_busy_w=10 ** (power_dbm / 10 - 3) / cell.amplifier_efficiency,
            radio=True,
        )
