"""GML and GEXF, which are read only, and hostile files of every format."""

import time

import networkx as nx
import numpy as np
import pytest

from wayfare.topologies import REPAIR, Import, ThreeTier, TopologyError, graph_hash, import_topology, read_topology

ZOO_GML = """graph [
  directed 0
  Network "Abilene"
  Creator "Topology Zoo Toolset"
  node [
    id 0
    label "New York"
    Longitude -74.00597
    Latitude 40.71427
  ]
  node [
    id 1
    label "Chicago"
    Longitude -87.65005
    Latitude 41.85003
  ]
  edge [
    source 0
    target 1
    LinkLabel "OC-192c"
    LinkSpeedRaw 9953280000.0
  ]
  edge [
    source 0
    target 1
  ]
]
"""


@pytest.fixture
def save(tmp_path):
    def write(content, name):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def three_tiers():
    return ThreeTier(clouds=2).build(lambda name: np.random.default_rng(len(name)))


def refusal(path, options=None):
    with pytest.raises(TopologyError) as caught:
        read_topology(path, options)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_gml_of_the_zoo_is_read_with_its_parallel_links_merged(save):
    graph = read_topology(save(ZOO_GML, "Abilene.gml"), Import(tier="edge", names="label", parallel="merge"))
    assert list(graph.edges) == [("New York", "Chicago")]
    assert graph.edges["New York", "Chicago"]["rate_bps"] == 9953280000.0
    assert graph.edges["New York", "Chicago"]["delay_s"] == pytest.approx(5.61e-3, rel=1e-2)
    assert graph.graph["Network"] == "Abilene"


def test_gml_of_networkx_keeps_a_topology(three_tiers, tmp_path):
    # GML has no underscore in keys for networkx's writer, so the attributes go without their unit.
    bare = nx.Graph()
    bare.add_nodes_from((name, {"tier": node["tier"]}) for name, node in three_tiers.nodes(data=True))
    bare.add_edges_from(three_tiers.edges)
    nx.write_gml(bare, tmp_path / "net.gml")
    assert graph_hash(_without_labels(read_topology(tmp_path / "net.gml", Import(names="label")))) == graph_hash(bare)


def test_gexf_of_networkx_keeps_a_topology(three_tiers, tmp_path):
    nx.write_gexf(three_tiers, tmp_path / "net.gexf")
    assert graph_hash(_without_labels(read_topology(tmp_path / "net.gexf"))) == graph_hash(three_tiers)


def _without_labels(graph):
    for node in graph.nodes.values():
        node.pop("label", None)
    return graph


def test_gexf_keeps_parallel_links_of_one_id_and_drops_what_draws_it(save):
    text = """<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:viz="http://www.gexf.net/1.2draft/viz" version="1.2">
      <graph defaultedgetype="undirected"><nodes>
        <node id="a" label="A"><viz:size value="2"/></node><node id="b" label="B"/>
      </nodes><edges><edge id="e" source="a" target="b"/><edge id="e" source="b" target="a"/></edges></graph></gexf>"""
    imported = import_topology(save(text, "net.gexf"), REPAIR)
    assert imported.graph.nodes["a"] == {"label": "A", "tier": "edge"}
    assert "parallel links merged" in str(imported.report)
    assert "there are parallel links between 'a' and 'b'" in refusal(save(text, "net.gexf"), Import(tier="edge"))


def test_parallel_links_of_graphml_with_the_same_id_are_not_merged_in_silence(save):
    text = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected"><node id="a"/>
      <node id="b"/><edge id="e" source="a" target="b"/><edge id="e" source="a" target="b"/></graph></graphml>"""
    assert "parallel links" in refusal(save(text, "net.graphml"), Import(tier="edge"))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><graphml>&l9;</graphml>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><graphml>&e;</graphml>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><graphml/>'
ATTRIBUTES = '<?xml version="1.0"?><!DOCTYPE x [<!ATTLIST node tier CDATA "edge">]><graphml/>'


@pytest.mark.parametrize("extension", ["graphml", "gexf", "xml"])
@pytest.mark.parametrize("text", [BILLION_LAUGHS, EXTERNAL, PARAMETER, ATTRIBUTES])
def test_xml_that_defines_anything_is_refused_at_once(extension, text, save):
    began = time.monotonic()
    assert "its document type defines entities or elements" in refusal(save(text, f"net.{extension}"))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("extension", ["graphml", "gexf", "xml"])
def test_xml_that_is_nested_without_end_is_refused(extension, save):
    assert "nested more than 100 deep" in refusal(save("<a>" * 100_000, f"net.{extension}"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("net.gml", "", "not GML: input contains no graph"),
        ("net.gml", "hello [", "not GML"),
        ("net.gml", b"\xff\xfe\x00", "not GML"),
        ("net.gml", "graph [ " * 5000, "not GML"),
        ("net.gml", "graph [ node [ id 0 ] node [ id 0 ] ]", "not GML: node id 0 is duplicated"),
        ("net.gml", "graph [ node [ id 0 ] edge [ source 0 target 1 ] ]", "edge #0 has undefined target 1"),
        ("net.gml", "graph [ node [ label 3 ] ]", "node #0 has no 'id' attribute"),
        ("net.gml", "graph [ node [ id 0 ] ] graph [ node [ id 0 ] ]", "not GML: input contains more than one graph"),
        ("net.gml", f"graph [ node [ id {'9' * 5000} ] ]", "not GML"),
        ("net.gml", 'graph [\n\n"\n\n', "not GML"),
        ("net.gexf", "", "not XML"),
        ("net.gexf", "<gexf/>", "not GEXF"),
        ("net.gexf", "<html><body/></html>", "not GEXF"),
    ],
)
def test_what_is_not_its_format_is_refused(name, content, words, save):
    assert words in refusal(save(content, name))


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("NAN", "rate_bps is nan"),
        ("+INF", "rate_bps is inf"),
        ("1" + "0" * 400, "rate_bps is 1000"),
        ("1.0E999", "rate_bps is inf"),
        ("-1", "rate_bps is -1"),
    ],
)
def test_numbers_that_are_no_rates_are_refused_in_gml(rate, words, save):
    text = f"graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 rate_bps {rate} ] ]"
    assert words in refusal(save(text, "net.gml"), REPAIR)


@pytest.mark.parametrize("raw", ["NAN", "+INF", "1" + "0" * 400, "-1", "0"])
def test_speeds_of_the_zoo_that_are_no_rates_are_refused(raw, save):
    text = f"graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 LinkSpeedRaw {raw} ] ]"
    assert "it must be a number of bit/s above 0" in refusal(save(text, "net.gml"), REPAIR)


@pytest.mark.parametrize("longitude", ["NAN", "+INF", "1" + "0" * 400])
def test_coordinates_that_are_no_numbers_are_refused(longitude, save):
    text = f"graph [ node [ id 0 Longitude {longitude} Latitude 0 ] ]"
    assert "it must be a number of degrees from -180 to 180" in refusal(save(text, "net.gml"), REPAIR)
