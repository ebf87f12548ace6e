"""Neighbourhood: what a node has heard of others lately."""

from collections.abc import Mapping

from .advertisement import Advertisement


class Neighbourhood:
    """The latest advertisement of each node that was heard of.

    Args:
        own: Name of the node that listens; what others relay of it does not count.
        lasts_s: For how long an advertisement counts; a node that has been silent for longer is gone [s].
    """

    def __init__(self, own: str, lasts_s: float) -> None:
        self._own, self._lasts_s = own, lasts_s
        self._heard: dict[str, Advertisement] = {}

    def __repr__(self) -> str:
        return f"<Neighbourhood of {self._own}: {', '.join(self._heard) or 'nobody'}>"

    def take(self, heard: Advertisement) -> None:
        """Keep an advertisement, unless what is known is newer, or as new and from nearer by."""
        known = self._heard.get(heard.node)
        if heard.node != self._own and (known is None or (heard.time_s, -heard.hops) >= (known.time_s, -known.hops)):
            self._heard[heard.node] = heard

    def at(self, now_s: float) -> Mapping[str, Advertisement]:
        """Return what counts at a time [s], by node; what is too old is forgotten."""
        self._heard = {name: heard for name, heard in self._heard.items() if 0 <= now_s - heard.time_s <= self._lasts_s}
        return self._heard
