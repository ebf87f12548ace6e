"""RandomWalk: to any neighbour."""

from dataclasses import dataclass

from .outlook import Hop, Outlook
from .policy import Policy


@dataclass(frozen=True)
class RandomWalk(Policy):
    """A simple random walk: any neighbour, all alike. In the long run it visits nodes in proportion to their degree.

    Lovasz, "Random walks on graphs: a survey", 1993, section 1.
    """

    def choose(self, outlook: Outlook) -> Hop | None:
        """Draw a neighbour."""
        neighbours = outlook.neighbours
        return Hop(neighbours[int(outlook.node.rng.integers(len(neighbours)))])
