"""From a graph and its classes to directed links and the constraints they share."""

import math
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np

from .links import Link, LinkClass, class_of, section_of
from .radio import Cell, Sidelink
from .radio_links import Attachment, OutOfReach, RadioLinks


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
        radio: The links of the air, and where nodes are.
        capacity: ``C_j`` by constraint id: bit/s for a wire, airtime (1) for a cell or a device's sidelinks.
    """

    names: list[str]
    tiers: list[str]
    links: list[Link] = field(default_factory=list)
    between: dict[tuple[int, int], Link] = field(default_factory=dict)
    capacity: dict[int, float] = field(default_factory=dict)
    radio: RadioLinks = field(default_factory=RadioLinks)

    def id_of(self, name: str) -> int:
        """Return the id of the node of a name.

        Raises:
            ValueError: There is none.
        """
        node = self._ids.get(name)
        if node is None:
            raise ValueError(f"{name!r} is no node of this network")
        return node

    def neighbours(self, node: int) -> list[int]:
        """Return the ids of the nodes one link away, in id order."""
        return self._neighbours[node]

    def __post_init__(self) -> None:
        self._neighbours: list[list[int]] = [[] for _ in self.names]
        self._ids = {name: node for node, name in enumerate(self.names)}

    def add_constraint(self, capacity: float) -> int:
        """Add a constraint and return its id."""
        self.capacity[len(self.capacity)] = capacity
        return len(self.capacity) - 1

    def add_link(self, source: int, target: int, **figures: Any) -> Link:
        """Add a directed link between two nodes and return it; ``figures`` are the rest of `Link`."""
        link_class = class_of(self.tiers[source], self.tiers[target])
        link = Link(index=len(self.links), source=source, target=target, link_class=link_class, **figures)
        self.links.append(link)
        self.between[source, target] = link
        insort(self._neighbours[source], target)
        return link

    def rehome(self, attachment: Attachment, site: int) -> None:
        """Let a device's radio links lead to another site, and share the airtime there."""
        device, old = attachment.device, attachment.site
        for source, target in ((old, device), (device, old)):
            del self.between[source, target]
            self._neighbours[source].remove(target)
        constraints = self.radio.open_cell(self, site)
        attachment.down.lead(site, device, (constraints["down"],))
        attachment.up.lead(device, site, (constraints["up"],))
        for link in (attachment.down, attachment.up):
            self.between[link.source, link.target] = link
            insort(self._neighbours[link.source], link.target)


def wire(
    graph: "nx.Graph[str]",
    classes: Mapping[str, LinkClass],
    cell: Cell,
    sidelink: Sidelink,
    stream: Callable[..., np.random.Generator],
    *,
    reach: bool = True,
) -> Wiring:
    """Make the links of a checked topology.

    A wire takes its rate, delay, duplex, sharing and loss from its edge, else from its class. A radio edge takes both
    its rates from the link budget at its length, with line of sight and shadowing from the link's own stream; all radio
    links of a site share its airtime, and the sidelinks of a device share the device's.

    Args:
        graph: Nodes with ``tier``; edges with ``medium`` and what they say themselves.
        classes: Defaults by section: access, backhaul, core, d2d.
        cell: The radio of every site.
        sidelink: The radio between devices.
        stream: Random streams by name.
        reach: Whether a radio link that has no rate is refused; where nodes move it may have one later.

    Raises:
        WiringError: A device is out of its site's reach, or of another's.
    """
    places = [(node.get("x_m", math.nan), node.get("y_m", math.nan)) for _, node in graph.nodes(data=True)]
    radio = RadioLinks(cell, sidelink, np.array(places, dtype=float).reshape(-1, 2))
    wiring = Wiring(list(graph), [graph.nodes[name]["tier"] for name in graph], radio=radio)
    for first, second, edge in graph.edges(data=True):
        a, b = wiring.id_of(first), wiring.id_of(second)
        if edge.get("medium", "wire") == "wire":
            _add_wire(wiring, a, b, edge, classes)
            continue
        among_devices = {wiring.tiers[a], wiring.tiers[b]} == {"device"}
        add = radio.join if among_devices else radio.attach
        try:
            add(wiring, a, b, stream, reach=reach)
        except OutOfReach as problem:
            raise WiringError((first, second), str(problem)) from None
    return wiring


def _add_wire(wiring: Wiring, a: int, b: int, edge: Mapping[str, Any], classes: Mapping[str, LinkClass]) -> None:
    forward_class = class_of(wiring.tiers[a], wiring.tiers[b])
    default = classes[section_of(forward_class)]
    rate_bps, delay_s = float(edge.get("rate_bps", default.rate_bps)), float(edge.get("delay_s", default.delay_s))
    loss = float(edge.get("loss", default.loss))
    forward, backward = _share_wire(wiring, rate_bps, edge, default)
    for source, target, constraints in ((a, b, forward), (b, a, backward)):
        wiring.add_link(
            source,
            target,
            constraints=constraints,
            coefficient=1.0 / (1.0 - loss),
            rate_bps=rate_bps * (1.0 - loss),
            delay_s=delay_s,
            power_idle_w=default.power_idle_w,
            power_busy_w=default.power_busy_w,
            radio=False,
            loss=loss,
        )


def _share_wire(
    wiring: Wiring, rate_bps: float, edge: Mapping[str, Any], default: LinkClass
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the constraints of both directions of a wire."""
    if edge.get("sharing", default.sharing) == "unshared":
        return (), ()
    forward = (wiring.add_constraint(rate_bps),)
    half = edge.get("duplex", default.duplex) == "half"
    return forward, forward if half else (wiring.add_constraint(rate_bps),)
