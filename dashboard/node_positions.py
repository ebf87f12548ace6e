"""Where nodes without positions are drawn: in layers by tier, or on a circle where there is one tier only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LAYERS = {"cloud": 2.0, "edge": 1.0, "device": 0.0}


def place(tiers: Sequence[str], source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``(nodes, 2)`` positions: the cloud above the edge above the devices, each below what it is linked to."""
    heights = np.array([LAYERS.get(tier, 0.0) for tier in tiers], dtype=float)
    layers = np.unique(heights)
    if len(layers) < 2:
        return circle(len(tiers))
    position = np.column_stack([np.zeros(len(tiers)), heights * 0.8])
    for height in layers[::-1]:
        members = np.flatnonzero(heights == height)
        wish = [_middle_of_upper_neighbours(node, heights, position, source, target) for node in members.tolist()]
        ordered = members[np.argsort(wish, kind="stable")]
        position[ordered, 0] = (np.arange(len(ordered)) + 0.5) / len(ordered) * 3.2 - 1.6
    return position


def circle(count: int) -> NDArray[np.float64]:
    """Return ``(count, 2)`` places on a circle, the first at the top, clockwise."""
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _middle_of_upper_neighbours(
    node: int,
    heights: NDArray[np.float64],
    position: NDArray[np.float64],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
) -> float:
    neighbours = target[source == node]
    upper = neighbours[heights[neighbours] > heights[node]]
    return float(position[upper, 0].mean()) if len(upper) else 0.0
