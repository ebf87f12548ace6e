"""Which links a transfer takes: by its source route, or by the forwarding tables."""

from collections.abc import Iterable
from itertools import pairwise

from .closures import Closures
from .links import Link
from .routing import ForwardingTables, NoRoute
from .transfer import Transfer
from .way import Way
from .wiring import Wiring

MANY = 100_000  # ways kept at a time


class Ways:
    """Finds ways over the links there are now; a source route is kept to even where it is longer.

    What was asked for twice is kept until the tables are worked out anew.
    """

    def __init__(self, wiring: Wiring, tables: ForwardingTables, down: Closures) -> None:
        self._between, self._tables, self._down = wiring.between, tables, down
        self._alone: dict[int, Way] = {}
        self._whole: dict[tuple[int, ...], Way | None] = {}
        self._routed: dict[tuple[int, ...], Way | None] = {}
        self._version = tables.version

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
        following = transfer.via[len(transfer.via) - transfer.via[::-1].index(node)]
        return self._routed_links(transfer, [(node, following)])[0]

    def _routed_links(self, transfer: Transfer, ends: Iterable[tuple[int, int]]) -> list[Link]:
        """Return the links of a part of a source route."""
        links, between, down = [], self._between, self._down
        for pair in ends:
            link = between.get(pair)
            if link is None or link.index in down:
                raise NoRoute(f"the source route of transfer {transfer.number} has no link from node {pair[0]}")
            links.append(link)
        return links

    def whole(self, transfer: Transfer) -> Way:
        """Return the way from a transfer's source to its target; it has no links if these are one node.

        Raises:
            NoRoute: A link is missing, or that of the source route is down.
        """
        if self._version != self._tables.version:
            self._whole.clear()
            self._routed.clear()
            self._version = self._tables.version
        via = transfer.via
        known, nodes = (self._whole, (transfer.source, transfer.target)) if via is None else (self._routed, via)
        way = known.get(nodes)
        if way is None:
            if len(known) >= MANY:
                known.clear()
            way = Way(self._links(transfer))
            known[nodes] = way if nodes in known else None
        return way

    def _links(self, transfer: Transfer) -> list[Link]:
        if transfer.via is not None:
            return self._routed_links(transfer, pairwise(transfer.via))
        links, node = [], transfer.source
        while node != transfer.target:
            links.append(self.next_link(transfer, node))
            node = links[-1].target
        return links
