"""Mixture: several policies, weighed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from .bandit import Bandit, Price
from .link_aware import LinkAware
from .novelty import Novelty
from .outlook import Outlook
from .policy import Scored


@dataclass(frozen=True)
class Mixture(Scored):
    """The neighbour with the highest weighted sum of scores, each brought to 0 for the worst and 1 for the best."""

    unseen: Annotated[float, "Weight of how long the packet has not been there.", Ge(0)] = 1.0
    novelty: Annotated[float, "Weight of how new the data are.", Ge(0)] = 0.0
    gain: Annotated[float, "Weight of the accuracy that was won there, for what a visit takes.", Ge(0)] = 0.0
    speed: Annotated[float, "Weight of how fast the packet gets there.", Ge(0)] = 0.0
    per: Annotated[Price, "What a gain is set against."] = "second"

    def __post_init__(self) -> None:
        """Refuse a mixture of nothing."""
        if not any((self.unseen, self.novelty, self.gain, self.speed)):
            raise ValueError("all weights are zero; give one of unseen, novelty, gain and speed more than that")
        if self.per != "second" and not self.gain:
            raise ValueError(
                "'per' is what a gain is set against, and 'gain' has no weight: give it one, or leave it out"
            )

    @property
    def needs_beacons(self) -> bool:
        """Return whether novelty or gain has a weight."""
        return bool(self.novelty or self.gain)

    @property
    def needs_gain(self) -> bool:
        """Return whether it has a weight."""
        return bool(self.gain)

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the weighted sums."""
        parts = (
            (self.unseen, outlook.unseen_for),
            (self.novelty, lambda: Novelty().scores(outlook)),
            (self.gain, lambda: Bandit(self.per).gains(outlook)),
            (self.speed, lambda: LinkAware().scores(outlook)),
        )
        weighed = [(weight, _from_zero_to_one(scores())) for weight, scores in parts if weight]
        return {
            name: math.fsum(weight * scores.get(name, 0.0) for weight, scores in weighed) for name in outlook.neighbours
        }


def _from_zero_to_one(scores: Mapping[str, float]) -> Mapping[str, float]:
    """Return scores over their range; 0 where all are the same or infinite."""
    finite = [score for score in scores.values() if math.isfinite(score)]
    least, span = min(finite, default=0.0), max(finite, default=0.0) - min(finite, default=0.0)
    return {name: (score - least) / span if span and math.isfinite(score) else 0.0 for name, score in scores.items()}
