"""What every generator must do."""

import networkx as nx
import pytest

from wayfare.topologies import (
    GENERATORS,
    Complete,
    FatTree,
    Grid,
    HexagonalCells,
    Line,
    RandomGeometric,
    Real,
    Ring,
    SmallWorld,
    Star,
    ThreeTier,
    Tree,
    check_topology,
    graph_hash,
)

# The hash of each generator with seed 1 and the streams of these tests; a change here is a change of every old result.
HASHES = {
    ThreeTier(): "0ee402089dfff879",
    HexagonalCells(): "808966360f400a7f",
    Line(nodes=4): "f61071aac072a3a0",
    Ring(nodes=4): "eefa83ef74919dae",
    Star(nodes=4): "59402bb104bafb0c",
    Complete(nodes=4): "7588cbff58b0ea25",
    Grid(): "ddafde488bc4ae7f",
    Tree(): "8bbb7295cf504344",
    FatTree(): "0d14174c8e3301e5",
    SmallWorld(): "b48fa68ea67ebeda",
    RandomGeometric(): "a3ea8e14e388d3db",
    Real(network="abilene"): "c9d352f35655b086",
}
EXAMPLES = pytest.mark.parametrize("generator", HASHES, ids=lambda generator: type(generator).__name__)


def test_every_generator_has_an_example_here():
    assert {type(generator) for generator in HASHES} == set(GENERATORS.values())


@EXAMPLES
def test_a_generated_topology_passes_the_check_and_every_node_has_a_position(generator, streams):
    graph = generator.build(streams(1))
    assert check_topology(graph) == []
    assert all({"x_m", "y_m"} <= node.keys() for _, node in graph.nodes(data=True))


@EXAMPLES
def test_the_same_seed_gives_the_same_hash_today_and_tomorrow(generator, streams):
    first, again = generator.build(streams(1)), generator.build(streams(1))
    assert (list(first), list(first.edges)) == (list(again), list(again.edges))
    assert graph_hash(first) == graph_hash(again)
    assert graph_hash(first)[:16] == HASHES[generator]


@pytest.mark.parametrize("generator", [ThreeTier(), HexagonalCells(), SmallWorld(rewiring=0.5), RandomGeometric()])
def test_another_seed_gives_another_graph(generator, streams):
    assert graph_hash(generator.build(streams(1))) != graph_hash(generator.build(streams(2)))


@EXAMPLES
def test_no_two_nodes_stand_on_one_another(generator, streams):
    places = [(node["x_m"], node["y_m"]) for _, node in generator.build(streams(1)).nodes(data=True)]
    assert len(set(places)) == len(places)


@EXAMPLES
def test_a_generated_topology_is_connected(generator, streams):
    assert nx.is_connected(generator.build(streams(1)))
