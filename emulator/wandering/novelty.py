"""Novelty: to whose data the model has not seen."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from .outlook import Outlook
from .policy import Scored


@dataclass(frozen=True)
class Novelty(Scored):
    """Whose data are least like what the packet has seen, by its header and by what nodes advertise, for each link.

    The score of a node is how new its data are, over the number of links to it; nodes further away than one link are
    known where beacons relay them, and a packet goes there without being trained on the way.
    """

    measure: Annotated[
        Literal["kl", "missing"],
        "How new data are: the KL divergence of their labels from those seen, each seen once more; or the share of "
        "samples whose label was never seen.",
    ] = "kl"

    @property
    def needs_beacons(self) -> bool:
        """Return that it does: they say who has what data."""
        return True

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return how new the data are of each neighbour and of all that is known beyond, for each link."""
        scores = dict.fromkeys(outlook.neighbours, 0.0)
        for name, heard in outlook.heard.items():
            if name in scores or heard.hops > 1:
                scores[name] = self.novelty(heard.data, outlook.packet.seen) / heard.hops
        return scores

    def novelty(self, data: Sequence[int], seen: Sequence[int]) -> float:
        """Return how new data are, given samples by kind of them and of what was seen [nat, or a share]."""
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
