"""The next-hop policies that a scenario can choose."""

from .bandit import Bandit
from .controller import Controller
from .cyclic_order import CyclicOrder
from .least_recent import LeastRecent
from .link_aware import LinkAware
from .metropolis_hastings import MetropolisHastings
from .mixture import Mixture
from .novelty import Novelty
from .policy import Policy
from .random_walk import RandomWalk

POLICIES: dict[str, type[Policy]] = {
    "random": RandomWalk,
    "least-recent": LeastRecent,
    "metropolis-hastings": MetropolisHastings,
    "cyclic": CyclicOrder,
    "novelty": Novelty,
    "bandit": Bandit,
    "link-aware": LinkAware,
    "mixture": Mixture,
    "controller": Controller,
}
