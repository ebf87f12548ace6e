"""LinkAware: over the fastest link."""

from collections.abc import Mapping
from dataclasses import dataclass

from .outlook import Outlook
from .policy import Scored


@dataclass(frozen=True)
class LinkAware(Scored):
    """The neighbour to which the packet alone would take the least time: size over rate, plus delay.

    By itself it may go back and forth over one fast link; in a mixture it does not.
    """

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the time to each neighbour, less is more [s]."""
        return {name: -outlook.seconds_to(name) for name in outlook.neighbours}
