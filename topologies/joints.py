"""Where links meet, found from the routes that run over them."""

from dataclasses import dataclass

from .errors import TopologyError

Slot = tuple[str, int]
"""One of the two ends of a link: its name, and 0 or 1."""


@dataclass(frozen=True)
class Route:
    """A row of links from one point to another."""

    source: str
    target: str
    links: tuple[str, ...]


def joined(routes: list[Route], points: list[str]) -> dict[str, tuple[str, str]]:
    """Return the two ends of each link that a route runs over: a point, or `junction1`, `junction2`, ...

    A route is walked from both its ends inwards: a link that nobody has walked yet starts where the walk stands; of a
    link that has been walked, the end at which the walk stands shows the direction. A route whose middle cannot be told
    yet waits until others have been walked.

    Raises:
        TopologyError: The routes contradict each other, or leave it open how their links are joined.
    """
    joints = _Joints(points)
    waiting = sorted(routes, key=lambda route: len(route.links))
    while waiting:
        walked = joints.links
        left = [route for route in waiting if not joints.walk(route)]
        if len(left) == len(waiting) and walked == joints.links:
            route = left[0]
            raise TopologyError(
                f"the route from {route.source!r} to {route.target!r} leaves it open which ends of its links meet; add "
                "routes over single links, or routers between them"
            )
        waiting = left
    return joints.ends()


class _Joints:
    """Ends of links and points, grouped by what is at the same place (a union-find)."""

    def __init__(self, points: list[str]) -> None:
        self._points = set(points)
        self._parents: dict[str | Slot, str | Slot] = {name: name for name in points}
        self._links: list[str] = []

    @property
    def links(self) -> int:
        """Return the number of links that have been walked."""
        return len(self._links)

    def walk(self, route: Route) -> bool:
        """Join the links of a route and return True, or return False while its middle is open."""
        links = list(route.links)
        if not links:
            raise TopologyError(f"the route from {route.source!r} to {route.target!r} has no link")
        here: str | Slot = route.source
        there: str | Slot = route.target
        while links:
            if (step := self._step(here, links[0])) is not None:
                here, links = step, links[1:]
            elif (step := self._step(there, links[-1])) is not None:
                there, links = step, links[:-1]
            else:
                return False
        self._unite(here, there, route)
        return True

    def ends(self) -> dict[str, tuple[str, str]]:
        """Return the ends of the links, in the order in which they were first walked."""
        names: dict[str | Slot, str] = {self._root(name): name for name in sorted(self._points)}
        junctions = 0
        for slot in ((link, side) for link in self._links for side in (0, 1)):
            if self._root(slot) not in names:
                junctions += 1
                while f"junction{junctions}" in self._points:
                    junctions += 1
                names[self._root(slot)] = f"junction{junctions}"
        return {link: (names[self._root((link, 0))], names[self._root((link, 1))]) for link in self._links}

    def _step(self, here: str | Slot, link: str) -> Slot | None:
        """Return the other end of a link from here; None if no end of it is known to be here."""
        if (link, 0) not in self._parents:
            self._links.append(link)
            self._parents |= {(link, 0): self._root(here), (link, 1): (link, 1)}
            return link, 1
        for side in (0, 1):
            if self._root((link, side)) == self._root(here):
                return link, 1 - side
        return None

    def _unite(self, first: str | Slot, second: str | Slot, route: Route) -> None:
        """Note that two are at the same place."""
        one, other = self._root(first), self._root(second)
        if isinstance(one, str) and isinstance(other, str) and one != other:
            raise TopologyError(
                f"the route from {route.source!r} to {route.target!r} contradicts others: its links would join {one!r} "
                f"and {other!r} at one place"
            )
        # A point stays the root of its place, so that two points at one place are seen.
        self._parents.update({one: other} if isinstance(other, str) else {other: one})

    def _root(self, member: str | Slot) -> str | Slot:
        """Return what stands for the place of a point or an end."""
        while self._parents[member] != member:
            self._parents[member] = self._parents[self._parents[member]]
            member = self._parents[member]
        return member
