"""Grids, trees and fat-trees, whose counts have closed forms."""

import math
from collections import Counter

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.topologies import FatTree, Grid, TopologyError, Tree, check_topology


def tiers(graph):
    return Counter(tier for _, tier in graph.nodes(data="tier"))


@given(rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_a_grid_is_the_grid_graph(rows, columns, unused):
    graph = Grid(rows=rows, columns=columns).build(unused)
    assert graph.number_of_edges() == rows * (columns - 1) + columns * (rows - 1)
    names = {f"edge{row * columns + column + 1}": (row, column) for row in range(rows) for column in range(columns)}
    expected = nx.grid_2d_graph(rows, columns)
    assert {frozenset((names[a], names[b])) for a, b in graph.edges} == set(map(frozenset, expected.edges))


@given(rows=st.integers(3, 8), columns=st.integers(3, 8))
def test_every_node_of_a_torus_has_four_neighbours(rows, columns, unused):
    graph = Grid(rows=rows, columns=columns, wrap=True).build(unused)
    assert {degree for _, degree in graph.degree()} == {4}
    assert nx.diameter(graph) == rows // 2 + columns // 2


def test_two_rows_are_not_wired_twice(unused):
    assert Grid(rows=2, columns=4, wrap=True).build(unused).number_of_edges() == 2 * 4 + 4


def test_one_more_row_moves_nobody(unused):
    before, after = (dict(Grid(rows=rows, columns=3).build(unused).nodes(data=True)) for rows in (2, 3))
    assert before.items() <= after.items()


def test_a_grid_with_nothing_to_wrap_is_refused():
    with pytest.raises(TopologyError, match="a grid of 2 x 2 has nothing to wrap"):
        Grid(rows=2, columns=2, wrap=True)


@pytest.mark.parametrize("build", [lambda: Grid(rows=10**9, columns=10**9), lambda: Tree(branching=1000, depth=1000)])
def test_a_network_that_would_fill_the_memory_is_refused(build):
    with pytest.raises(TopologyError) as caught:
        build()
    assert str(caught.value) == "these parameters make more than 1,000,000 nodes, the most that are built"


@given(branching=st.integers(2, 4), depth=st.integers(1, 4))
def test_a_tree_is_the_balanced_tree_with_its_leaves_as_devices(branching, depth, unused):
    graph = Tree(branching=branching, depth=depth).build(unused)
    nodes = (branching ** (depth + 1) - 1) // (branching - 1)
    inner = nodes - 1 - branching**depth
    assert len(graph) == nodes
    assert tiers(graph) == Counter({"cloud": 1, "edge": inner, "device": branching**depth})
    numbered = nx.relabel_nodes(graph, {name: number for number, name in enumerate(graph)})
    assert set(map(frozenset, numbered.edges)) == set(map(frozenset, nx.balanced_tree(branching, depth).edges))
    assert check_topology(graph) == []


def test_a_tree_of_one_tier_numbers_its_nodes_through(unused):
    graph = Tree(branching=2, depth=1, root_tier="edge", inner_tier="edge", leaf_tier="edge").build(unused)
    assert list(graph) == ["edge1", "edge2", "edge3"]
    graph = Tree(branching=2, depth=1, leaf_tier="cloud").build(unused)
    assert list(graph) == ["cloud1", "cloud2", "cloud3"]


@pytest.mark.parametrize("k", [2, 4, 6, 8, 16])
def test_a_fat_tree_has_five_quarters_of_k_squared_switches_and_a_quarter_of_k_cubed_hosts(k, unused):
    graph = FatTree(k=k).build(unused)
    assert tiers(graph) == Counter({"cloud": k * k // 4, "edge": k * k, "device": k**3 // 4})
    assert len(graph) - k**3 // 4 == 5 * k * k // 4
    assert graph.number_of_edges() == 3 * k**3 // 4
    degrees = dict(graph.degree())
    assert {degrees[name] for name in graph if not name.startswith("host")} == {k}
    assert {degrees[name] for name in graph if name.startswith("host")} == {1}
    assert check_topology(graph) == []


@pytest.mark.parametrize("k", [4, 6, 8])
def test_hosts_of_different_pods_have_a_quarter_of_k_squared_shortest_paths_of_six_hops(k, unused):
    graph = FatTree(k=k).build(unused)
    paths = list(nx.all_shortest_paths(graph, "host1", f"host{k**3 // 4}"))
    assert {len(path) - 1 for path in paths} == {6}
    assert len(paths) == k * k // 4
    assert nx.diameter(graph) == 6


def test_a_fat_tree_gives_its_links_a_rate_and_its_nodes_tiers_as_asked(unused):
    graph = FatTree(k=2, rate_bps=1e9, core_tier="edge", host_tier="edge").build(unused)
    assert tiers(graph) == Counter({"edge": 7})
    assert {rate for *_, rate in graph.edges(data="rate_bps")} == {1e9}


@pytest.mark.parametrize("generator", [Grid(spacing_m=50.0), Tree(spacing_m=50.0), FatTree(spacing_m=50.0)])
def test_nearest_neighbours_stand_the_spacing_apart(generator, unused):
    places = [(node["x_m"], node["y_m"]) for _, node in generator.build(unused).nodes(data=True)]
    gaps = [math.dist(place, other) for number, place in enumerate(places) for other in places[:number]]
    assert min(gaps) == pytest.approx(50.0)
