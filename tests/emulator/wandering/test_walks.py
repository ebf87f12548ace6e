"""How often random walks visit nodes in the long run."""

import networkx as nx
import numpy as np
import pytest
from scipy.stats import chisquare

from wayfare.emulator.wandering import MetropolisHastings, RandomWalk

# A star with a tail, one triangle in it, so that the walk is not periodic: degrees from 1 to 5.
GRAPH = nx.Graph([("a", "h"), ("b", "h"), ("c", "h"), ("d", "h"), ("c", "d"), ("h", "t"), ("t", "u")])
STEPS = 20_000


def test_a_random_walk_visits_nodes_in_proportion_to_their_degree(walk):
    visits = walk(RandomWalk(), GRAPH, STEPS)
    for name, count in visits.items():
        assert count / STEPS == pytest.approx(GRAPH.degree(name) / (2 * GRAPH.number_of_edges()), rel=0.08)


def test_a_metropolis_hastings_walk_visits_all_nodes_equally_often(walk, degrees):
    visits = walk(MetropolisHastings(), GRAPH, STEPS, degrees(GRAPH))
    for count in visits.values():
        assert count / STEPS == pytest.approx(1 / len(GRAPH), rel=0.12)


@pytest.mark.parametrize("silent", [(), ("d",)])
def test_the_frequencies_of_a_metropolis_hastings_walk_pass_a_chi_square_test(walk, degrees, silent):
    """Looked at every 40 steps, in which the walk forgets where it was; a node that has fallen silent has no visits."""
    heard = [one for one in degrees(GRAPH) if one.node not in silent]
    visits = walk(MetropolisHastings(), GRAPH, 40 * 500, heard, every=40)
    assert not any(visits.pop(name) for name in silent)
    assert chisquare(list(visits.values())).pvalue > 0.05
    plain = walk(RandomWalk(), GRAPH, 40 * 500, heard, every=40)
    assert chisquare([plain[name] for name in visits]).pvalue < 1e-6


def test_nodes_without_data_are_left_at_once_and_holders_are_visited_equally_often(walk, degrees):
    """The hub h and t have none: whatever is drawn there again and again is one visit."""
    holders = [name for name in sorted(GRAPH) if name not in "ht"]
    visits = walk(MetropolisHastings(), GRAPH, 40 * 500, degrees(GRAPH), holders, every=40)
    assert chisquare([visits[name] for name in holders]).pvalue > 0.05


def test_where_no_degree_is_known_metropolis_hastings_is_a_random_walk(walk):
    assert walk(MetropolisHastings(), nx.path_graph(["a", "b", "c"]), 500)["b"] == 250


def test_metropolis_hastings_stays_where_the_only_way_is_to_a_hub(look, degrees):
    star = nx.Graph([("h", leaf) for leaf in "abcdefgi"])
    policy, stays = MetropolisHastings(), 0
    rng = np.random.default_rng(3)
    for _ in range(800):
        stays += policy.choose(look(star, "a", heard=degrees(star), rng=rng)) is None
    assert stays / 800 == pytest.approx(1 - 1 / 8, abs=0.04)
