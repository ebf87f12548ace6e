"""CyclicOrder: all holders of data, in a fixed order."""

from dataclasses import dataclass

from wayfare.emulator.routing import NoRoute

from .outlook import Hop, Outlook
from .policy import Policy


@dataclass(frozen=True)
class CyclicOrder(Policy):
    """All holders of data, one after another by their ids, over as many links as it takes.

    Cyclic weight transfer (Chang et al., JAMIA 2018) with many models at once. Who is out of reach is left out, and
    where no other can be reached the packet stays.
    """

    def choose(self, outlook: Outlook) -> Hop | None:
        """Return the next holder that can be reached."""
        name, order = outlook.node.name, list(outlook.holders)
        start = order.index(name) + 1 if name in order else 0
        for holder in (*order[start:], *order[:start]):
            if holder != name and _reachable(outlook, holder):
                return Hop(holder)
        return None


def _reachable(outlook: Outlook, name: str) -> bool:
    if name in outlook.shunned:
        return False
    try:
        outlook.node.cost(name)
    except NoRoute:
        return False
    return True
