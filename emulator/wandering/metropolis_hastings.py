"""MetropolisHastings: a walk that visits all nodes equally often."""

from dataclasses import dataclass

from .outlook import Hop, Outlook
from .policy import Policy


@dataclass(frozen=True)
class MetropolisHastings(Policy):
    """A random walk that, in the long run, visits all nodes equally often: it stays where a step leads to a hub.

    A uniformly drawn neighbour is taken with probability min(1, own degree / its degree), else the packet stays and is
    trained again, which counts as a visit (Metropolis et al. 1953; Hastings 1970). A node without data that keeps a
    packet waits a moment and draws again. Degrees come with beacons; one not heard of counts as of equal degree.
    """

    @property
    def needs_beacons(self) -> bool:
        """Return that it does: they say how many neighbours a neighbour has."""
        return True

    def choose(self, outlook: Outlook) -> Hop | None:
        """Draw a neighbour and accept it, or stay."""
        neighbours, rng = outlook.neighbours, outlook.node.rng
        drawn = neighbours[int(rng.integers(len(neighbours)))]
        degree = outlook.heard[drawn].degree if drawn in outlook.heard else None
        accepted = rng.random() < len(neighbours) / (degree or len(neighbours))
        return Hop(drawn) if accepted else None
