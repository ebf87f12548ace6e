import numpy as np
import pytest

from wayfare.dashboard.node_positions import LAYOUTS, by_forces, place


def ring(count: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Tiers and directed links of nodes in a ring."""
    node = np.arange(count)
    ends = np.concatenate([node, (node + 1) % count]), np.concatenate([(node + 1) % count, node])
    return ["edge"] * count, *ends


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
def test_every_layout_places_every_node_apart(layout: str, count: int) -> None:
    tiers, source, target = ring(count) if count > 2 else (["edge"] * count, np.zeros(0, int), np.zeros(0, int))
    position = LAYOUTS[layout](tiers, source, target)
    assert position.shape == (count, 2)
    assert np.isfinite(position).all()
    assert len(np.unique(position.round(6), axis=0)) == count


def test_forces_give_the_same_places_every_time_and_keep_neighbours_near() -> None:
    tiers, source, target = ring(60)
    position = by_forces(tiers, source, target)
    np.testing.assert_array_equal(position, by_forces(tiers, source, target))
    near = np.linalg.norm(position[source] - position[target], axis=1).mean()
    all_pairs = np.linalg.norm(position[:, None] - position[None], axis=2).mean()
    assert near < 0.3 * all_pairs


def test_forces_bear_a_network_in_pieces() -> None:
    source, target = np.array([0, 1, 3, 4]), np.array([1, 0, 4, 3])
    assert np.isfinite(by_forces(["device"] * 7, source, target)).all()


def test_layers_put_the_cloud_above_the_edge_above_the_devices() -> None:
    source, target = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    cloud, edge, device = place(["cloud", "edge", "device"], source, target)[:, 1]
    assert cloud > edge > device
