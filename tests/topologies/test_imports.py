"""Imports of files from elsewhere: what is converted, repaired or refused, and that it is said."""

import json

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import (
    REPAIR,
    Import,
    TopologyError,
    check_topology,
    graph_hash,
    import_topology,
    read_topology,
    write_topology,
)

EDGE = Import(tier="edge")


@pytest.fixture
def save(tmp_path):
    def write(content, name="net.json"):
        (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return tmp_path / name

    return write


def document(nodes, links, **more):
    """A node-link document: nodes are names or mappings, links are pairs with attributes."""
    nodes = [node if isinstance(node, dict) else {"id": node} for node in nodes]
    links = [{"source": first, "target": second, **attributes} for first, second, attributes in links]
    return {"nodes": nodes, "links": links, **more}


def said(imported):
    return [str(finding) for finding in imported.report.findings]


def refusal(path, options=EDGE):
    with pytest.raises(TopologyError) as caught:
        import_topology(path, options)
    return list(caught.value.problems)


BERLIN = {"id": "0", "label": "Berlin", "Longitude": 13.40, "Latitude": 52.52}
PARIS = {"id": "1", "label": "Paris", "Longitude": 2.35, "Latitude": 48.86}

# What the files of the Topology Zoo look like: parallel links, some without a speed, a node without coordinates.
ZOO_GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d27" />
  <key attr.name="LinkSpeedUnits" attr.type="string" for="edge" id="d26" />
  <key attr.name="LinkLabel" attr.type="string" for="edge" id="d25" />
  <key attr.name="LinkSpeed" attr.type="string" for="edge" id="d24" />
  <key attr.name="key" attr.type="int" for="edge" id="d28" />
  <key attr.name="label" attr.type="string" for="node" id="d23" />
  <key attr.name="id" attr.type="int" for="node" id="d22" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d32" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d29" />
  <key attr.name="Network" attr.type="string" for="graph" id="d3" />
  <graph edgedefault="undirected" id="">
    <data key="d3">Test</data>
    <node id="0"><data key="d22">0</data><data key="d23">Berlin</data>
      <data key="d32">13.4</data><data key="d29">52.52</data></node>
    <node id="1"><data key="d22">1</data><data key="d23">Paris</data>
      <data key="d32">2.35</data><data key="d29">48.86</data></node>
    <node id="2"><data key="d22">2</data><data key="d23">Nowhere</data></node>
    <node id="3"><data key="d22">3</data><data key="d23">Paris</data></node>
    <node id="4"><data key="d22">4</data></node>
    <edge source="0" target="1"><data key="d24">2.5</data><data key="d25">2.5 Gbps</data>
      <data key="d26">G</data><data key="d27">2500000000.0</data><data key="d28">0</data></edge>
    <edge source="0" target="1"><data key="d25">Lit Fibre</data><data key="d28">0</data></edge>
    <edge source="1" target="0"><data key="d24">155</data><data key="d26">M</data><data key="d28">1</data></edge>
    <edge source="1" target="2"><data key="d24">fast</data></edge>
    <edge source="3" target="4" />
    <edge source="4" target="4" />
  </graph>
</graphml>
"""


def test_a_zoo_file_is_refused_with_everything_that_is_wrong_with_it(save):
    path = save(ZOO_GRAPHML, "Zoo.graphml")
    assert refusal(path, Import()) == [
        "there are parallel links between '0' and '1'; keep one of them (or import with parallel: merge or first)",
        *(f"node '{number}': it has no tier; it must be device, edge or cloud" for number in range(5)),
        "link '4' - '4': it joins the node to itself",
        "the graph is in 2 parts without a link between them: '0' cannot reach '3'",
    ]


def test_a_zoo_file_is_repaired_as_asked_and_every_repair_is_reported(save):
    imported = import_topology(save(ZOO_GRAPHML, "Zoo.graphml"), REPAIR)
    assert check_topology(imported.graph) == []
    assert sorted(imported.graph) == ["0", "1", "2"]
    assert imported.graph.edges["0", "1"]["rate_bps"] == 2.5e9 + 155e6
    assert imported.graph.edges["0", "1"]["delay_s"] == pytest.approx(878e3 * 4.8974e-9, rel=0.01)
    assert "rate_bps" not in imported.graph.edges["1", "2"]
    assert said(imported) == [
        "converted 2: longitude and latitude to a position on a flat map: '0', '1'",
        "converted 2: LinkSpeed to a rate: '0' - '1', '0' - '1'",
        "left 1: LinkSpeed that says no speed in bit/s, left out: '1' - '2'",
        "repaired 1: links of a node with itself, dropped: '4' - '4'",
        "repaired 1: parallel links merged, their rates added: '0' - '1'",
        "repaired 2: nodes outside the largest part, left out: '3', '4'",
        "repaired 3: nodes without a tier, now edge: '0', '1', '2'",
        "converted 1: great-circle distance to the delay of fibre: '0' - '1'",
        "left 1: links without a delay, which take that of their class: '1' - '2'",
        "left 1: links without a rate, which take that of their class: '1' - '2'",
        "left 1: nodes without a position: '2'",
    ]
    assert [finding.action for finding in imported.report.repairs] == ["repaired"] * 4


@pytest.mark.parametrize("extension", ["json", "graphml"])
def test_what_was_imported_is_written_and_read_again_without_another_repair(extension, save, tmp_path):
    graph = read_topology(save(ZOO_GRAPHML, "Zoo.graphml"), REPAIR)
    write_topology(graph, tmp_path / f"again.{extension}")
    again = import_topology(tmp_path / f"again.{extension}")
    assert graph_hash(again.graph) == graph_hash(graph)
    assert {finding.action for finding in again.report.findings} == {"left"}


def test_a_native_file_needs_no_repair(save):
    nodes = [{"id": "a", "tier": "edge"}, {"id": "b", "tier": "edge"}]
    imported = import_topology(save(document(nodes, [("a", "b", {"rate_bps": 1e6, "delay_s": 0.0})])))
    assert said(imported) == []
    assert str(imported.report) == ""


@pytest.mark.parametrize(
    ("speed", "rate_bps"),
    [
        ({"LinkSpeedRaw": 1e9}, 1e9),
        ({"LinkSpeed": "10", "LinkSpeedUnits": "G", "LinkSpeedRaw": 1e10}, 1e10),
        ({"LinkSpeed": "155", "LinkSpeedUnits": "M"}, 155e6),
        ({"LinkSpeed": 64, "LinkSpeedUnits": "K"}, 64e3),
    ],
)
def test_speeds_of_the_zoo_become_rates_in_bits_per_second(speed, rate_bps, save):
    graph = read_topology(save(document("ab", [("a", "b", speed)])), EDGE)
    assert graph.edges["a", "b"] == {"rate_bps": rate_bps}


@pytest.mark.parametrize("speed", [{"LinkSpeed": "10"}, {"LinkSpeed": "<10", "LinkSpeedUnits": "M"}])
def test_a_speed_that_says_nothing_is_left_out_and_reported(speed, save):
    imported = import_topology(save(document("ab", [("a", "b", speed)])), EDGE)
    assert imported.graph.edges["a", "b"] == {}
    assert "left 1: LinkSpeed that says no speed in bit/s, left out: 'a' - 'b'" in said(imported)


def test_a_rate_that_is_given_wins_over_a_speed_of_the_zoo(save):
    graph = read_topology(save(document("ab", [("a", "b", {"rate_bps": 1.0, "LinkSpeedRaw": 2.0})])), EDGE)
    assert graph.edges["a", "b"]["rate_bps"] == 1.0


def test_delays_may_be_left_to_the_class(save):
    path = save(document([BERLIN, PARIS], [("0", "1", {})]))
    assert "delay_s" in read_topology(path, EDGE).edges["0", "1"]
    assert "delay_s" not in read_topology(path, Import(tier="edge", delays="class")).edges["0", "1"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"Longitude": 181, "Latitude": 0}, "Longitude is 181; it must be a number of degrees from -180 to 180"),
        ({"Longitude": 0, "Latitude": "north"}, "Latitude is 'north'; it must be a number of degrees from -90 to 90"),
        ({"Longitude": 10**400, "Latitude": 0}, "it must be a number of degrees"),
    ],
)
def test_coordinates_off_the_globe_are_refused(place, words, save):
    (problem,) = refusal(save(document([{"id": "a", **place}], [])))
    assert problem.startswith("node 'a': ")
    assert words in problem


def test_positions_on_two_different_maps_are_refused(save):
    nodes = [BERLIN, {"id": "a", "x_m": 0.0, "y_m": 0.0}]
    assert refusal(save(document(nodes, [("0", "a", {})]))) == [
        "node 'a' has a position in metres and '0' only longitude and latitude; give all nodes the one or the other"
    ]


def test_one_coordinate_alone_is_no_position(save):
    imported = import_topology(save(document([{"id": "a", "Longitude": 3}, PARIS], [("a", "1", {})])), EDGE)
    assert "left 1: nodes without a position: 'a'" in said(imported)


class TestParallelLinks:
    LINKS = (
        ("a", "b", {"rate_bps": 1e6, "delay_s": 3.0, "name": "x"}),
        ("b", "a", {"rate_bps": 2e6, "delay_s": 1.0}),
        ("a", "b", {}),
    )

    def test_are_refused_by_default(self, save):
        (problem,) = refusal(save(document("ab", self.LINKS)))
        assert problem.startswith("there are parallel links between 'b' and 'a'; keep one of them")

    def test_are_merged_into_the_sum_of_their_rates_and_the_shortest_delay(self, save):
        graph = read_topology(save(document("ab", self.LINKS)), Import(tier="edge", parallel="merge"))
        assert graph.edges["a", "b"] == {"rate_bps": 3e6, "delay_s": 1.0, "name": "x"}

    def test_may_give_way_to_the_first(self, save):
        graph = read_topology(save(document("ab", self.LINKS)), Import(tier="edge", parallel="first"))
        assert graph.edges["a", "b"] == self.LINKS[0][2]

    def test_hide_no_bad_number_when_they_are_merged(self, save):
        path = save(document("ab", [("a", "b", {"rate_bps": 1.0}), ("a", "b", {"rate_bps": "fast"})]))
        assert any("rate_bps is 'fast'" in problem for problem in refusal(path, REPAIR))

    def test_whose_rates_add_up_to_infinity_are_refused(self, save):
        path = save(document("ab", [("a", "b", {"rate_bps": 1.7e308}), ("a", "b", {"rate_bps": 1.7e308})]))
        assert refusal(path, REPAIR) == ["link 'a' - 'b': rate_bps is inf; it must be a number of bit/s above 0"]

    def test_of_wire_and_radio_cannot_be_merged(self, save):
        nodes = [{"id": name, "tier": tier, "x_m": 0, "y_m": 0} for name, tier in (("a", "device"), ("b", "edge"))]
        path = save(document(nodes, [("a", "b", {}), ("a", "b", {"medium": "radio"})]))
        assert refusal(path, REPAIR) == ["link 'a' - 'b': a wire and a radio link in parallel cannot be merged"]

    @pytest.mark.parametrize(("key", "value"), [("duplex", "half"), ("sharing", "unshared"), ("loss", 0.2)])
    def test_that_no_one_link_can_stand_for_are_not_merged(self, save, key, value):
        path = save(document("ab", [("a", "b", {"rate_bps": 1e6}), ("a", "b", {"rate_bps": 1e6, key: value})]))
        (problem,) = refusal(path, REPAIR)
        assert problem.startswith(f"link 'a' - 'b': parallel links that differ in their {key} cannot be merged")
        kept = read_topology(path, Import(tier="edge", parallel="first"))
        assert kept.edges["a", "b"] == {"rate_bps": 1e6}
        alike = save(document("ab", [("a", "b", {key: value}), ("a", "b", {key: value})]))
        assert read_topology(alike, REPAIR).edges["a", "b"][key] == value


class TestDirectedLinks:
    def path(self, save, links):
        return save(document("abc", links, directed=True))

    def test_are_refused_by_default(self, save):
        (problem,) = refusal(self.path(save, [("a", "b", {}), ("b", "c", {})]))
        assert problem.startswith("the graph is directed; a topology is undirected")

    def test_there_and_back_become_one_at_the_lower_rate_and_the_longer_delay(self, save):
        links = [
            ("a", "b", {"rate_bps": 3.0, "delay_s": 1.0}),
            ("b", "c", {}),
            ("b", "a", {"rate_bps": 2.0, "delay_s": 2.0}),
        ]
        imported = import_topology(self.path(save, links), Import(tier="edge", directed="merge"))
        assert imported.graph.edges["a", "b"] == {"rate_bps": 2.0, "delay_s": 2.0}
        assert "repaired 1: links there and back merged into one for both ways: 'a' - 'b'" in said(imported)
        assert "repaired 1: links that went one way, now both: 'b' - 'c'" in said(imported)

    def test_two_there_and_two_back_are_two_parallel_links(self, save):
        links = [(*ends, {"rate_bps": 1.0}) for ends in ("ab", "ab", "ba", "ba", "bc")]
        path = self.path(save, links)
        assert "parallel links" in refusal(path, Import(tier="edge", directed="merge"))[0]
        assert read_topology(path, REPAIR).edges["a", "b"] == {"rate_bps": 2.0}


def test_missing_rates_are_left_filled_or_refused_as_asked(save):
    path = save(document("abc", [("a", "b", {"rate_bps": 5.0}), ("b", "c", {})]))
    assert "rate_bps" not in read_topology(path, EDGE).edges["b", "c"]
    filled = import_topology(path, Import(tier="edge", default_rate_bps=1e9))
    assert [rate for *_, rate in filled.graph.edges(data="rate_bps")] == [5.0, 1e9]
    assert "repaired 1: links without a rate, now 1e+09 bit/s: 'b' - 'c'" in said(filled)
    assert refusal(path, Import(tier="edge", missing_rate="refuse")) == [
        "link 'b' - 'c': it has no rate, and the import refuses that"
    ]
    with pytest.raises(TopologyError, match="contradict each other"):
        Import(missing_rate="refuse", default_rate_bps=1.0)


def test_missing_positions_are_kept_found_among_neighbours_or_refused_as_asked(save):
    nodes = [{"id": "a", "x_m": 0, "y_m": 0}, {"id": "b", "x_m": 10, "y_m": 20}, "c", "d", "lost"]
    path = save(document(nodes, [("a", "c", {}), ("c", "b", {}), ("c", "d", {}), ("d", "lost", {})]))
    assert "x_m" not in read_topology(path, EDGE).nodes["c"]
    imported = import_topology(path, Import(tier="edge", missing_position="neighbours"))
    places = {name: (node["x_m"], node["y_m"]) for name, node in imported.graph.nodes(data=True)}
    assert places == {"a": (0, 0), "b": (10, 20), "c": (5, 10), "d": (5, 10), "lost": (5, 10)}
    assert len(imported.report.repairs[-1].where) == 3
    assert refusal(path, Import(tier="edge", missing_position="refuse"))[0] == (
        "node 'c': it has no position, and the import refuses that"
    )


def test_nodes_that_no_neighbour_places_stay_without_a_position(save):
    imported = import_topology(
        save(document("ab", [("a", "b", {})])), Import(tier="edge", missing_position="neighbours")
    )
    assert "x_m" not in imported.graph.nodes["a"]


def test_of_parts_of_one_size_the_first_in_the_file_is_kept(save):
    imported = import_topology(save(document("abcd", [("c", "d", {}), ("a", "b", {})])), REPAIR)
    assert list(imported.graph) == ["a", "b"]
    assert "repaired 2: nodes outside the largest part, left out: 'c', 'd'" in said(imported)


def test_nodes_are_called_after_their_labels_if_asked(save):
    nodes = [BERLIN, PARIS, {"id": "2", "label": "Paris"}, {"id": "3"}]
    path = save(document(nodes, [("0", "1", {}), ("1", "2", {}), ("2", "3", {})]))
    imported = import_topology(path, Import(tier="edge", names="label"))
    assert list(imported.graph.edges) == [("Berlin", "Paris"), ("Paris", "Paris (2)"), ("Paris (2)", "3")]
    assert "repaired 1: labels that several nodes have, told apart by the id: 'Paris (2)'" in said(imported)
    assert "left 1: nodes without a label, called after their id: '3'" in said(imported)


def test_labels_that_stay_ambiguous_are_refused(save):
    nodes = [{"id": "0", "label": "1"}, {"id": "1"}]
    problems = refusal(save(document(nodes, [("0", "1", {})])), Import(tier="edge", names="label"))
    assert problems == ["the labels of nodes are ambiguous even with their ids; import with names: id"]


def test_attributes_that_would_pass_for_names_are_dropped(save, tmp_path):
    keys = '<key id="i" for="node" attr.name="id" attr.type="int"/>'
    text = f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}<graph edgedefault="undirected">'
    path = save(text + '<node id="a"><data key="i">7</data></node></graph></graphml>', "net.graphml")
    graph = read_topology(path, EDGE)
    write_topology(graph, tmp_path / "net.json")
    assert list(read_topology(tmp_path / "net.json")) == ["a"]


@settings(deadline=None)
@given(
    links=st.lists(
        st.tuples(
            st.sampled_from("abcde"),
            st.sampled_from("abcde"),
            st.fixed_dictionaries(
                {},
                optional={
                    "rate_bps": st.floats(1, 1e12),
                    "delay_s": st.floats(0, 1),
                    "LinkSpeedRaw": st.floats(1, 1e12),
                },
            ),
        ),
        max_size=12,
    ),
    directed=st.booleans(),
    data=st.data(),
)
def test_whatever_the_links_a_full_repair_gives_a_topology(links, directed, data, tmp_path_factory):
    placed = data.draw(st.lists(st.sampled_from("abcde"), unique=True))
    nodes = [
        {"id": name, **({"Longitude": 3.0, "Latitude": ord(name) % 7} if name in placed else {})} for name in "abcde"
    ]
    path = tmp_path_factory.mktemp("any") / "net.json"
    path.write_text(json.dumps(document(nodes, links, directed=directed)))
    graph = read_topology(path, REPAIR)
    assert check_topology(graph) == []
    drawn = nx.Graph([link[:2] for link in links if link[0] != link[1]])
    assert len(graph) == max((len(part) for part in nx.connected_components(drawn)), default=1)
