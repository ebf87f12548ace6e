"""Which links a transfer takes: by its source route, or by the forwarding tables."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .closures import Closures
from .links import Link
from .routing import ForwardingTables, NoRoute
from .transfer import SourceRoute, Transfer
from .way import Way
from .wiring import Wiring

MANY = 100_000  # ways kept at a time


class Ways:
    """Finds ways over the links there are now; a source route is kept to even where it is longer.

    What was found is kept until the tables are worked out anew.
    """

    def __init__(self, wiring: Wiring, tables: ForwardingTables, down: Closures) -> None:
        self._between, self._tables, self._down = wiring.between, tables, down
        self._routes: dict[tuple[int, ...], SourceRoute] = {}
        self._alone: dict[int, Way] = {}
        self._whole: dict[tuple[int, int, SourceRoute | None], Way] = {}
        self._version = tables.version

    def route(self, source: int, via: Sequence[int], target: int) -> SourceRoute:
        """Return the source route over nodes between source and target."""
        nodes = (source, *via, target)
        route = self._routes.get(nodes)
        if route is None:
            _bound(self._routes)
            route = self._routes[nodes] = SourceRoute(dict(pairwise(nodes)))
        return route

    def over(self, link: Link) -> Way:
        """Return the way over one link."""
        way = self._alone.get(link.index)
        if way is None:
            way = self._alone[link.index] = Way([link])
        return way

    def next_link(self, transfer: Transfer, node: int) -> Link:
        """Return the link that a transfer takes from a node.

        Raises:
            NoRoute: There is none, or that of the source route is down.
        """
        if transfer.via is None:
            return self._between[node, self._tables.next_hop(node, transfer.target)]
        link = self._between.get((node, transfer.via.after[node]))
        if link is None or link.index in self._down:
            raise NoRoute(f"the source route of transfer {transfer.number} has no link from node {node}")
        return link

    def whole(self, transfer: Transfer) -> Way:
        """Return the way from a transfer's source to its target; it has no links if these are one node.

        Raises:
            NoRoute: A link is missing, or that of the source route is down.
        """
        if self._version != self._tables.version:
            self._whole.clear()
            self._version = self._tables.version
        ends = transfer.source, transfer.target, transfer.via
        way = self._whole.get(ends)
        if way is None:
            _bound(self._whole)
            way = self._whole[ends] = Way(self._links(transfer))
        return way

    def _links(self, transfer: Transfer) -> list[Link]:
        links, node = [], transfer.source
        while node != transfer.target:
            links.append(self.next_link(transfer, node))
            node = links[-1].target
        return links


def _bound(kept: dict[Any, Any]) -> None:
    """Forget what was found, if that is much."""
    if len(kept) >= MANY:
        kept.clear()
