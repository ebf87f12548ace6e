"""Novelty: to whose data the model has not seen."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from .outlook import Outlook
from .policy import Scored


@dataclass(frozen=True)
class Novelty(Scored):
    """Whose data would surprise the model most, by what it has seen and where it has been, as its header says.

    The score of a node is how new the labels of its data are (`measure`), and with `kl` also how rarely the packet has
    been there: minus the logarithm of the node's share of the visits, each node counted once more. Samples of a known
    label may be new, so by labels alone nodes with the usual mixture would starve. The sum is the divergence of the
    node's data from all that was seen, by label and node, as if the two were independent.

    A node without data may lead to what nobody known has: it counts with the newest label that no node heard of offers.
    How far away a node is does not count; `mixture` sets what is new against time. Nodes further than one link are
    known where beacons relay them, and a packet goes there without being trained on the way.
    """

    measure: Annotated[
        Literal["kl", "missing"],
        "How new labels are: the KL divergence of a node's from those seen, each seen once more; or the share of its "
        "samples whose label was never seen, of equal ones who was not visited for longest.",
    ] = "kl"

    @property
    def needs_beacons(self) -> bool:
        """Return that it does: they say who has what data."""
        return True

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return how new the data are of each neighbour, and of all that is known beyond."""
        scores = dict.fromkeys(outlook.neighbours, 0.0)
        known = {name: one for name, one in outlook.heard.items() if name in scores or one.hops > 1}
        visits, beyond = Counter(outlook.packet.visited), self._beyond(outlook)
        for name, heard in known.items():
            if name in outlook.shunned:
                continue
            scores[name] = self.novelty(heard.data, outlook.packet.seen) if any(heard.data) else beyond
            if self.measure == "kl":
                share = (visits[outlook.node.id_of(name)] + 1) / (len(outlook.packet.visited) + len(known))
                scores[name] -= math.log(share)
        return scores

    def novelty(self, data: Sequence[int], seen: Sequence[int]) -> float:
        """Return how new the labels of data are, given samples by kind of them and of all seen [nat, or a share]."""
        total = sum(data)
        known = seen if len(seen) == len(data) else (0,) * len(data)
        if not total:
            return 0.0
        if self.measure == "missing":
            return sum(count for count, met in zip(data, known, strict=True) if not met) / total
        smoothed = sum(known) + len(known)
        return math.fsum(
            count / total * math.log(count / total * smoothed / (met + 1))
            for count, met in zip(data, known, strict=True)
            if count
        )

    def _beyond(self, outlook: Outlook) -> float:
        """Return how new data would be of the newest label that nobody offers; 0 where each is offered."""
        seen = outlook.packet.seen
        offered = {kind for heard in outlook.heard.values() for kind, count in enumerate(heard.data) if count}
        least = min((met for kind, met in enumerate(seen) if kind not in offered), default=None)
        if least is None:
            return 0.0
        return float(not least) if self.measure == "missing" else math.log((sum(seen) + len(seen)) / (least + 1))
