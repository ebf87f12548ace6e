"""Next-hop policies, each on a small graph by hand."""

import math

import networkx as nx
import pytest

from wayfare.emulator.wandering import (
    POLICIES,
    Advertisement,
    Bandit,
    Controller,
    CyclicOrder,
    Experience,
    LeastRecent,
    LinkAware,
    Mixture,
)
from wayfare.emulator.wandering.controller import nearest_neighbour_tour

STAR = nx.Graph([("h", leaf) for leaf in "abc"])


def advertised(**experience):
    return [Advertisement(name, 0.0, experience=given) for name, given in experience.items()]


def test_least_recent_takes_whoever_was_left_longest_ago(look):
    outlook = look(STAR, "h", visited=["b", "h", "a", "h", "c", "h"])
    assert LeastRecent().choose(outlook).destination == "b"
    assert LeastRecent().choose(look(STAR, "h", visited=["b", "h", "c", "h"])).destination == "a"


def test_cyclic_visits_all_holders_in_the_order_of_their_ids(look):
    name, stops = "a", []
    for _ in range(6):
        name = CyclicOrder().choose(look(STAR, name, holders=["a", "b", "c"])).destination
        stops.append(name)
    assert stops == ["b", "c", "a", "b", "c", "a"]


def test_cyclic_stays_where_there_is_no_other_holder(look):
    assert CyclicOrder().choose(look(STAR, "a", holders=["a"])) is None


def test_link_aware_takes_the_link_on_which_the_packet_takes_least_time(look):
    """A large rate does not help where the delay is long: the packet has about 200 bytes."""
    graph = nx.Graph()
    graph.add_edge("h", "a", now_bps=1e9, delay_s=1.0)
    graph.add_edge("h", "b", now_bps=1e5, delay_s=0.0)
    graph.add_edge("h", "c", now_bps=0.0, delay_s=0.0)
    outlook = look(graph, "h")
    scores = LinkAware().scores(outlook)
    assert scores["b"] == pytest.approx(-8 * outlook.size_bytes / 1e5)
    assert scores["c"] == -math.inf
    assert LinkAware().choose(outlook).destination == "b"


def test_a_bandit_tries_everybody_first_then_is_ucb1(look):
    tried = advertised(a=Experience(4, 0.4, 4.0), b=Experience(9, 1.8, 9.0), c=Experience())
    assert Bandit().choose(look(STAR, "h", heard=tried)).destination == "c"
    outlook = look(STAR, "h", heard=advertised(a=Experience(4, 0.4), b=Experience(9, 1.8), c=Experience(3, 0.0)))
    scores = Bandit("byte").scores(outlook)  # means .1, .2 and 0, over the best; 16 visits in all
    for name, mean, visits in (("a", 0.5, 4), ("b", 1.0, 9), ("c", 0.0, 3)):
        assert scores[name] == pytest.approx(mean + math.sqrt(2 * math.log(16) / visits))
    assert Bandit("byte", exploration=0.0).choose(outlook).destination == "b"


def test_a_bandit_prices_gain_by_second_or_joule(look):
    """b gains more but takes longer; a takes more energy."""
    heard = advertised(a=Experience(2, 0.2, 2.0, 90.0), b=Experience(2, 0.4, 40.0, 8.0))
    outlook = look(nx.Graph([("h", "a"), ("h", "b")]), "h", heard=heard)
    chosen = {per: Bandit(per, 0.0).choose(outlook).destination for per in ("second", "byte", "joule")}
    assert chosen == {"second": "a", "byte": "b", "joule": "b"}


def test_with_beacons_the_silent_are_not_chosen(look):
    outlook = look(STAR, "h", visited=["b", "h"], heard=[Advertisement("b", 0.0)])
    assert LeastRecent().choose(outlook).destination == "b"
    assert LeastRecent().choose(look(STAR, "h", visited=["b", "h"])).destination != "b"


def test_a_mixture_of_one_chooses_as_that_one(look):
    graph = nx.Graph()
    for name, rate_bps in (("a", 1e5), ("b", 3e5), ("c", 2e5)):
        graph.add_edge("h", name, now_bps=rate_bps)
    heard = advertised(a=Experience(1, 1.0), b=Experience(1, 0.0), c=Experience(1, 0.5))
    outlook = look(graph, "h", visited=["c", "b", "a"], heard=heard)
    assert Mixture(unseen=0, speed=2).choose(outlook).destination == "b"
    assert Mixture(unseen=1).choose(outlook).destination == "c"
    assert Mixture(unseen=0, gain=1, per="byte").choose(outlook).destination == "a"
    assert Mixture(unseen=1, speed=1).choose(outlook).destination == "c"  # second in speed, but not seen for longest


def test_a_mixture_of_nothing_is_refused():
    with pytest.raises(ValueError, match="all weights are zero"):
        Mixture(unseen=0)


def test_the_nearest_neighbour_tour_of_points_on_a_line():
    places = {"m": 0.0, "a": 1.0, "b": -1.5, "c": 4.0, "d": -7.0}
    tour = nearest_neighbour_tour(list(places), lambda first, second: abs(places[first] - places[second]))
    assert tour == ("m", "a", "b", "c", "d")


def test_a_controlled_packet_goes_to_the_next_of_the_tour_by_source_route(look):
    outlook = look(STAR, "a")
    assert Controller().choose(outlook) is None  # it has not heard of the tour yet
    outlook.node.store["tour"] = ("a", "c", "b")
    assert Controller().choose(outlook) == ("c", ("h",))


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_outlook_leads_to_the_same_choice(look, name, degrees):
    chosen = {POLICIES[name]().choose(look(STAR, "h", visited=["a", "h"], heard=degrees(STAR))) for _ in range(3)}
    assert len(chosen) == 1
