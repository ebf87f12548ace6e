import itertools

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.topologies import Import, TopologyError, import_topology, read_topology

EDGE = Import(tier="edge")


@pytest.fixture
def save(tmp_path):
    def write(text):
        (tmp_path / "platform.xml").write_text(text, encoding="utf-8")
        return tmp_path / "platform.xml"

    return write


def platform(inner, routing="Full"):
    """The frame of a platform file, with the document type that SimGrid's own files have."""
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">\n'
        f'<platform version="4.1"><zone id="world" routing="{routing}">{inner}</zone></platform>'
    )


def hosts(names):
    return "".join(f'<host id="{name}" speed="1Gf"/>' for name in names)


def link(name, bandwidth="125MBps", latency="50us", more=""):
    return f'<link id="{name}" bandwidth="{bandwidth}" latency="{latency}" {more}/>'


def route(source, target, *links, tag="route", ends=("src", "dst")):
    steps = "".join(f'<link_ctn id="{name}"/>' for name in links)
    return f'<{tag} {ends[0]}="{source}" {ends[1]}="{target}">{steps}</{tag}>'


def pairs(graph):
    return set(map(frozenset, graph.edges))


DUMBBELL = (
    hosts("abcd")
    + "".join(link(name) for name in ("la", "lb", "lc", "ld"))
    + link("middle", "10MBps", "5ms")
    + route("a", "b", "la", "lb")
    + route("c", "d", "lc", "ld")
    + "".join(route(near, far, f"l{near}", "middle", f"l{far}") for near in "ab" for far in "cd")
)


def test_a_host_a_link_and_a_host_are_two_nodes_and_a_link(save):
    path = save(platform(hosts("ab") + link("l", "125MBps", "100us") + route("a", "b", "l")))
    graph = read_topology(path, EDGE)
    assert graph.edges["a", "b"] == {"rate_bps": 1e9, "delay_s": 1e-4, "duplex": "half", "label": "l"}
    assert graph.nodes["a"] == {"kind": "host", "tier": "edge"}


def test_a_dumbbell_gets_its_two_junctions_back(save):
    graph = read_topology(save(platform(DUMBBELL)), EDGE)
    assert graph.nodes["junction1"]["kind"] == "junction"
    near = next(iter(graph["a"]))
    far = next(iter(graph["c"]))
    assert {near, far} == {"junction1", "junction2"}
    assert pairs(graph) == {frozenset(ends) for ends in [("a", near), ("b", near), ("c", far), ("d", far), (near, far)]}
    assert graph.edges[near, far]["rate_bps"] == 80e6


def test_the_order_of_routes_makes_no_difference_to_how_links_are_joined(save):
    frame, *routes = DUMBBELL.replace("<route", "\n<route").split("\n")
    for order in itertools.islice(itertools.permutations(routes), 0, 720, 37):
        graph = read_topology(save(platform(frame + "".join(order))), EDGE)
        assert nx.is_isomorphic(graph, read_topology(save(platform(DUMBBELL)), EDGE))


@settings(deadline=None, max_examples=40)
@given(nodes=st.integers(2, 9), seed=st.integers(0, 2**16), data=st.data())
def test_any_tree_of_hosts_is_found_again_from_the_routes_between_all_of_them(nodes, seed, data, tmp_path_factory):
    tree = nx.random_labeled_tree(nodes, seed=seed)
    names = {node: f"h{node}" for node in tree}
    number = {frozenset(ends): f"l{index}" for index, ends in enumerate(tree.edges)}
    ways = dict(nx.all_pairs_shortest_path(tree))
    chosen = data.draw(st.permutations(list(itertools.combinations(tree, 2))))
    text = hosts(names.values()) + "".join(map(link, number.values()))
    for source, target in chosen:
        steps = itertools.pairwise(ways[source][target])
        text += route(names[source], names[target], *(number[frozenset(step)] for step in steps))
    path = tmp_path_factory.mktemp("tree") / "platform.xml"
    path.write_text(platform(text))
    graph = read_topology(path, EDGE)
    assert pairs(graph) == {frozenset(names[end] for end in ends) for ends in tree.edges}


def test_routers_are_nodes_too_and_gateways_join_zones(save):
    inner = (
        f'<zone id="z1" routing="Full"><router id="r1"/>{hosts("a")}{link("la")}{route("a", "r1", "la")}</zone>'
        f'<AS id="z2" routing="Floyd"><router id="r2"/>{hosts("b")}{link("lb")}{route("b", "r2", "lb")}</AS>'
        + link("between")
        + '<zoneRoute src="z1" dst="z2" gw_src="r1" gw_dst="r2"><link_ctn id="between"/></zoneRoute>'
    )
    graph = read_topology(save(platform(inner)), EDGE)
    assert pairs(graph) == {frozenset(ends) for ends in [("a", "r1"), ("b", "r2"), ("r1", "r2")]}


