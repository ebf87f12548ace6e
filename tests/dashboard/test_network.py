from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.dashboard.network import Network
from wayfare.dashboard.node_positions import circle, place


def topology(**position: Any) -> dict[str, Any]:
    nodes = [{"id": name, "index": index, "tier": "edge", **position} for index, name in enumerate(["a", "b"])]
    edge = {
        "source": "b",
        "target": "a",
        "index": 0,
        "medium": "wire",
        "class_forward": "core",
        "class_backward": "d2d",
    }
    return {"graph": {}, "nodes": nodes, "edges": [edge | {"rate_forward_bps": 5e6, "rate_backward_bps": None}]}


def test_a_link_has_two_directed_ids() -> None:
    network = Network.from_topology(topology(x_m=1.0, y_m=2))
    assert (network.source.tolist(), network.target.tolist()) == ([1, 0], [0, 1])
    assert network.link_class == ["core", "d2d"]
    assert network.rate_bps[0] == 5e6
    assert np.isnan(network.rate_bps[1])


def test_positions_are_used_when_every_node_has_one() -> None:
    given_ones = Network.from_topology(topology(x_m=1.0, y_m=2))
    assert given_ones.geographic
    assert given_ones.position.tolist() == [[1, 2], [1, 2]]
    incomplete = topology(x_m=1.0, y_m=2)
    del incomplete["nodes"][1]["y_m"]
    assert not Network.from_topology(incomplete).geographic


@pytest.mark.parametrize(
    ("path", "value"), [(("nodes", 0, "index"), 4), (("edges", 0, "index"), 1), (("edges", 0, "source"), "nobody")]
)
def test_a_topology_that_contradicts_itself_is_refused(path: tuple[str, int, str], value: Any) -> None:
    wrong = topology()
    wrong[path[0]][path[1]][path[2]] = value
    with pytest.raises((KeyError, ValueError)):
        Network.from_topology(wrong)


def test_tiers_lie_in_layers_and_devices_below_their_edge() -> None:
    tiers = ["cloud", "edge", "edge", "device", "device"]
    source, target = np.array([1, 2, 3, 4]), np.array([0, 0, 2, 1])
    both_ways = np.concatenate([source, target]), np.concatenate([target, source])
    position = place(tiers, *both_ways)
    assert position[0, 1] > position[1, 1] == position[2, 1] > position[3, 1]
    assert (position[3, 0] > position[4, 0]) == (position[2, 0] > position[1, 0])


@given(st.lists(st.sampled_from(["device", "edge", "cloud", "satellite"]), min_size=1, max_size=60))
def test_no_two_nodes_share_a_place(tiers: list[str]) -> None:
    none = np.array([], dtype=np.int64)
    position = place(tiers, none, none)
    assert len(np.unique(position.round(9), axis=0)) == len(tiers)


def test_a_circle_begins_at_the_top() -> None:
    assert circle(4)[0] == pytest.approx([0, 1])
