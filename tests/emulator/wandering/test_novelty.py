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


def stops_of(policy, graph, data, look, radius, hops=60):
    """Return how often each node was visited by a packet that has gone over so many hops."""
    name, seen, visited = min(data), [0] * len(next(iter(data.values()))), []
    for _ in range(hops):
        visited.append(name)
        seen = [a + b for a, b in zip(seen, data.get(name, seen), strict=True)] if name in data else seen
        distances = nx.single_source_shortest_path_length(graph, name, radius)
        heard = [Advertisement(other, 0.0, far, data.get(other, ())) for other, far in distances.items() if far]
        name = policy.choose(look(graph, name, visited=visited[-64:], seen=seen, heard=heard)).destination
    return [visited.count(node) for node in sorted(data)]


CELLS = nx.Graph([*(("s", leaf) for leaf in "abc"), ("s", "t"), *(("t", leaf) for leaf in "xyz")])
ONE_LABEL_EACH = {node: tuple(9 * (node == other) for other in "abcxyz") for node in "abcxyz"}


@pytest.mark.parametrize("measure", ["kl", "missing"])
@pytest.mark.parametrize("radius", [1, 2, 3])
def test_two_cells_of_devices_are_visited_alike_whatever_is_known_from_one_of_the_other(look, measure, radius):
    """Sites s and t have no data. Divided by links, what is new in the other cell counted less, or was never known."""
    visits = stops_of(Novelty(measure), CELLS, ONE_LABEL_EACH, look, radius)
    assert max(visits) - min(visits) <= 2
    assert min(visits) >= 4  # every other hop at least is to a site


def test_a_node_with_the_usual_mixture_of_labels_is_visited_too(look):
    """Its samples are new, though its labels are not: by labels alone nobody would ever go to m."""
    graph, data = nx.complete_graph(["a", "b", "m", "n"]), {"a": (9, 0), "b": (0, 9), "m": (9, 9), "n": (9, 9)}
    visits = stops_of(Novelty(), graph, data, look, 1)
    assert min(visits) >= 60 / 4 / 3
    assert Novelty().novelty(data["m"], (50, 50)) == pytest.approx(0.0, abs=1e-12)


def test_the_score_by_hand(look):
    """Two of three visits were to b, so c, never seen, counts for one of five: ln 5 more than its labels."""
    heard = [Advertisement("b", 0.0, 1, (0, 6)), Advertisement("c", 0.0, 1, (0, 6))]
    outlook = look(nx.star_graph(["a", "b", "c"]), "a", visited=["b", "a", "b"], seen=(3, 0), heard=heard)
    scores = Novelty().scores(outlook)
    assert scores == pytest.approx({"b": math.log(5) - math.log(3 / 5), "c": math.log(5) - math.log(1 / 5)})


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
