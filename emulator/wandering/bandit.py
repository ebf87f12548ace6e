"""Bandit: where accuracy has grown most for what it took."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge

from .advertisement import Advertisement
from .outlook import Outlook
from .policy import Scored

Price = Literal["second", "byte", "joule"]


@dataclass(frozen=True)
class Bandit(Scored):
    """The neighbour with the highest upper confidence bound of its gain: accuracy won a visit, for what a visit takes.

    UCB1 (Auer, Cesa-Bianchi and Fischer, Machine Learning 2002): mean + exploration * sqrt(2 ln N / n), means over the
    best neighbour's so that they lie between 0 and 1. Neighbours advertise what the packets of all nodes have gained
    there, so n counts every visit. Where nobody has been comes first.
    """

    per: Annotated[
        Price, "What a gain is set against: the time of sending and training, the bytes sent, or the energy of both."
    ] = "second"
    exploration: Annotated[float, "Weight of what is uncertain; 1 is UCB1.", Ge(0)] = 1.0

    @property
    def needs_beacons(self) -> bool:
        """Return that it does: they say what was gained where."""
        return True

    @property
    def needs_gain(self) -> bool:
        """Return that it does."""
        return True

    def scores(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the upper confidence bounds."""
        gains = self.gains(outlook)
        visits = {name: outlook.heard[name].experience.visits for name in gains}
        best, total = max([*gains.values(), 0.0]), sum(visits.values())
        scores = dict.fromkeys(outlook.neighbours, math.inf)
        for name, gain in gains.items():
            mean = max(gain, 0.0) / best if best else 0.0
            if visits[name]:
                scores[name] = mean + self.exploration * math.sqrt(2 * math.log(total) / visits[name])
            else:
                scores[name] = math.inf
        return scores

    def gains(self, outlook: Outlook) -> Mapping[str, float]:
        """Return the mean accuracy won at each neighbour heard of, for a second, byte or joule."""
        return {
            name: _mean(heard.experience.gain, heard) / self._price(outlook, name, heard)
            for name, heard in outlook.heard.items()
            if name in outlook.neighbours
        }

    def _price(self, outlook: Outlook, name: str, heard: Advertisement) -> float:
        if self.per == "byte":
            return float(outlook.size_bytes)
        seconds, link = outlook.seconds_to(name), outlook.node.link(name)
        if self.per == "second":
            return seconds + _mean(heard.experience.seconds, heard)
        return (link.power_busy_w - link.power_idle_w) * seconds + _mean(heard.experience.joules, heard)


def _mean(total: float, heard: Advertisement) -> float:
    return total / max(1, heard.experience.visits)
