"""Wandering: how packets without a centre find their way, and what nodes tell each other for it.

Policy             a next-hop policy; POLICIES has all by name
Outlook, Hop       what a policy knows when it chooses, and what it answers

RandomWalk         any neighbour
LeastRecent        the neighbour not seen for the longest time
MetropolisHastings a walk that visits all nodes equally often
CyclicOrder        all holders of data, in a fixed order
Novelty            whose data the model has not seen
Bandit             where accuracy has grown most per second, byte or joule
LinkAware          over the fastest link
Mixture            several of these, weighed
Controller         a tour that one node computes for all

Beacons            that nodes tell their neighbours of themselves, and how often
Advertisement      what a node tells; Neighbourhood keeps what it has heard, Experience what it has seen packets gain
Admission          which models a node trains; Until: when training has converged
Growth             when a model becomes larger, and how
Teaching           how models that meet teach each other
Host               what a node does with the packets that come by
"""

from .admission import Admission
from .advertisement import Advertisement
from .bandit import Bandit
from .beacons import Beacons
from .controller import Controller
from .cyclic_order import CyclicOrder
from .experience import Experience
from .growth import Growth
from .least_recent import LeastRecent
from .link_aware import LinkAware
from .metropolis_hastings import MetropolisHastings
from .mixture import Mixture
from .neighbourhood import Neighbourhood
from .novelty import Novelty
from .outlook import Hop, Outlook
from .policies import POLICIES
from .policy import Policy
from .random_walk import RandomWalk
from .teaching import Teaching
from .until import Until

__all__ = [
    "POLICIES",
    "Admission",
    "Advertisement",
    "Bandit",
    "Beacons",
    "Controller",
    "CyclicOrder",
    "Experience",
    "Growth",
    "Hop",
    "LeastRecent",
    "LinkAware",
    "MetropolisHastings",
    "Mixture",
    "Neighbourhood",
    "Novelty",
    "Outlook",
    "Policy",
    "RandomWalk",
    "Teaching",
    "Until",
]
