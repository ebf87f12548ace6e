"""Nodes that stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .legs import Area, Leg, Place
from .mobility import Mobility


@dataclass(frozen=True, kw_only=True)
class Static(Mobility):
    """Nodes that stay where the topology places them."""

    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield the one place."""
        yield Leg(0.0, *start_m)
