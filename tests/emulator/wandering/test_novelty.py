"""Packets that go where there is something new."""

import math

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.wandering import Advertisement, Novelty

LABELS = {
    "a": (9, 0, 0, 0),
    "b": (9, 0, 0, 0),
    "c": (0, 9, 0, 0),
    "d": (0, 0, 9, 0),
    "e": (9, 0, 0, 0),
    "f": (0, 0, 0, 9),
}


def tour(policy, graph, data, start, hops, look, radius):
    """Return the nodes a packet visits, and the links it crosses, each node's data seen when it is there."""
    name, seen, stops, crossed = start, [0] * 4, [start], 0
    for _ in range(hops):
        seen = [a + b for a, b in zip(seen, data[name], strict=True)]
        distances = nx.single_source_shortest_path_length(graph, name, radius)
        heard = [Advertisement(other, 0.0, hops, data[other]) for other, hops in distances.items() if hops]
        hop = policy.choose(look(graph, name, visited=stops, seen=seen, heard=heard))
        crossed += distances[hop.destination]
        name = hop.destination
        stops.append(name)
        if all(any(data[stop][label] for stop in stops) for label in range(4)):
            break
    return stops, crossed


@pytest.mark.parametrize("measure", ["kl", "missing"])
def test_it_reaches_all_labels_in_the_fewest_hops(look, measure):
    """From a there are b (nothing new), c and d in a triangle; f hangs at d: a, c, d, f sees all four labels."""
    graph = nx.Graph([("a", "b"), ("a", "c"), ("c", "d"), ("b", "e"), ("d", "f"), ("b", "c")])
    stops, crossed = tour(Novelty(measure), graph, LABELS, "a", 9, look, 1)
    assert stops == ["a", "c", "d", "f"]
    assert crossed == 3


def test_what_is_relayed_leads_it_past_nodes_with_nothing_new(look):
    """On a line a - b - e - c, b and e have only what a has; c is three links away, and known only by relay."""
    graph = nx.path_graph(["a", "b", "e", "c"])
    heard = [Advertisement("b", 0.0, 1, LABELS["b"]), Advertisement("c", 0.0, 3, LABELS["c"])]
    outlook = look(graph, "a", visited=["a"], seen=LABELS["a"], heard=heard)
    assert Novelty("missing").choose(outlook).destination == "c"


def test_the_divergence_by_hand():
    """Seen (3, 0) makes (4, 1) / 5 with one more each; the data are all of label 1: ln(1 / (1/5))."""
    assert Novelty().novelty((0, 6), (3, 0)) == pytest.approx(math.log(5))
    assert Novelty().novelty((6, 0), (3, 0)) == pytest.approx(math.log(5 / 4))
    assert Novelty("missing").novelty((3, 6), (3, 0)) == pytest.approx(2 / 3)


def test_a_node_without_data_has_nothing_new():
    assert Novelty().novelty((), (3, 0)) == Novelty().novelty((0, 0), (3, 0)) == 0.0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_novelty_is_a_divergence(pairs):
    """It is never negative, and zero for data that are like what was seen, each seen once more."""
    data, seen = zip(*pairs, strict=True)
    assert Novelty().novelty(data, seen) >= -1e-12
    assert Novelty().novelty([count + 1 for count in seen], seen) == pytest.approx(0.0, abs=1e-12)
    assert 0 <= Novelty("missing").novelty(data, seen) <= 1
