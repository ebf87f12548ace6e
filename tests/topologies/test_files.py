import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import ThreeTier, TopologyError, graph_hash, read_topology, write_topology

NODES = [{"id": "a", "tier": "edge"}, {"id": "b", "tier": "cloud"}]
LINK = {"source": "a", "target": "b", "rate_bps": 1e6}
NAMESPACE = 'xmlns="http://graphml.graphdrawing.org/xmlns"'
TIER = '<key id="t" for="node" attr.name="tier" attr.type="string"><default>edge</default></key>'
A_AND_B = '<node id="a"/><node id="b"/>'
A_TO_B = '<edge source="a" target="b"/>'


@pytest.fixture
def save(tmp_path):
    def write(content, name="net.json"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def graphml(inner, keys=TIER, direction="undirected"):
    return f'<graphml {NAMESPACE}>{keys}<graph edgedefault="{direction}">{inner}</graph></graphml>'


def attributes(graph):
    """Everything in a graph, with the type of each value."""
    typed = [
        (name, {key: (type(value), value) for key, value in node.items()}) for name, node in graph.nodes(data=True)
    ]
    links = [
        (*ends, {key: (type(value), value) for key, value in link.items()}) for *ends, link in graph.edges(data=True)
    ]
    return typed, links


def refusal(path):
    with pytest.raises(TopologyError) as caught:
        read_topology(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


texts = st.text(st.characters(min_codepoint=32, exclude_categories=["C", "Z"]), min_size=1)
values = st.one_of(
    st.booleans(), st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False, allow_infinity=False), texts
)


@st.composite
def topologies(draw):
    """Connected graphs with all the attributes, and some of other tools."""
    graph = nx.Graph()
    names = draw(st.lists(texts, min_size=1, max_size=6, unique=True))
    for number, name in enumerate(names):
        graph.add_node(name, tier="edge", x_m=draw(st.floats(-1e6, 1e6)), y_m=number, note=draw(values))
        if number:
            graph.add_edge(name, draw(st.sampled_from(names[:number])), rate_bps=draw(st.floats(1e-3, 1e12)))
    for link in graph.edges.values():
        link |= draw(
            st.fixed_dictionaries({}, optional={"delay_s": st.just(0), "duplex": st.just("half"), "tag": values})
        )
    return graph


@pytest.mark.parametrize("extension", ["json", "graphml"])
@settings(deadline=None)
@given(graph=topologies())
def test_what_is_written_is_read_back_with_its_types_and_order(extension, graph, tmp_path_factory):
    path = tmp_path_factory.mktemp("round-trip") / f"net.{extension}"
    write_topology(graph, path)
    assert attributes(read_topology(path)) == attributes(graph)


@pytest.mark.parametrize("extension", ["json", "graphml"])
def test_a_generated_topology_keeps_its_hash_through_a_file(extension, tmp_path):
    graph = ThreeTier(clouds=2).build(lambda name: np.random.default_rng(len(name)))
    write_topology(graph, tmp_path / f"net.{extension}")
    again = read_topology(tmp_path / f"net.{extension}")
    assert graph_hash(again) == graph_hash(graph)
    assert list(again) == list(graph)
    write_topology(again, tmp_path / f"again.{extension}")
    assert (tmp_path / f"again.{extension}").read_bytes() == (tmp_path / f"net.{extension}").read_bytes()


@pytest.mark.parametrize("links", ["edges", "links"])
def test_node_link_json_of_networkx_is_read_under_either_word(links, save):
    graph = ThreeTier().build(lambda name: np.random.default_rng(len(name)))
    path = save(nx.node_link_data(graph, edges=links))
    assert attributes(read_topology(path)) == attributes(graph)


def test_graphml_of_networkx_is_read(tmp_path):
    graph = ThreeTier().build(lambda name: np.random.default_rng(len(name)))
    nx.write_graphml(graph, tmp_path / "net.graphml")
    assert attributes(read_topology(tmp_path / "net.graphml")) == attributes(graph)


def test_numbers_as_names_become_text(save):
    nodes = [{"id": 1, "tier": "edge"}, {"id": 2, "tier": "edge"}]
    graph = read_topology(save({"nodes": nodes, "links": [{"source": 1, "target": 2}]}))
    assert list(graph.edges) == [("1", "2")]


def test_a_multigraph_without_parallel_links_is_read(save):
    document = {"multigraph": True, "nodes": NODES, "links": [LINK | {"key": 0}]}
    assert dict(read_topology(save(document)).edges["a", "b"]) == {"rate_bps": 1e6}


def test_graphml_defaults_are_written_out_and_link_ids_dropped(save):
    keys = TIER + '<key id="r" for="edge" attr.name="rate_bps" attr.type="double"><default>1e6</default></key>'
    graph = read_topology(save(graphml(A_AND_B + '<edge id="e0" source="a" target="b"/>', keys), "net.graphml"))
    assert graph.nodes["a"] == {"tier": "edge"}
    assert graph.edges["a", "b"] == {"rate_bps": 1e6}


def test_graphml_is_read_in_the_encoding_that_it_declares(save):
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + graphml('<node id="Zürich"/>')
    assert list(read_topology(save(text.encode("latin-1"), "net.graphml"))) == ["Zürich"]


def test_an_upper_case_extension_is_read(save):
    assert len(read_topology(save({"nodes": NODES, "edges": [LINK]}, "NET.JSON"))) == 2


@pytest.mark.parametrize("name", ["net.graphml.gz", "net.yaml", "net"])
def test_an_unknown_extension_names_the_known_ones(name, save):
    known = ".json (node-link JSON), .graphml (GraphML), .gml (GML), .gexf (GEXF) or .xml (SimGrid platform)"
    assert f"a topology file is {known}" in refusal(save("", name))


@pytest.mark.parametrize("name", ["net.gml", "net.gexf", "net.xml"])
def test_a_format_that_is_only_read_is_not_written(name, tmp_path):
    graph = nx.Graph()
    graph.add_node("a", tier="edge")
    with pytest.raises(TopologyError, match=r"a topology is written as \.json \(node-link JSON\) or \.graphml"):
        write_topology(graph, tmp_path / name)


@pytest.mark.parametrize("name", ["net.json", "net.graphml"])
def test_a_missing_file_and_a_folder_are_refused(name, tmp_path):
    assert "No such file" in refusal(tmp_path / name)
    (tmp_path / name).mkdir()
    assert "Is a directory" in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "not JSON: line 1, column 1"),
        ("{", "not JSON: line 1, column 2"),
        ("nodes: [a, b]", "not JSON"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON that can be read"),
        ('{"nodes": ' + "9" * 5000 + "}", "not JSON that can be read"),
        ('{"nodes": [], "nodes": []}', "the key 'nodes' stands twice"),
        ([NODES], "not a node-link graph: the document is"),
        ({"name": "campus"}, "'nodes' is NoneType"),
        ({"nodes": NODES}, "'edges' is NoneType"),
        ({"nodes": {"a": {}}, "edges": []}, "'nodes' is dict"),
        ({"nodes": ["a", "b"], "edges": []}, "entry 1 of 'nodes' is 'a'; it must be a mapping"),
        ({"nodes": NODES, "edges": [["a", "b"]]}, "entry 1 of 'edges' is ['a', 'b']"),
        ({"nodes": NODES, "edges": [LINK], "links": [LINK]}, 'both "edges" and "links"'),
        ({"nodes": NODES, "edges": [LINK], "graph": 3}, '"graph" is 3'),
        ({"nodes": NODES, "edges": [LINK], "directed": True}, "the graph is directed"),
        ({"nodes": NODES, "edges": [LINK, LINK]}, "parallel links between 'a' and 'b'"),
        ({"nodes": NODES, "edges": [LINK, {"source": "b", "target": "a"}]}, "parallel links between 'b' and 'a'"),
        ({"nodes": NODES, "edges": [{"source": "a", "target": "z"}]}, "link 1 names 'z'"),
        ({"nodes": NODES, "edges": [{"source": "a"}]}, "link 1 has target None"),
        ({"nodes": [{"tier": "edge"}], "edges": []}, "node 1 has id None"),
        ({"nodes": [{"id": True, "tier": "edge"}], "edges": []}, "node 1 has id True"),
        ({"nodes": [{"id": 1}, {"id": "1"}], "edges": []}, "node 2 is called '1', as another is"),
        ({"nodes": [{"id": "a"}, NODES[1]], "edges": [LINK]}, "node 'a': it has no tier"),
        ({"nodes": NODES, "edges": [LINK | {"rate_bps": "1e6"}]}, "rate_bps is '1e6'; it must be a number"),
        ({"nodes": NODES, "edges": [LINK | {"rate_bps": float("nan")}]}, "a number NaN"),
        ({"nodes": NODES, "edges": [LINK | {"rate_bps": float("inf")}]}, "a number Infinity"),
        ('{"nodes": [{"id": "a", "tier": "edge", "x_m": 1e999, "y_m": 0}], "edges": []}', "x_m is inf"),
        ('{"nodes": [{"id": "\\ud800", "tier": "edge"}], "edges": []}', "a name must be text"),
        ({"nodes": [], "edges": []}, "the graph has no nodes"),
        ({"nodes": NODES, "edges": []}, "'a' cannot reach 'b'"),
    ],
)
def test_bad_json_is_refused_with_the_file_and_the_reason(document, words, save):
    assert words in refusal(save(document))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not XML"),
        ("hello", "not XML"),
        (b"\x00\xff\x00", "not XML"),
        ('<?xml version="1.0" encoding="klingon"?><graphml/>', "not XML"),
        ("<html/>", "not GraphML"),
        (f"<graphml {NAMESPACE}/>", "not GraphML"),
        (graphml(A_AND_B + A_TO_B, direction="directed"), "the graph is directed"),
        (graphml(A_AND_B + A_TO_B + A_TO_B), "parallel links between 'a' and 'b'"),
        (graphml(A_AND_B + A_TO_B + '<edge source="b" target="a"/>'), "parallel links between 'a' and 'b'"),
        (graphml(A_AND_B + A_TO_B + '<node id="a"/>'), "2 nodes are called 'a'"),
        (graphml(A_AND_B + '<edge source="a" target="z"/>'), "link 1 names 'z'"),
        (graphml("<node/>"), "a node has no id"),
        (graphml(A_AND_B + A_TO_B, keys=""), "node 'a': it has no tier"),
        (graphml('<node id="a"><data key="zz">1</data></node>'), "not GraphML: Bad GraphML data: no key zz"),
        (graphml("").replace("</graph>", "</graph><graph edgedefault='undirected'/>"), "it holds 2 graphs"),
    ],
)
def test_bad_graphml_is_refused_with_the_file_and_the_reason(text, words, save):
    assert words in refusal(save(text, "net.graphml"))


