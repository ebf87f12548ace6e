import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayfare.topologies import TopologyError, graph_hash


def pair(**link):
    graph = nx.Graph()
    graph.add_node("a", tier="edge", x_m=0.0, y_m=1.0)
    graph.add_node("b", tier="cloud")
    graph.add_edge("a", "b", **link)
    return graph


def line(nodes, links):
    graph = nx.Graph()
    graph.add_nodes_from(nodes, tier="edge")
    graph.add_edges_from(links, medium="wire")
    return graph


@given(st.permutations("abcd"), st.permutations([("a", "b"), ("b", "c"), ("c", "d")]), st.booleans())
def test_the_order_of_nodes_and_links_makes_no_difference(nodes, links, turned):
    written = line(nodes, [link[::-1] if turned else link for link in links])
    assert graph_hash(written) == graph_hash(line("abcd", [("a", "b"), ("b", "c"), ("c", "d")]))


def test_how_a_number_is_written_makes_no_difference():
    assert graph_hash(pair(rate_bps=100, delay_s=0.0)) == graph_hash(pair(rate_bps=100.0, delay_s=-0.0))


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.add_node("c", tier="edge"),
        lambda graph: graph.remove_edge("a", "b"),
        lambda graph: graph.nodes["a"].update(x_m=1e-12),
        lambda graph: graph.nodes["b"].update(tier="edge"),
        lambda graph: graph.edges["a", "b"].update(rate_bps=1),
    ],
)
def test_any_difference_changes_the_hash(change):
    graph = pair()
    change(graph)
    assert graph_hash(graph) != graph_hash(pair())


def test_the_name_of_the_graph_takes_no_part():
    graph = pair()
    graph.graph["name"] = "campus"
    assert graph_hash(graph) == graph_hash(pair())


def test_an_attribute_that_cannot_be_hashed_is_named():
    with pytest.raises(TopologyError, match=r"an attribute is .*object"):
        graph_hash(pair(owner=object()))
