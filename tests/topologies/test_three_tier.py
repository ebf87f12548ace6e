import hashlib
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import ThreeTier, TopologyError, check_topology, graph_hash


def streams(seed):
    """Give each name a stream of its own, as the emulator does."""

    def stream(name):
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        return np.random.default_rng([seed, key])

    return stream


def positions(graph):
    return {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True)}


def offsets(graph):
    """Return each device's place relative to its site."""
    devices = (name for name, node in graph.nodes(data=True) if node["tier"] == "device")
    place = positions(graph)
    return {name: np.subtract(place[name], place[next(iter(graph[name]))]) for name in devices}


sizes = st.builds(
    ThreeTier,
    clouds=st.integers(1, 4),
    edges=st.integers(1, 30),
    devices=st.integers(0, 60),
    site_spacing_m=st.floats(1, 1e4),
    cell_radius_m=st.floats(50, 1e3),
    min_distance_m=st.floats(0, 50),
    ring=st.booleans(),
)


@settings(deadline=None)
@given(sizes, st.integers(0, 2**32))
def test_every_generated_topology_passes_the_check(generator, seed):
    assert check_topology(generator.build(streams(seed))) == []


@settings(deadline=None)
@given(sizes, st.integers(0, 2**32))
def test_devices_stand_between_the_smallest_distance_and_the_cell_radius(generator, seed):
    graph = generator.build(streams(seed))
    rounding_m = 1e-12 * generator.site_spacing_m * 30
    for offset in offsets(graph).values():
        distance_m = math.hypot(*offset)
        assert generator.min_distance_m - rounding_m <= distance_m <= generator.cell_radius_m + rounding_m


@settings(deadline=None)
@given(sizes)
def test_sites_are_at_least_the_spacing_apart(generator):
    graph = generator.build(streams(1))
    places = np.array([(node["x_m"], node["y_m"]) for _, node in graph.nodes(data=True) if node["tier"] == "edge"])
    gaps_m = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(gaps_m, np.inf)
    assert len(places) == 1 or gaps_m.min() == pytest.approx(generator.site_spacing_m)


def test_the_same_seed_gives_the_same_graph_and_another_seed_another():
    first, again, other = (ThreeTier().build(streams(seed)) for seed in (1, 1, 2))
    assert graph_hash(first) == graph_hash(again)
    assert list(first) == list(again)
    assert graph_hash(first) != graph_hash(other)


def test_one_more_device_moves_nobody():
    before = positions(ThreeTier(devices=24).build(streams(1)))
    after = positions(ThreeTier(devices=25).build(streams(1)))
    assert set(after) - set(before) == {"device25"}
    assert {name: after[name] for name in before} == before


def test_one_more_site_moves_no_site_and_leaves_devices_at_the_same_bearing_from_theirs():
    before, after = (ThreeTier(edges=edges).build(streams(1)) for edges in (4, 5))
    for name in ("cloud", "edge1", "edge2", "edge3", "edge4"):
        assert positions(after)[name] == positions(before)[name]
    for name, offset in offsets(before).items():
        assert offsets(after)[name] == pytest.approx(offset, abs=1e-9)


def test_devices_fill_the_area_evenly():
    generator = ThreeTier(edges=1, devices=4000, min_distance_m=10, cell_radius_m=120)
    distances_m = np.array([math.hypot(*offset) for offset in offsets(generator.build(streams(3))).values()])
    shares = (distances_m**2 - 10**2) / (120**2 - 10**2)
    # Kolmogorov-Smirnov against the uniform distribution: 1.95 / sqrt(n) is exceeded once in a thousand times.
    steps = np.arange(1, 4001) / 4000
    assert np.abs(np.sort(shares) - steps).max() < 1.95 / math.sqrt(4000)


def test_devices_are_dealt_to_the_sites_in_turn_by_radio():
    graph = ThreeTier(edges=4, devices=10).build(streams(1))
    sites = {f"device{number + 1}": f"edge{number % 4 + 1}" for number in range(10)}
    assert {name: list(graph[name]) for name in sites} == {name: [site] for name, site in sites.items()}
    assert {graph.edges[name, site]["medium"] for name, site in sites.items()} == {"radio"}


def test_the_default_is_one_cloud_four_sites_in_a_ring_and_24_devices():
    graph = ThreeTier().build(streams(1))
    wires = {frozenset(ends) for *ends, medium in graph.edges(data="medium") if medium == "wire"}
    spokes = {frozenset(("cloud", f"edge{number}")) for number in range(1, 5)}
    ring = {frozenset((f"edge{number}", f"edge{number % 4 + 1}")) for number in range(1, 5)}
    assert wires == spokes | ring
    assert list(graph)[:6] == ["cloud", "edge1", "edge2", "edge3", "edge4", "device1"]
    assert len(graph) == 29


def test_several_clouds_are_numbered_joined_and_dealt_the_sites_in_turn():
    graph = ThreeTier(clouds=3, edges=6, ring=False).build(streams(1))
    assert nx.is_connected(graph)
    assert graph.has_edge("cloud1", "cloud2")
    assert graph.has_edge("cloud1", "cloud3")
    assert graph.has_edge("cloud2", "cloud3")
    assert [next(iter(graph[f"edge{number}"])) for number in range(1, 7)] == ["cloud1", "cloud2", "cloud3"] * 2


def test_a_ring_of_two_sites_is_one_wire_and_of_one_site_none():
    two, one = (ThreeTier(edges=edges, devices=0).build(streams(1)) for edges in (2, 1))
    assert two.number_of_edges() == 3
    assert one.number_of_edges() == 1


def test_a_million_devices_are_refused():
    with pytest.raises(TopologyError, match="these parameters make more than 1,000,000 nodes"):
        ThreeTier(devices=1_000_000)


def test_a_smallest_distance_above_the_radius_is_refused():
    with pytest.raises(TopologyError, match="min_distance is 200 m and cell_radius 120 m"):
        ThreeTier(min_distance_m=200)
