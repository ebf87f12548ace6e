"""Forwarding tables: which neighbour a packet goes to next."""

from heapq import heappop, heappush

from .wiring import Wiring


class NoRoute(Exception):  # noqa: N818 - it names what a network says, as SimPy's Interrupt does
    """There is no way from a node to a destination."""


class ForwardingTables:
    """Shortest paths by number of hops, then by delay, then by the lower node id; one tree a destination, kept."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._trees: dict[int, dict[int, int]] = {}

    def next_hop(self, node: int, destination: int) -> int:
        """Return the neighbour that is next on the way.

        Raises:
            NoRoute: The destination cannot be reached from here.
        """
        tree = self._trees.get(destination)
        if tree is None:
            tree = self._trees[destination] = self._tree_to(destination)
        try:
            return tree[node]
        except KeyError:
            names = self._wiring.names
            raise NoRoute(f"no route from {names[node]} to {names[destination]}") from None

    def route(self, source: int, destination: int) -> list[int]:
        """Return the nodes of the whole way, both ends included.

        Raises:
            NoRoute: The destination cannot be reached.
        """
        path = [source]
        while path[-1] != destination:
            path.append(self.next_hop(path[-1], destination))
        return path

    def _tree_to(self, destination: int) -> dict[int, int]:
        """Return each node's next hop towards the destination (Dijkstra, from the destination outwards)."""
        tree: dict[int, int] = {}
        reached = {destination}
        frontier: list[tuple[int, float, int, int]] = []

        def look_around(node: int, hops: int, delay_s: float) -> None:
            for neighbour in self._wiring.neighbours(node):
                if neighbour not in reached:
                    towards = self._wiring.between[neighbour, node]
                    heappush(frontier, (hops + 1, delay_s + towards.delay_s, node, neighbour))

        look_around(destination, 0, 0.0)
        while frontier:
            hops, delay_s, via, node = heappop(frontier)
            if node not in reached:
                reached.add(node)
                tree[node] = via
                look_around(node, hops, delay_s)
        return tree
