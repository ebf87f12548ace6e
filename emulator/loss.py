"""Bursts of loss on links: the two-state channel of Gilbert and Elliott.

What is lost is sent again until it arrives, so a state that receives a share of what is sent gives that share of the
rate; a state that receives nothing is an outage, after which everything goes on where it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from .changes import Change
from .links import SomeLinks


@dataclass(frozen=True, kw_only=True)
class GilbertElliott(SomeLinks):
    """A link that is good or bad for a whole number of slots, as a Markov chain decides at the end of each.

    The first state is drawn from the chain's stationary law, so that the mean loss holds at all times.

    Sources: Gilbert, Capacity of a burst-noise channel, Bell System Technical Journal 39 (1960), where ``k`` is 1;
    Elliott, Estimates of error rates for codes on burst-noise channels, ibid. 42 (1963).
    """

    p: Annotated[float, "Probability, at the end of a slot, that a good link becomes bad.", Gt(0), Le(1)]
    r: Annotated[float, "Probability, at the end of a slot, that a bad link becomes good.", Gt(0), Le(1)]
    slot_s: Annotated[float, "Length of a slot.", Gt(0)]
    k: Annotated[
        float, "Share of what is sent that arrives while the link is good; 1 as Gilbert has it.", Gt(0), Le(1)
    ] = 1.0
    h: Annotated[
        float,
        "Share of what is sent that arrives while it is bad; 0, an outage, is the simple Gilbert model.",
        Ge(0),
        Le(1),
    ] = 0.0
    directions: Annotated[
        Literal["together", "apart"], "Whether both directions of a link have one state, or each its own."
    ] = "together"

    @property
    def loss(self) -> float:
        """Return the share of the time-mean that is lost: pB (1 - h) + pG (1 - k), with pB = p / (p + r)."""
        bad = self.p / (self.p + self.r)
        return bad * (1.0 - self.h) + (1.0 - bad) * (1.0 - self.k)

    def changes(self, rng: np.random.Generator) -> Iterator[Change]:
        """Yield each beginning of a state, without end; slots in one are geometric, with mean 1 / p or 1 / r."""
        bad, slot = bool(rng.random() < self.p / (self.p + self.r)), 0
        while True:
            yield Change(slot * self.slot_s, received=self.h if bad else self.k)
            slot += int(rng.geometric(self.r if bad else self.p))
            bad = not bad
