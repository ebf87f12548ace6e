import networkx as nx
import numpy as np
import pytest

from wayfare.topologies import check_topology


def cell(**link):
    """A device and a site joined by a good radio link, changed by the keywords."""
    graph = nx.Graph()
    graph.add_node("phone", tier="device", x_m=0.0, y_m=0.0)
    graph.add_node("site", tier="edge", x_m=30.0, y_m=0)
    graph.add_edge("phone", "site", **{"medium": "radio"} | link)
    return graph


def wire(**link):
    graph = nx.Graph()
    graph.add_nodes_from(["a", "b"], tier="edge")
    graph.add_edge("a", "b", **link)
    return graph


def only(graph):
    [problem] = check_topology(graph)
    return problem


def test_good_links_have_no_problem():
    assert check_topology(cell()) == []
    assert check_topology(wire()) == []
    assert check_topology(wire(medium="wire", rate_bps=1, delay_s=0, duplex="half")) == []
    assert check_topology(wire(rate_bps=np.int64(10), delay_s=np.float32(0.5))) == []


def test_attributes_of_other_tools_are_left_alone():
    assert check_topology(wire(label="uplink", colour="#ff0000", weight=3, LinkSpeedRaw=1e9)) == []


@pytest.mark.parametrize("tier", ["egde", "Edge", 3, None, ["edge"]])
def test_an_unknown_tier_names_the_node_and_what_is_allowed(tier):
    graph = wire()
    graph.nodes["a"]["tier"] = tier
    assert only(graph).startswith(f"node 'a': tier is {tier!r}; it must be device, edge or cloud")


def test_a_misspelt_tier_is_answered_with_the_nearest():
    graph = wire()
    graph.nodes["a"]["tier"] = "egde"
    assert only(graph).endswith("(did you mean edge?)")


def test_a_missing_tier_is_a_problem():
    graph = wire()
    del graph.nodes["b"]["tier"]
    assert only(graph) == "node 'b': it has no tier; it must be device, edge or cloud"


@pytest.mark.parametrize("name", ["", " a", "a\n", "a\x00b", 7])
def test_a_name_that_is_empty_blank_unprintable_or_no_text_is_a_problem(name):
    graph = nx.Graph()
    graph.add_node(name, tier="edge")
    assert "a name must be text" in only(graph)


def test_a_name_in_any_script_is_fine():
    graph = nx.Graph()
    graph.add_node("Zürich 駅", tier="edge")
    assert check_topology(graph) == []


@pytest.mark.parametrize("value", ["100", float("nan"), float("inf"), True, None, 10**400])
@pytest.mark.parametrize("key", ["rate_bps", "delay_s"])
def test_a_number_of_a_link_must_be_finite_and_not_text(key, value):
    assert only(wire(**{key: value})).startswith(f"link 'a' - 'b': {key} is {value!r}; it must be a number")


@pytest.mark.parametrize("link", [{"rate_bps": 0}, {"rate_bps": -1.0}, {"delay_s": -1e-9}])
def test_a_rate_must_be_above_zero_and_a_delay_not_below(link):
    assert "it must be a number" in only(wire(**link))


@pytest.mark.parametrize("value", ["5", float("nan"), None, False])
def test_a_coordinate_must_be_a_finite_number(value):
    graph = cell()
    graph.nodes["site"]["x_m"] = value
    assert only(graph) == f"node 'site': x_m is {value!r}; it must be a finite number of metres"


def test_half_a_position_is_a_problem():
    graph = wire()
    graph.nodes["a"]["y_m"] = 1.0
    assert only(graph) == "node 'a': it has y_m alone; a position is both x_m and y_m, or neither"


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("rate", "rate_bps"),
        ("rate_mbps", "rate_bps"),
        ("bandwidth", "rate_bps"),
        ("capacity", "rate_bps"),
        ("delay", "delay_s"),
        ("delay_ms", "delay_s"),
        ("latency", "delay_s"),
        ("Medium", "medium"),
    ],
)
def test_an_attribute_that_would_be_read_over_in_silence_is_a_problem(key, meant):
    assert only(wire(**{key: 1})) == f"link 'a' - 'b': {key} is not an attribute of a link; did you mean {meant}?"