def test_a_split_duplex_link_is_full_duplex_whichever_way_its_halves_are_called(save):
    inner = (
        hosts("abc") + link("l", more='sharing_policy="SPLITDUPLEX"') + link("m", more='sharing_policy="SPLITDUPLEX"')
    )
    inner += '<route src="a" dst="b" symmetrical="NO"><link_ctn id="l" direction="UP"/></route>'
    inner += '<route src="b" dst="a" symmetrical="NO"><link_ctn id="l" direction="DOWN"/></route>'
    inner += route("b", "c", "m_UP")
    graph = read_topology(save(platform(inner)), EDGE)
    assert [duplex for *_, duplex in graph.edges(data="duplex")] == ["full", "full"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("SHARED", {"duplex": "half"}),
        ("SPLITDUPLEX", {"duplex": "full"}),
        ("FATPIPE", {"sharing": "unshared"}),
    ],
)
def test_a_sharing_policy_says_who_shares_a_link(policy, said, save):
    inner = hosts("ab") + link("l", more=f'sharing_policy="{policy}"') + route("a", "b", "l")
    edge = read_topology(save(platform(inner)), EDGE).edges["a", "b"]
    assert edge == {"rate_bps": 1e9, "delay_s": 50e-6, "label": "l"} | said


@pytest.mark.parametrize(
    ("bandwidth", "rate_bps"),
    [
        ("125MBps", 1e9),
        ("1Gbps", 1e9),
        ("10kBps", 80e3),
        ("1MiBps", 8 * 2**20),
        ("1Kibps", 1024),
        ("1e6", 8e6),
        ("1.5Bps", 12),
    ],
)
def test_bandwidths_are_bytes_or_bits_per_second(bandwidth, rate_bps, save):
    path = save(platform(hosts("ab") + link("l", bandwidth) + route("a", "b", "l")))
    assert read_topology(path, EDGE).edges["a", "b"]["rate_bps"] == rate_bps


@pytest.mark.parametrize(
    ("latency", "delay_s"),
    [("50us", 50e-6), ("5ms", 5e-3), ("1", 1.0), ("0", 0.0), ("2m", 120.0), ("3ns", 3e-9), (".5s", 0.5)],
)
def test_latencies_have_units_of_time(latency, delay_s, save):
    path = save(platform(hosts("ab") + link("l", latency=latency) + route("a", "b", "l")))
    assert read_topology(path, EDGE).edges["a", "b"]["delay_s"] == delay_s


def test_a_link_that_no_route_uses_is_left_out_and_reported(save):
    inner = hosts("ab") + link("l") + link("loop", more='sharing_policy="FATPIPE"')
    imported = import_topology(save(platform(inner + route("a", "b", "l") + route("a", "a", "loop"))), EDGE)
    assert "left 1: links on no route between two points, left out: 'loop'" in str(imported.report)


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (hosts("ab") + link("l", "fast") + route("a", "b", "l"), "link 'l' has 'fast'; it must be a bandwidth such as"),
        (hosts("ab") + link("l", "1e999999999") + route("a", "b", "l"), "it must be a bandwidth"),
        (hosts("ab") + link("l", "9" * 5000) + route("a", "b", "l"), "it must be a bandwidth"),
        (hosts("ab") + link("l", "-1Bps") + route("a", "b", "l"), "it must be a bandwidth"),
        (hosts("ab") + link("l", "NaN") + route("a", "b", "l"), "it must be a bandwidth"),
        (
            hosts("ab") + link("l", "0Bps") + route("a", "b", "l"),
            "rate_bps is 0.0; it must be a number of bit/s above 0",
        ),
        (hosts("ab") + link("l", latency="5 parsec") + route("a", "b", "l"), "it must be a latency such as 50us"),
        (
            hosts("ab") + link("l", more='sharing_policy="WIFI"') + route("a", "b", "l"),
            "only SHARED, SPLITDUPLEX and FATPIPE",
        ),
        (hosts("ab") + route("a", "b", "l"), "the route from 'a' to 'b' names the link 'l', which there is not"),
        (
            hosts("a") + link("l") + route("a", "b", "l"),
            "the route from 'a' to 'b' names 'b', which is no host or router",
        ),
        (hosts("ab") + route("a", "b"), "the route from 'a' to 'b' has no link"),
        (hosts("aa"), "two are called 'a'; names must differ"),
        ('<host speed="1f"/>', "a host has no id"),
        (
            '<cluster id="c" radical="0-9"/>',
            "it has a <cluster>; of SimGrid only hosts, routers, links, routes and zones",
        ),
        (hosts("ab"), "the graph is in 2 parts"),
        (
            hosts("abc") + link("l") + route("a", "b", "l") + route("a", "c", "l"),
            "the route from 'a' to 'c' contradicts others: its links would join 'b' and 'c' at one place",
        ),
        (
            hosts("abcd") + "".join(map(link, "klmn")) + route("a", "b", "k", "l") + route("c", "d", "m", "k", "n"),
            "the route from 'c' to 'd' leaves it open which ends of its links meet",
        ),
    ],
)
def test_what_is_beyond_the_subset_is_refused_with_its_name(inner, words, save):
    with pytest.raises(TopologyError) as caught:
        read_topology(save(platform(inner)), EDGE)
    assert words in str(caught.value)


def test_a_zone_that_computes_its_routes_is_refused(save):
    with pytest.raises(
        TopologyError, match="zone 'world' has routing 'Cluster'; only zones whose routes are written out"
    ):
        read_topology(save(platform("", routing="Cluster")), EDGE)


def test_another_kind_of_xml_is_refused(save):
    with pytest.raises(TopologyError, match="not a SimGrid platform: its root is <graphml>"):
        read_topology(save("<graphml/>"), EDGE)


def test_a_junction_takes_no_name_that_a_host_has(save):
    inner = '<host id="junction1" speed="1f"/>' + hosts("b") + link("k") + link("l") + route("junction1", "b", "k", "l")
    assert sorted(read_topology(save(platform(inner)), EDGE)) == ["b", "junction1", "junction2"]
