"""MetropolisHastings: a walk that visits all nodes equally often."""

from dataclasses import dataclass

from .outlook import Hop, Outlook
from .policy import Policy

_DRAWS_MOST = 1000  # a neighbour that lies about its degree holds nobody up


@dataclass(frozen=True)
class MetropolisHastings(Policy):
    """A random walk that, in the long run, visits all nodes equally often: it stays where a step leads to a hub.

    A uniformly drawn neighbour is taken with probability min(1, own degree / its degree), else the packet stays and is
    trained again, which counts as a visit (Metropolis et al. 1953; Hastings 1970). At a node without data there is
    nothing to stay for: it draws again at once, which leaves the frequencies of all other nodes as they are.

    The degree of a node is the number of its links, whether anybody is heard over them or not, at both ends: then
    each step is as likely as the one back, and the walk is uniform on the nodes that are alive, too. The degrees of
    neighbours come with beacons. One that has fallen silent is drawn as any other, and not taken; before any was heard
    all count as of equal degree.
    """

    @property
    def needs_beacons(self) -> bool:
        """Return that it does: they say how many neighbours a neighbour has."""
        return True

    def choose(self, outlook: Outlook) -> Hop | None:
        """Draw a neighbour and accept it, or stay."""
        for _ in range(1 if outlook.node.samples else _DRAWS_MOST):
            hop = self._step(outlook)
            if hop is not None:
                return hop
        return None

    def _step(self, outlook: Outlook) -> Hop | None:
        linked, alive, rng = outlook.node.neighbours, outlook.neighbours, outlook.node.rng
        drawn = linked[int(rng.integers(len(linked)))]
        degree = outlook.heard[drawn].degree if drawn in outlook.heard else None
        accepted = rng.random() < len(linked) / (degree or len(linked))
        return Hop(drawn) if accepted and drawn in alive else None
