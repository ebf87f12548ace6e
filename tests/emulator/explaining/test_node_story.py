import pytest

from wayfare.emulator.explaining import NotRecorded, tell_node

FAILING = """\
topology:
  nodes: {edge-1: {tier: edge}, edge-2: {tier: edge}, cloud: {tier: cloud}}
  links:
    - {between: [edge-1, edge-2], rate: 10 Mbit/s, delay: 5 ms}
    - {between: [edge-2, cloud], rate: 20 Mbit/s, delay: 5 ms}
traffic:
  transfers:
    - {from: edge-1, to: cloud, size: 1.25 MB}
    - {from: edge-2, to: cloud, size: 25 MB, start: 1.9 s}
faults: [{kind: node, node: edge-2, from: 2 s, until: 3 s}]
stop: 4 s
"""


def test_a_node_counts_what_it_sends_receives_and_passes_on(ran):
    run = ran(FAILING)
    middle = tell_node(run, "edge-2")
    assert (middle.sent.count, middle.sent.total_bytes) == (1, 25_000_000)
    assert (middle.received.count, middle.passed_on.count, middle.passed_on.total_bytes) == (0, 1, 1_250_000)
    assert middle.dropped == {"node down": 1}
    last = tell_node(run, "cloud")
    assert (last.received.count, last.received.total_bytes, last.passed_on.count) == (1, 1_250_000, 0)


def test_a_node_tells_its_failures_and_its_links(ran):
    node = tell_node(ran(FAILING), "edge-2")
    assert [(failure.start_s, failure.end_s) for failure in node.failures] == [(2.0, 3.0)]
    assert [(link.neighbour, link.link_class, link.rate_out_bps, link.rate_in_bps) for link in node.links] == [
        ("edge-1", "backhaul", 10e6, 10e6), ("cloud", "backhaul", 20e6, 20e6)
    ]  # fmt: skip
    assert node.links[0].carried_in_bytes == pytest.approx(1.25e6)


def test_the_energy_of_a_node_leaves_out_the_time_it_was_down(ran):
    """An edge site draws 15 W when it does nothing: 4 s less 1 s."""
    assert sum(tell_node(ran(FAILING), "edge-2").energy_j.values()) == pytest.approx(45.0)


def test_a_node_that_moves_tells_where_it_was_and_who_served_it(ran):
    node = tell_node(
        ran("""\
topology:
  nodes:
    s1: {tier: edge, position: [0 m, 0 m]}
    s2: {tier: edge, position: [300 m, 0 m]}
    walker: {tier: device, position: [20 m, 10 m]}
  links: [{between: [s1, walker], medium: radio}, {between: [s1, s2], rate: 1 Gbit/s, delay: 5 ms}]
cells: {line_of_sight: always, site_antenna_gain: 8 dB}
mobility: [{kind: path, nodes: [walker], waypoints: [[20 m, 10 m], [280 m, 10 m]], speed: 30 m/s}]
stop: 14 s
"""),
        "walker",
    )
    assert (node.tier, node.x_m, node.y_m) == ("device", 20.0, 10.0)
    assert [(move.old_site, move.new_site) for move in node.handovers] == [("s1", "s2")]
    assert [(place.x_m, place.y_m) for place in node.places][-1] == (280.0, 10.0)
    assert node.places[-1].time_s == pytest.approx(260 / 30)


def test_a_name_that_no_node_has_is_answered_with_the_nearest(ran):
    with pytest.raises(NotRecorded, match=r"no node 'egde-1'; did you mean 'edge-1' or 'edge-2'\?$"):
        tell_node(ran(FAILING), "egde-1")
