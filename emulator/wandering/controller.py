"""Controller: a tour that one node computes for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt

from wayfare.emulator.routing import NoRoute

from .advertisement import PRIORITY
from .outlook import Hop, Outlook
from .policy import Policy

if TYPE_CHECKING:
    from wayfare.emulator.methods.method import Program, Roles
    from wayfare.emulator.node import Node


@dataclass(frozen=True)
class Controller(Policy):
    """One node, the server of other methods, computes a tour of all holders of data and sends it to them.

    From each holder the tour goes to the nearest of the rest, by the cost of the forwarding tables (the nearest
    neighbour rule: Rosenkrantz, Stearns and Lewis, SIAM J. Comput. 1977), and at the end back to the first. A packet
    goes to the next of the tour by source route. Until a node has the tour, packets stay there.
    """

    every_s: Annotated[float | None, "Time after which the tour is computed anew; by default it never is.", Gt(0)] = (
        None
    )

    def choose(self, outlook: Outlook) -> Hop | None:
        """Return the next of the tour that can be reached, and the way."""
        node = outlook.node
        tour: Sequence[str] = node.store.get("tour", ())
        start = tour.index(node.name) + 1 if node.name in tour else 0
        for name in (*tour[start:], *tour[:start]):
            if name == node.name or name in outlook.shunned:
                continue
            try:
                return Hop(name, node.route(name)[1:-1])
            except NoRoute:
                continue
        return None

    def beside(self, node: "Node", roles: "Roles") -> "Program | None":
        """Return the controller's program, at the server."""
        return self.control(node, roles.holders) if node.name == roles.server else None

    def control(self, node: "Node", holders: Sequence[str]) -> "Program":
        """Compute the tour and send it, as bytes that count, once or again and again."""
        while True:
            tour = nearest_neighbour_tour(holders, node.cost_between)
            for name in tour:
                if name == node.name:
                    node.store["tour"] = tour
                else:
                    node.send(name, node.beacon({"tour": [node.id_of(stop) for stop in tour]}, priority=PRIORITY))
            if self.every_s is None:
                return
            yield node.wait(self.every_s)


def nearest_neighbour_tour(names: Sequence[str], cost: Callable[[str, str], float]) -> tuple[str, ...]:
    """Return names in the order in which each is the nearest of the rest to the one before; the first comes first.

    Of equally near ones the first is taken. Who cannot be reached from the last one comes at the end.
    """
    tour, rest = list(names[:1]), list(names[1:])
    while rest:
        tour.append(min(rest, key=lambda name: _cost(cost, tour[-1], name)))
        rest.remove(tour[-1])
    return tuple(tour)


def _cost(cost: Callable[[str, str], float], first: str, second: str) -> float:
    try:
        return cost(first, second)
    except NoRoute:
        return float("inf")