@pytest.mark.parametrize(
    ("content", "name", "problems"),
    [
        (
            {
                "nodes": [*NODES, {"id": "a"}, {"id": None}],
                "edges": [LINK, {"source": "z"}, {"source": "None", "target": "None"}],
            },
            "net.json",
            [
                "node 3 is called 'a'",
                "node 4 has id None",
                "link 2 names 'z'",
                "link 2 has target None",
                "link 3 names",
            ],
        ),
        (
            graphml(A_AND_B + '<node id="a"/><edge source="y" target="a"/>' + A_TO_B + '<edge source="b" target="z"/>'),
            "net.graphml",
            ["2 nodes are called 'a'", "link 1 names 'y'", "link 3 names 'z'"],
        ),
    ],
)
def test_all_that_is_wrong_with_names_is_said_at_once(content, name, problems, save):
    with pytest.raises(TopologyError) as refused:
        read_topology(save(content, name))
    found = refused.value.problems
    assert all(
        problem.partition(f"{name}: ")[2].startswith(begin) for problem, begin in zip(found, problems, strict=True)
    )
    assert all(begin in str(refused.value) for begin in problems)
    assert not refused.value.repairable


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("string", "1e6", "rate_bps is '1e6'; it must be a number"),
        ("double", "nan", "rate_bps is nan; it must be a number"),
        ("double", "fast", "not GraphML: could not convert string to float"),
        ("gigabits", "1", "not GraphML"),
    ],
)
def test_a_bad_number_in_graphml_is_refused(kind, value, words, save):
    keys = TIER + f'<key id="r" for="edge" attr.name="rate_bps" attr.type="{kind}"/>'
    link = f'<edge source="a" target="b"><data key="r">{value}</data></edge>'
    assert words in refusal(save(graphml(A_AND_B + link, keys), "net.graphml"))


def test_many_problems_are_listed_and_the_rest_counted(save):
    nodes = [{"id": str(number)} for number in range(20)]
    assert refusal(save({"nodes": nodes, "edges": []})).endswith("; and 13 more")


def test_a_graph_that_is_no_topology_is_not_written(tmp_path):
    with pytest.raises(TopologyError, match="it has no tier"):
        write_topology(nx.path_graph(["a", "b"]), tmp_path / "net.json")
    assert not (tmp_path / "net.json").exists()


@pytest.mark.parametrize(("name", "value"), [("net.json", {1, 2}), ("net.json", float("nan")), ("net.graphml", [1, 2])])
def test_an_attribute_without_a_place_in_the_format_is_refused(name, value, tmp_path):
    graph = nx.Graph()
    graph.add_node("a", tier="edge", note=value)
    with pytest.raises(TopologyError, match=f"{name}: .* cannot express an attribute"):
        write_topology(graph, tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    graph = nx.Graph()
    graph.add_node("a", tier="edge")
    with pytest.raises(TopologyError, match="cannot be written: No such file"):
        write_topology(graph, tmp_path / "nowhere" / "net.json")
