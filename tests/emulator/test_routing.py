from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.routing import ForwardingTables, NoRoute, Routing


def names(wiring, route):
    return [wiring.names[node] for node in route]


def test_fewer_hops_win_over_less_delay(wired):
    wiring = wired(("a", "b", 1e6, 9.0), ("a", "x", 1e6, 0.1), ("x", "b", 1e6, 0.1))
    assert names(wiring, ForwardingTables(wiring).route(0, 1)) == ["a", "b"]


def test_of_equal_hops_the_smaller_delay_wins(wired):
    wiring = wired(("a", "slow", 1e6, 0.3), ("slow", "b", 1e6, 0.3), ("a", "fast", 1e6, 0.2), ("fast", "b", 1e6, 0.3))
    tables = ForwardingTables(wiring)
    assert names(wiring, tables.route(0, wiring.names.index("b"))) == ["a", "fast", "b"]


def test_of_equal_delays_the_lower_id_wins(wired):
    wiring = wired(("a", "one", 1e6, 0.2), ("a", "two", 1e6, 0.2), ("two", "b", 1e6, 0.2), ("one", "b", 1e6, 0.2))
    assert names(wiring, ForwardingTables(wiring).route(0, wiring.names.index("b"))) == ["a", "one", "b"]


def test_a_node_is_its_own_route(wired):
    assert ForwardingTables(wired(("a", "b", 1e6, 0.1))).route(1, 1) == [1]


def test_without_a_way_the_error_names_both_ends(wired):
    tables = ForwardingTables(wired(("a", "b", 1e6, 0.1), ("c", "d", 1e6, 0.1)))
    with pytest.raises(NoRoute, match="no route from a to d"):
        tables.route(0, 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.integers(2, 12), st.floats(0.1, 1), st.integers(0, 10**6))
def test_routes_are_as_short_as_networkx_finds_them(wired, nodes, density, seed):
    graph = nx.gnp_random_graph(nodes, density, seed=seed)
    wiring = wired(*((str(a), str(b), 1e6, 0.1) for a, b in graph.edges), tiers=dict.fromkeys(map(str, graph), "edge"))
    tables = ForwardingTables(wiring)
    lengths = dict(nx.all_pairs_shortest_path_length(graph))
    for a in graph:
        for b in graph:
            if b in lengths[a]:
                route = tables.route(a, b)
                assert len(route) - 1 == lengths[a][b]
                assert all(pair in wiring.between for pair in pairwise(route))
            else:
                with pytest.raises(NoRoute):
                    tables.route(a, b)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.integers(2, 15), st.integers(0, 10**6), st.sampled_from(["hops", "delay", "inverse-rate", "energy", "mix"]))
def test_large_networks_get_the_tables_that_small_ones_get(wired, nodes, seed, metric):
    graph = nx.gnp_random_graph(nodes, 0.4, seed=seed)
    links = [(str(a), str(b), 1e6 * (1 + (a * b) % 3), 0.1 * (1 + (a + b) % 4)) for a, b in graph.edges]
    tables = ForwardingTables(wired(*links, tiers=dict.fromkeys(map(str, graph), "edge")), Routing(metric=metric))
    for destination in graph:
        assert tables._find(destination) == tables._find_with_scipy(destination)


@pytest.mark.parametrize(
    ("metric", "way"),
    [("hops", "a b"), ("delay", "a quick b"), ("inverse-rate", "a broad b"), ("energy", "a broad b")],
)
def test_each_metric_takes_its_own_way(wired, metric, way):
    wiring = wired(
        ("a", "b", 1e6, 9.0),
        ("a", "quick", 1e6, 0.1),
        ("quick", "b", 1e6, 0.1),
        ("a", "broad", 1e9, 5.0),
        ("broad", "b", 1e9, 5.0),
    )
    tables = ForwardingTables(wiring, Routing(metric=metric))
    assert names(wiring, tables.route(0, 1)) == way.split()


def test_a_mix_adds_the_costs_by_their_weights(wired):
    wiring = wired(("a", "b", 1e6, 2.0), ("a", "x", 1e9, 1.1), ("x", "b", 1e9, 1.1))
    weighted = {"metric": "mix", "delay_weight": 1.0, "rate_weight": 0.0, "energy_weight": 0.0}
    assert names(wiring, ForwardingTables(wiring, Routing(**weighted)).route(0, 1)) == ["a", "b"]
    weighted["rate_weight"] = 0.5  # a - b takes 1 s for a megabit, the others 1 ms each
    assert names(wiring, ForwardingTables(wiring, Routing(**weighted)).route(0, 1)) == ["a", "x", "b"]


def test_links_that_are_down_are_avoided_until_they_are_up(wired):
    wiring = wired(("a", "b", 1e6, 0.1), ("a", "x", 1e6, 0.1), ("x", "b", 1e6, 0.1))
    tables = ForwardingTables(wiring)
    tables.set_up(wiring.between[0, 1], up=False)
    assert names(wiring, tables.route(0, 1)) == ["a", "x", "b"]
    assert names(wiring, tables.route(1, 0)) == ["b", "a"]  # the other direction is another link
    tables.set_up(wiring.between[0, 1], up=True)
    assert names(wiring, tables.route(0, 1)) == ["a", "b"]


def test_links_without_cost_make_no_circles(wired):
    wiring = wired(("a", "b", 1e6, 0.0), ("b", "c", 1e6, 0.0), ("a", "c", 1e6, 0.0), ("c", "d", 1e6, 0.0))
    tables = ForwardingTables(wiring, Routing(metric="delay"))
    assert names(wiring, tables.route(0, 3)) == ["a", "c", "d"]
