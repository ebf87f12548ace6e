import json

import networkx as nx
import pytest

from wayfare.topologies import REAL_NETWORKS, Real, TopologyError, network_file
from wayfare.topologies.geography import great_circle_m

# Nodes, links and diameter in hops of the Topology Zoo's graphs.
KNOWN = {"abilene": (11, 14, 5), "nsfnet": (13, 15, 5), "sanren": (7, 7, 3), "surfnet": (50, 68, 11)}


@pytest.mark.parametrize("network", REAL_NETWORKS)
def test_a_real_network_has_the_nodes_and_links_of_its_source(network, unused):
    graph = Real(network=network).build(unused)
    assert (len(graph), graph.number_of_edges(), nx.diameter(graph)) == KNOWN[network]


@pytest.mark.parametrize("network", REAL_NETWORKS)
def test_a_real_network_says_where_it_comes_from_and_under_what_licence(network):
    about = json.loads(network_file(network).read_text(encoding="utf-8"))["graph"]
    assert {"name", "source", "citation", "licence"} <= about.keys()
    assert "doi:10.1109/JSAC.2011.111002" in about["citation"]
    assert "Permission is hereby granted" in network_file(network).with_name("LICENSE").read_text()


def test_delays_are_those_of_fibre_along_the_great_circle(unused):
    graph = Real(network="abilene").build(unused)
    # 1,146 km between New York and Chicago, at 4.8974 us/km.
    assert graph.edges["New York", "Chicago"]["delay_s"] == pytest.approx(1146e3 * 4.8974e-9, rel=1e-3)
    new_york, seattle = (
        (graph.nodes[name]["Longitude"], graph.nodes[name]["Latitude"]) for name in ("New York", "Seattle")
    )
    assert great_circle_m(new_york, seattle) == pytest.approx(3.87e6, rel=0.01)
    assert graph.nodes["Seattle"]["x_m"] < graph.nodes["Denver"]["x_m"] < graph.nodes["New York"]["x_m"]
    assert graph.nodes["Houston"]["y_m"] < graph.nodes["Chicago"]["y_m"]


def test_abilene_runs_at_the_rate_of_oc_192(unused):
    assert {rate for *_, rate in Real(network="abilene").build(unused).edges(data="rate_bps")} == {192 * 51.84e6}


def test_a_rate_is_given_where_the_source_has_none(unused):
    graph = Real(network="nsfnet", rate_bps=1.544e6).build(unused)
    assert {rate for *_, rate in graph.edges(data="rate_bps")} == {1.544e6}
    assert {rate for *_, rate in Real(network="abilene", rate_bps=1.0).build(unused).edges(data="rate_bps")} == {
        9.95328e9
    }


def test_one_node_may_be_the_cloud(unused):
    graph = Real(network="sanren", tier="device", cloud="Johannesburg").build(unused)
    assert {name for name, tier in graph.nodes(data="tier") if tier == "cloud"} == {"Johannesburg"}
    with pytest.raises(TopologyError, match="sanren has no node 'Berlin'; its nodes are Johannesburg, Pretoria"):
        Real(network="sanren", cloud="Berlin").build(unused)
