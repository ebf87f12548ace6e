"""LeastRecent: to the neighbour not seen for the longest time."""

from collections.abc import Mapping
from dataclasses import dataclass

from .outlook import Outlook
from .policy import Scored


@dataclass(frozen=True)
class LeastRecent(Scored):
    """The neighbour that the packet has not seen for the longest time, by the visits its header remembers."""

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the same for all: the rule for equal scores is the policy."""
        return dict.fromkeys(outlook.neighbours, 0.0)
