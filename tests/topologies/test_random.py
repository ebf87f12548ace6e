"""Small worlds and random geometric networks: what is random in them, and what happens to draws in several parts."""

import math

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import RandomGeometric, SmallWorld, TopologyError, check_topology, graph_hash


def links(graph):
    return set(map(frozenset, graph.edges))


def places(graph):
    return {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True)}


@given(nodes=st.integers(5, 40), half=st.integers(1, 2))
def test_without_rewiring_a_small_world_is_the_lattice_of_watts_and_strogatz(nodes, half, streams):
    graph = SmallWorld(nodes=nodes, neighbours=2 * half, rewiring=0.0).build(streams(1))
    expected = nx.watts_strogatz_graph(nodes, 2 * half, 0.0)
    assert links(graph) == {frozenset(f"edge{end + 1}" for end in ends) for ends in expected.edges}


@settings(deadline=None)
@given(nodes=st.integers(5, 40), half=st.integers(1, 2), rewiring=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_rewiring_keeps_the_number_of_links(nodes, half, rewiring, seed, streams):
    generator = SmallWorld(nodes=nodes, neighbours=2 * half, rewiring=rewiring, disconnected="join")
    graph = generator.build(streams(seed))
    assert graph.number_of_edges() - graph.graph["joined"] == nodes * half
    assert check_topology(graph) == []


def test_the_share_of_thrown_links_is_the_probability(streams):
    lattice = links(SmallWorld(nodes=2000, rewiring=0.0).build(streams(1)))
    thrown = len(lattice - links(SmallWorld(nodes=2000, rewiring=0.3).build(streams(1))))
    # 4,000 links; a few are thrown onto places that the lattice had, hence the fifth sigma.
    assert thrown == pytest.approx(1200, abs=5 * math.sqrt(4000 * 0.3 * 0.7))


def test_a_little_rewiring_shortens_the_ways(streams):
    ways = [
        nx.average_shortest_path_length(SmallWorld(nodes=200, rewiring=rewiring).build(streams(1)))
        for rewiring in (0.0, 0.1)
    ]
    assert ways[1] < ways[0] / 3


def test_one_more_node_changes_which_links_are_thrown_only_near_the_seam(streams):
    def kept(nodes):
        graph = SmallWorld(nodes=nodes, neighbours=2, rewiring=0.3, disconnected="join").build(streams(3))
        return [graph.has_edge(f"edge{number}", f"edge{number + 1}") for number in range(1, 30)]

    assert sum(one != other for one, other in zip(kept(40), kept(41), strict=True)) <= 2


def test_as_many_neighbours_as_nodes_are_refused():
    with pytest.raises(TopologyError, match="neighbours is 4 and nodes 4"):
        SmallWorld(nodes=4, neighbours=4)


@settings(deadline=None)
@given(nodes=st.integers(1, 60), reach_m=st.floats(50, 500), seed=st.integers(0, 2**32))
def test_nodes_within_reach_are_wired_and_no_others(nodes, reach_m, seed, streams):
    graph = RandomGeometric(nodes=nodes, reach_m=reach_m, disconnected="join").build(streams(seed))
    place = places(graph)
    near = {
        frozenset((first, second))
        for first in place
        for second in place
        if first < second and math.dist(place[first], place[second]) <= reach_m
    }
    assert near <= links(graph)
    assert len(links(graph)) == len(near) + graph.graph["joined"]
    assert check_topology(graph) == []
    assert all(0 <= value <= 1000 for values in place.values() for value in values)


def test_one_more_node_moves_nobody_and_changes_no_other_wire(streams):
    before, after = (
        RandomGeometric(nodes=nodes, reach_m=250, disconnected="join").build(streams(1)) for nodes in (80, 81)
    )
    assert before.graph["joined"] == after.graph["joined"] == 0
    assert places(before).items() <= places(after).items()
    assert {link for link in links(after) if "edge81" not in link} == links(before)


def test_the_default_reach_mostly_connects_at_once(streams):
    draws = [RandomGeometric(nodes=100).build(streams(seed)).graph["draws"] for seed in range(20)]
    assert draws.count(1) >= 12


@pytest.mark.parametrize(
    "generator",
    [RandomGeometric(nodes=12, reach_m=330), SmallWorld(nodes=30, neighbours=2, rewiring=0.2)],
    ids=["geometric", "small-world"],
)
class TestADrawInSeveralParts:
    def scattered(self, generator, rule, streams):
        """Return a seed whose first draw is in parts, and the generator with another rule."""
        again = type(generator)(**{**vars(generator), "disconnected": rule})
        redrawn = type(generator)(**{**vars(generator), "disconnected": "redraw"})
        seed = next(seed for seed in range(200) if redrawn.build(streams(seed)).graph["draws"] > 1)
        return again, seed

    def test_is_refused_if_asked(self, generator, streams):
        again, seed = self.scattered(generator, "refuse", streams)
        with pytest.raises(TopologyError, match=r"what was drawn is in \d+ parts; make links more likely, or set"):
            again.build(streams(seed))

    def test_is_drawn_again_and_says_how_often(self, generator, streams):
        again, seed = self.scattered(generator, "redraw", streams)
        graph = again.build(streams(seed))
        assert nx.is_connected(graph)
        assert graph.graph["draws"] > 1
        assert graph_hash(graph) == graph_hash(again.build(streams(seed)))

    def test_is_joined_by_as_many_wires_as_it_takes(self, generator, streams):
        again, seed = self.scattered(generator, "join", streams)
        graph = again.build(streams(seed))
        assert nx.is_connected(graph)
        assert graph.graph == {"draws": 1, "joined": graph.graph["joined"]}
        assert graph.graph["joined"] >= 1


def test_a_reach_that_never_connects_gives_up_with_advice(streams):
    with pytest.raises(TopologyError, match="none of 100 draws was connected; the last is in 20 parts"):
        RandomGeometric(nodes=20, reach_m=1e-6).build(streams(1))


def test_parts_are_joined_by_the_shortest_wire(streams):
    graph = RandomGeometric(nodes=2, reach_m=1e-6, disconnected="join").build(streams(1))
    assert links(graph) == {frozenset(("edge1", "edge2"))}
