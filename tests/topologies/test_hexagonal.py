import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import HexagonalCells, TopologyError, check_topology


def sites(graph):
    return {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True) if node["tier"] == "edge"}


def offsets(graph):
    """Return each device's place relative to its site."""
    place = {name: np.array((node["x_m"], node["y_m"])) for name, node in graph.nodes(data=True)}
    devices = [name for name, node in graph.nodes(data=True) if node["tier"] == "device"]
    return {name: place[name] - place[next(iter(graph[name]))] for name in devices}


@pytest.mark.parametrize("rings", range(5))
def test_whole_rings_have_one_and_three_r_times_r_plus_one_sites(rings, unused):
    count = 1 + 3 * rings * (rings + 1)
    graph = HexagonalCells(sites=count, site_spacing_m=200, devices_per_cell=0).build(unused)
    from_middle = [math.dist(place, (0, 0)) for place in sites(graph).values()]
    assert max(from_middle) == pytest.approx(rings * 200)
    # The corners of the outer ring are its farthest sites; there are six of them.
    assert sum(distance == pytest.approx(rings * 200) for distance in from_middle) == (6 if rings else 1)


@pytest.mark.parametrize(("count", "links"), [(7, 12), (19, 42), (37, 90)])
def test_neighbouring_sites_are_one_spacing_apart_and_a_mesh_wires_all_of_them(count, links, unused):
    graph = HexagonalCells(sites=count, devices_per_cell=0, mesh=True).build(unused)
    places = sites(graph)
    between = [ends for ends in graph.edges if "cloud" not in ends]
    assert len(between) == links
    assert {round(math.dist(places[first], places[second]), 6) for first, second in between} == {200.0}
    # Six neighbours for each site that is not on the outer ring.
    degrees = Counter(end for ends in between for end in ends)
    assert sum(degree == 6 for degree in degrees.values()) == count - {7: 6, 19: 12, 37: 18}[count]


def test_every_site_is_wired_to_the_cloud_and_every_device_joined_by_radio_to_its_site(streams):
    graph = HexagonalCells(sites=7, devices_per_cell=3).build(streams(1))
    assert set(graph["cloud"]) == {f"edge{number}" for number in range(1, 8)}
    assert [next(iter(graph[f"device{number}"])) for number in (1, 7, 8, 21)] == ["edge1", "edge7", "edge1", "edge7"]
    assert graph.edges["device1", "edge1"] == {"medium": "radio"}
    assert len(graph) == 1 + 7 + 21


@settings(deadline=None)
@given(sites=st.integers(1, 40), devices=st.integers(0, 4), spacing_m=st.floats(40, 2000), seed=st.integers(0, 2**32))
def test_every_device_is_in_its_own_cell_and_not_too_near(sites, devices, spacing_m, seed, streams):
    graph = HexagonalCells(sites=sites, site_spacing_m=spacing_m, devices_per_cell=devices).build(streams(seed))
    assert check_topology(graph) == []
    towards = [np.array((math.cos(angle), math.sin(angle))) for angle in np.radians(range(0, 360, 60))]
    for offset in offsets(graph).values():
        assert math.hypot(*offset) >= 10 - 1e-6
        # Within half a spacing towards each of the six neighbours: the hexagon.
        assert max(float(offset @ direction) for direction in towards) <= spacing_m / 2 * (1 + 1e-6)


def test_devices_fill_the_cell_evenly(streams):
    generator = HexagonalCells(sites=1, devices_per_cell=6000, min_distance_m=0)
    places = np.array(list(offsets(generator.build(streams(5))).values()))
    # Six equal triangles, and an inner hexagon of half the size with a quarter of the area: four sigma each.
    sextants = np.bincount((np.degrees(np.arctan2(*places.T[::-1])) % 360 // 60).astype(int), minlength=6)
    assert np.abs(sextants - 1000).max() < 4 * math.sqrt(6000 * (1 / 6) * (5 / 6))
    towards = np.array([(math.cos(angle), math.sin(angle)) for angle in np.radians(range(0, 360, 60))])
    inner = ((places @ towards.T).max(axis=1) <= 50).sum()
    assert abs(inner - 1500) < 4 * math.sqrt(6000 * 0.25 * 0.75)


def test_more_devices_and_more_sites_move_no_other(streams):
    def places(graph):
        return {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True)}

    small, dense, wide = (
        HexagonalCells(sites=sites, devices_per_cell=devices).build(streams(1))
        for sites, devices in ((7, 2), (7, 3), (8, 2))
    )
    assert places(small).items() <= places(dense).items()
    assert sites(small).items() <= sites(wide).items()
    assert all(offsets(wide)[name] == pytest.approx(offset) for name, offset in offsets(small).items())


def test_a_distance_that_leaves_no_room_in_the_cell_is_refused():
    with pytest.raises(TopologyError, match="min_distance is 35 m; with sites 100 m apart it must be at most"):
        HexagonalCells(site_spacing_m=100, min_distance_m=35)


def test_a_million_devices_too_many_are_refused():
    with pytest.raises(TopologyError, match="these parameters make more than 1,000,000 nodes"):
        HexagonalCells(devices_per_cell=1_052_631)
