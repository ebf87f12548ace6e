"""Which link a transfer takes next: by its source route, or by the forwarding tables."""

from .closures import Closures
from .links import Link
from .routing import ForwardingTables, NoRoute
from .transfer import Transfer
from .wiring import Wiring


class Ways:
    """Finds ways over the links there are now; a source route is kept to even where it is longer."""

    def __init__(self, wiring: Wiring, tables: ForwardingTables, down: Closures) -> None:
        self._between, self._tables, self._down = wiring.between, tables, down

    def next_link(self, transfer: Transfer, node: int) -> Link:
        """Return the link that a transfer takes from a node.

        Raises:
            NoRoute: There is none, or that of the source route is down.
        """
        if not transfer.via:
            return self._between[node, self._tables.next_hop(node, transfer.target)]
        link = self._between.get((node, transfer.via[node]))
        if link is None or link.index in self._down:
            raise NoRoute(f"the source route of transfer {transfer.number} has no link from node {node}")
        return link

    def whole(self, transfer: Transfer) -> list[Link]:
        """Return the links from a transfer's source to its target.

        Raises:
            NoRoute: One is missing, or that of the source route is down.
        """
        links, node = [], transfer.source
        while node != transfer.target:
            links.append(self.next_link(transfer, node))
            node = links[-1].target
        return links