@pytest.mark.parametrize("loss", [-0.1, 1, "0.1", None, float("nan")])
def test_a_loss_is_a_share_below_one(loss):
    assert only(wire(loss=loss)).startswith(f"link 'a' - 'b': loss is {loss!r}; it must be the share")


def test_sharing_and_loss_are_attributes_of_a_wire_and_not_of_a_radio_link():
    assert check_topology(wire(sharing="unshared", loss=0.25)) == []
    assert only(wire(sharing="fat")) == "link 'a' - 'b': sharing is 'fat'; it must be shared or unshared"
    assert "share nothing either" in only(wire(sharing="unshared", duplex="half"))
    assert only(cell(loss=0.1)).endswith("a radio link has no loss of its own; its cell decides it")
    assert only(wire(Loss=0.1)).endswith("did you mean loss?")
    assert only(wire(packet_loss=0.1)).endswith("did you mean loss?")
    assert check_topology(wire(**{"class": "core"})) == []


def test_an_unknown_medium_or_duplex_is_a_problem():
    assert only(wire(medium="optical")) == "link 'a' - 'b': medium is 'optical'; it must be wire or radio"
    assert only(wire(duplex="Half")).endswith("it must be full or half (did you mean half?)")


def test_a_radio_link_without_a_position_names_the_node():
    graph = cell()
    del graph.nodes["site"]["x_m"], graph.nodes["site"]["y_m"]
    assert only(graph) == "link 'phone' - 'site': a radio link needs the positions of both ends; 'site' has none"


def test_a_radio_link_takes_neither_rate_nor_duplex():
    assert "its rate comes from the radio model" in only(cell(rate_bps=1e6))
    assert "a radio link has no duplex of its own" in only(cell(duplex="half"))


@pytest.mark.parametrize(("phone", "site"), [("edge", "edge"), ("cloud", "edge")])
def test_a_radio_link_joins_a_device_to_a_site_or_another_device(phone, site):
    graph = cell()
    graph.nodes["phone"]["tier"], graph.nodes["site"]["tier"] = phone, site
    assert "a radio link joins a device to an edge or cloud site, or to another device, not " in only(graph)
    graph.nodes["phone"]["tier"], graph.nodes["site"]["tier"] = "device", "device"
    assert check_topology(graph) == []


def test_a_device_may_reach_a_cloud_by_radio():
    graph = cell()
    graph.nodes["site"]["tier"] = "cloud"
    assert check_topology(graph) == []


def test_a_self_loop_is_a_problem():
    graph = wire()
    graph.add_edge("a", "a")
    assert only(graph) == "link 'a' - 'a': it joins the node to itself"


def test_parts_without_a_link_between_them_are_named_by_a_node_on_each_side():
    graph = wire()
    graph.add_nodes_from(["c", "d"], tier="cloud")
    assert only(graph) == "the graph is in 3 parts without a link between them: 'a' cannot reach 'c'"


@pytest.mark.parametrize(("kind", "word"), [(nx.DiGraph, "directed"), (nx.MultiGraph, "a multigraph")])
def test_another_kind_of_graph_is_a_problem(kind, word):
    assert only(kind(wire())).startswith(f"the graph is {word}")


def test_an_empty_graph_is_a_problem():
    assert only(nx.Graph()) == "the graph has no nodes; a topology needs at least one"


def test_all_problems_are_listed_at_once():
    graph = wire(rate_bps="fast", delay_s=-1, medium="air")
    graph.nodes["a"]["tier"] = "fog"
    assert len(check_topology(graph)) == 4
