"""Where nodes are drawn that have no places of their own, or are to be seen otherwise: in layers, or by forces.

Forces: places from the distances to a few pivots (Brandes and Pich 2007, "Eigensolver methods for progressive
multidimensional scaling of large data"), then springs along links and repulsion between nodes (Fruchterman and
Reingold 1991), that of far nodes by the cells of a grid. It takes about a second for 5,000 nodes, and gives the same
places every time.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

LAYERS = {"cloud": 2.0, "edge": 1.0, "device": 0.0}
PIVOTS = 40
MOST_ROUNDS, LEAST_ROUNDS, ROUNDS_BY_NODES = 80, 25, 60_000
GRID = 12
NEIGHBOURS = 12
MOST_PULLED = 20_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def place(tiers: Sequence[str], source: Ints, target: Ints) -> Floats:
    """Return ``(nodes, 2)`` positions: the cloud above the edge above the devices, each below what it is linked to."""
    heights = np.array([LAYERS.get(tier, 0.0) for tier in tiers], dtype=float)
    layers = np.unique(heights)
    if len(layers) < 2:
        return circle(len(tiers))
    position = np.column_stack([np.zeros(len(tiers)), heights * 0.8])
    for height in layers[::-1]:
        members = np.flatnonzero(heights == height)
        wish = _middle_of_upper_neighbours(heights, position[:, 0], source, target)[members]
        ordered = members[np.argsort(wish, kind="stable")]
        position[ordered, 0] = (np.arange(len(ordered)) + 0.5) / len(ordered) * 3.2 - 1.6
    return position


def circle(count: int) -> Floats:
    """Return ``(count, 2)`` places on a circle, the first at the top, clockwise."""
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def by_forces(tiers: Sequence[str], source: Ints, target: Ints) -> Floats:
    """Return ``(nodes, 2)`` positions: neighbours near each other, others apart."""
    count = len(tiers)
    if count < 3 or not len(source):
        return circle(count)
    rng = np.random.default_rng(count)
    position = _scaled(_by_pivots(count, source, target)) + rng.normal(0, 0.02, (count, 2))
    if count > MOST_PULLED:
        return position
    spacing = 2 / np.sqrt(count)
    degree = np.bincount(np.concatenate([source, target]), minlength=count).clip(1)
    for step in np.geomspace(0.25, 0.004, min(MOST_ROUNDS, max(LEAST_ROUNDS, ROUNDS_BY_NODES // count))):
        force = _repulsion(position, spacing) + _springs(position, source, target, spacing, degree)
        length = np.linalg.norm(force, axis=1, keepdims=True).clip(1e-12)
        position = position + force / length * np.minimum(length, step)
    return _scaled(position)


def _middle_of_upper_neighbours(heights: Floats, x: Floats, source: Ints, target: Ints) -> Floats:
    upper = heights[target] > heights[source]
    count = np.bincount(source[upper], minlength=len(heights))
    total = np.bincount(source[upper], x[target[upper]], minlength=len(heights))
    return np.where(count > 0, total / count.clip(1), 0.0)


def _by_pivots(count: int, source: Ints, target: Ints) -> Floats:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = csr_array((np.ones(len(source)), (source, target)), shape=(count, count))
    graph.data[:] = 1
    pivots, nearest = [int(np.bincount(source, minlength=count).argmax())], np.full(count, np.inf)
    rows = []
    for _ in range(min(PIVOTS, count)):
        row = dijkstra(graph, directed=False, indices=pivots[-1], unweighted=True)
        rows.append(row)
        nearest = np.minimum(nearest, row)
        pivots.append(int(np.where(np.isinf(nearest), 1e9, nearest).argmax()))
    distances = np.array(rows).T
    distances[np.isinf(distances)] = distances[np.isfinite(distances)].max() + 1
    squared = distances**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1, keepdims=True) + squared.mean()
    _, vectors = np.linalg.eigh(centred.T @ centred)
    vectors = vectors[:, -2:] * np.sign(vectors[np.abs(vectors[:, -2:]).argmax(axis=0), [-2, -1]])
    found: Floats = centred @ vectors
    return found if found.shape[1] == 2 else np.column_stack([found[:, 0], np.zeros(count)])


def _repulsion(position: Floats, spacing: float) -> Floats:
    """Return how hard nodes push each other: the nearest one by one, the others as the cells of a grid."""
    from scipy.spatial import KDTree

    low, high = position.min(axis=0), position.max(axis=0)
    cell = np.minimum(((position - low) / (high - low).clip(1e-9) * GRID).astype(np.int64), GRID - 1)
    number = cell[:, 0] * GRID + cell[:, 1]
    mass = np.bincount(number, minlength=GRID * GRID)
    sums = np.column_stack([np.bincount(number, axis, minlength=GRID * GRID) for axis in position.T])
    centre: Floats = sums[mass > 0] / mass[mass > 0][:, None]
    near = KDTree(position).query(position, k=min(NEIGHBOURS, len(position)))[1][:, 1:]
    weight: Floats = mass[mass > 0][None].astype(np.float64) * spacing**2
    by_cells = _pushed(position[:, None, :] - centre[None], weight, 4 * spacing)
    return by_cells + _pushed(position[:, None, :] - position[near], np.full((1, 1), spacing**2), 0.05 * spacing)


def _pushed(apart: Floats, weight: Floats, least: float) -> Floats:
    """Return the sums of pushes that fall off with the distance, from a least distance on."""
    push = weight / (apart**2).sum(axis=2).clip(least**2)
    force: Floats = (apart * push[:, :, None]).sum(axis=1)
    return force


def _springs(position: Floats, source: Ints, target: Ints, spacing: float, degree: Ints) -> Floats:
    """Return how hard links pull their ends, the less the more links an end has."""
    apart = position[target] - position[source]
    pull = apart * (np.linalg.norm(apart, axis=1, keepdims=True) / spacing)
    force = np.zeros_like(position)
    for axis in (0, 1):
        force[:, axis] += np.bincount(source, pull[:, axis], minlength=len(position))
        force[:, axis] -= np.bincount(target, pull[:, axis], minlength=len(position))
    return force / np.sqrt(degree)[:, None] / 2


def _scaled(position: Floats) -> Floats:
    """Return positions around zero, within -1 and 1."""
    centred = position - (position.min(axis=0) + position.max(axis=0)) / 2
    scaled: Floats = centred / max(float(np.abs(centred).max()), 1e-9)
    return scaled


LAYOUTS: dict[str, Callable[[Sequence[str], Ints, Ints], Floats]] = {"layers": place, "force": by_forces}
