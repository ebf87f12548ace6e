"""What every kind of movement has: the nodes that move so, and the legs of each."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from .legs import Area, Leg, Place


@dataclass(frozen=True, kw_only=True)
class Mobility(ABC):
    """A way to move, for the nodes that are named or for all nodes of a tier."""

    nodes: Annotated[tuple[str, ...], "Names of the nodes that move so; or give a tier."] = ()
    tier: Annotated[Literal["device", "edge", "cloud"] | None, "Tier whose nodes all move so; or name nodes."] = None

    def __post_init__(self) -> None:
        """Check that nodes are named or a tier is given.

        Raises:
            ValueError: Neither or both.
        """
        if bool(self.nodes) == (self.tier is not None):
            raise ValueError("mobility needs either nodes, by name, or the tier whose nodes all move so")

    @abstractmethod
    def legs(self, name: str, start_m: Place, area_m: Area, rng: np.random.Generator) -> Iterator[Leg]:
        """Yield the legs of a node's movement in order of time, from 0 s; after the last one it stays.

        Args:
            name: The node.
            start_m: Where the topology places it [m].
            area_m: The area that holds all nodes of the topology; a component's own area comes first.
            rng: The node's own stream, for its movement alone.

        Raises:
            ValueError: The node or the area does not fit the component.
        """

    def selected(self, tiers: Mapping[str, str]) -> tuple[str, ...]:
        """Return the nodes that move so, of all nodes with their tiers.

        Raises:
            ValueError: There are none, or one that is named does not exist.
        """
        for name in self.nodes:
            if name not in tiers:
                raise ValueError(f"mobility names {name!r}, and the topology has no such node")
        chosen = self.nodes or tuple(name for name, tier in tiers.items() if tier == self.tier)
        if not chosen:
            raise ValueError(f"mobility is for the tier {self.tier!r}, of which the topology has no node")
        return chosen
