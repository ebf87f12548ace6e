from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wayfare.emulator.faults import FailingPair, Outage
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


def test_weights_are_refused_where_they_would_not_count():
    assert Routing(metric="delay", rate_weight=1.0) == Routing(metric="delay")  # as by default, and as written back
    with pytest.raises(ValueError, match="energy_weight is only for metric 'mix', and the metric is 'hops'"):
        Routing(energy_weight=2.0)
    with pytest.raises(ValueError, match="a mix needs a weight above 0"):
        Routing(metric="mix", delay_weight=0.0, rate_weight=0.0)


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


def test_the_cost_of_a_way_is_the_sum_over_its_links(wired):
    wiring = wired(("a", "b", 1e6, 0.5), ("b", "c", 4e6, 0.25), ("x", "y", 1e6, 0.0))
    by_delay = ForwardingTables(wiring, Routing(metric="delay"))
    assert by_delay.cost(0, 2) == pytest.approx(0.75, rel=1e-12)
    assert by_delay.cost(1, 1) == 0
    assert ForwardingTables(wiring, Routing(metric="inverse-rate")).cost(0, 2) == pytest.approx(1.25, rel=1e-12)
    assert ForwardingTables(wiring).cost(0, 2) == pytest.approx(2.0, abs=1e-6)  # two hops, and ties go by delay
    with pytest.raises(NoRoute):
        by_delay.cost(0, 4)


def test_tables_by_rate_follow_the_rates_when_they_are_told(wired):
    wiring = wired(("a", "b", 1e6, 0.0), ("a", "x", 4e6, 0.0), ("x", "b", 4e6, 0.0))
    tables = ForwardingTables(wiring, Routing(metric="inverse-rate"))
    assert names(wiring, tables.route(0, 1)) == ["a", "x", "b"]
    link = wiring.between[0, 1]
    link.take_rate(8e6)
    tables.refresh(link)
    assert names(wiring, tables.route(0, 1)) == ["a", "b"]


def test_a_link_without_a_rate_is_on_no_way(wired):
    wiring = wired(("a", "b", 1e6, 0.0), ("a", "x", 1e6, 0.0), ("x", "b", 1e6, 0.0))
    tables, link = ForwardingTables(wiring), wiring.between[0, 1]
    link.take_rate(0.0)
    tables.refresh(link)
    assert names(wiring, tables.route(0, 1)) == ["a", "x", "b"]


def test_a_program_asks_for_ways_and_their_cost(live, wired, scripted):
    seen = {}

    def look(node):
        seen.update(next_hop=node.next_hop("c"), route=node.route("c"), cost=node.cost("c"), own=node.route("a"))
        with pytest.raises(NoRoute, match="no route from a to y"):
            node.next_hop("y")
        yield node.wait(1.0)

    wiring = wired(("a", "b", 1e6, 0.0), ("b", "c", 1e6, 0.0), ("x", "y", 1e6, 0.0))
    live(wiring, scripted({"a": look}), {"a": 5}, stop_s=2.0)
    assert seen == {"next_hop": "b", "route": ("a", "b", "c"), "cost": 2.0, "own": ("a",)}


def test_a_program_sees_that_a_way_has_changed(live, wired, scripted):
    seen = []

    def look(node):
        seen.append(node.route("b"))
        yield node.wait(2.0)
        seen.append(node.route("b"))

    wiring = wired(("a", "b", 1e6, 0.0), ("a", "x", 1e6, 0.0), ("x", "b", 1e6, 0.0))
    fault = FailingPair((wiring.between[0, 1], wiring.between[1, 0]), iter([Outage(1.0, 9.0)]))
    live(wiring, scripted({"a": look}), {"a": 5}, stop_s=3.0, faults=[fault])
    assert seen == [("a", "b"), ("a", "x", "b")]
