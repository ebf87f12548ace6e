import math

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.topologies import GENERATORS, Complete, Line, Ring, Star, check_topology

REFERENCE = {
    Line: nx.path_graph,
    Ring: nx.cycle_graph,
    Star: lambda nodes: nx.star_graph(nodes - 1),
    Complete: nx.complete_graph,
}


def unused(name):
    raise AssertionError(f"a plain shape drew from the stream of {name}")


@pytest.mark.parametrize("shape", [Line, Ring, Star, Complete])
@given(nodes=st.integers(3, 40), tier=st.sampled_from(["device", "edge", "cloud"]))
def test_a_shape_is_the_graph_of_its_name_and_passes_the_check(shape, nodes, tier):
    graph = shape(nodes=nodes, tier=tier).build(unused)
    numbered = nx.relabel_nodes(graph, {name: number for number, name in enumerate(graph)})
    assert nx.utils.graphs_equal(nx.Graph(numbered.edges), nx.Graph(REFERENCE[shape](nodes).edges))
    assert check_topology(graph) == []
    assert list(graph) == [f"{tier}{number + 1}" for number in range(nodes)]


@pytest.mark.parametrize("shape", [Line, Ring, Star])
@given(nodes=st.integers(3, 40), spacing_m=st.floats(1, 1e4))
def test_every_wire_of_a_shape_is_as_long_as_the_spacing(shape, nodes, spacing_m):
    graph = shape(nodes=nodes, spacing_m=spacing_m).build(unused)
    place = {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True)}
    for first, second in graph.edges:
        assert math.dist(place[first], place[second]) == pytest.approx(spacing_m)


@pytest.mark.parametrize("shape", [Line, Complete])
def test_a_line_and_a_complete_graph_may_be_a_single_node(shape):
    assert list(shape(nodes=1).build(unused)) == ["edge1"]


def test_the_registry_names_every_generator():
    assert {name: generator.__name__ for name, generator in GENERATORS.items()} == {
        "three-tier": "ThreeTier",
        "hexagonal-cells": "HexagonalCells",
        "line": "Line",
        "ring": "Ring",
        "star": "Star",
        "complete": "Complete",
        "mesh-grid": "Grid",
        "tree": "Tree",
        "fat-tree": "FatTree",
        "small-world": "SmallWorld",
        "random-geometric": "RandomGeometric",
        "real": "Real",
    }
