"""Policy: how a node chooses where a packet goes next."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .outlook import Hop, Outlook

if TYPE_CHECKING:
    from wayfare.emulator.methods.method import Program, Roles
    from wayfare.emulator.node import Node


class Policy(ABC):
    """A next-hop policy: a frozen dataclass. It decides at each node anew, by what that node knows."""

    @property
    def needs_beacons(self) -> bool:
        """Return whether it works by what nodes advertise."""
        return False

    @property
    def needs_gain(self) -> bool:
        """Return whether nodes must measure what packets gain by training: each evaluates them before, too."""
        return False

    @abstractmethod
    def choose(self, outlook: Outlook) -> Hop | None:
        """Return where a packet goes next; None: it stays, and is trained again."""

    def beside(self, node: "Node", roles: "Roles") -> "Program | None":
        """Return what a node runs beside, if anything."""
        return None


class Scored(Policy):
    """A policy that takes whoever has the highest score; of equal ones who was not seen for longest; else by lot."""

    @abstractmethod
    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the score of each node that a packet may go to, in a fixed order; at least one."""

    def choose(self, outlook: Outlook) -> Hop | None:
        """Return the best."""
        scores = self.scores(outlook)
        best = max(scores.values())
        return Hop(outlook.least_recent([name for name, score in scores.items() if score == best]))
