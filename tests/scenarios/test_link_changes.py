"""Links that are not shared, lose, or change: from the scenario file to the run folder."""

import json

import pytest

from wayfare.emulator.records import EXPORTS, EventKind, RunRecord
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load, resolved_yaml, scenario_hash
from wayfare.scenarios.running import run

TEXT = """\
name: links
topology:
  nodes: {a: {tier: edge}, b: {tier: edge}, c: {tier: edge}}
  links: [{between: [a, b], rate: 8 Mbit/s, delay: 0 s%s}, {between: [b, c], rate: 8 Mbit/s, delay: 0 s}]
%s
traffic: {transfers: [{from: a, to: b, size: 1 MB}, {from: a, to: b, size: 1 MB}]}
stop: 30 s
"""


@pytest.fixture
def lived(tmp_path):
    """Run a scenario from its text; return the run and its record."""

    def live(link="", sections="", text=TEXT, **options):
        path = tmp_path / "x.scenario.yaml"
        path.write_text(text % (link, sections))
        outcome = run(load(path, **options), tmp_path / "runs")
        return outcome, RunRecord(outcome.folder)

    return live


def ends(record):
    return [flow["end_s"] for flow in EXPORTS["flows"](record).to_pylist()]


def rates(record, a="a", b="b"):
    """Return time [s] and rate of each change of a directed link."""
    names = {node["id"]: node["index"] for node in json.loads((record.folder / "topology.json").read_text())["nodes"]}
    return [
        (event["time_ns"] / 1e9, event["value"])
        for event in record.table("events").to_pylist()
        if event["kind"] == EventKind.LINK_RATE and (event["node"], event["peer"]) == (names[a], names[b])
    ]


def test_on_an_unshared_link_each_flow_has_the_whole_rate(lived):
    _, record = lived(", sharing: unshared")
    assert ends(record) == [1.0, 1.0]
    (edge, _) = json.loads((record.folder / "topology.json").read_text())["edges"]
    assert (edge["sharing"], edge["duplex"]) == ("unshared", "full")
    assert max(bin_["utilisation"] for bin_ in record.table("bins").to_pylist()) == pytest.approx(2.0)


def test_a_class_of_links_may_be_unshared_or_lose(lived):
    _, record = lived(sections="links: {backhaul: {sharing: unshared, loss: 0.5}}")
    assert ends(record) == [2.0, 2.0]


def test_a_lossy_link_sends_each_bit_again_until_it_arrives(lived):
    """Of 8 Mbit/s a fifth is lost: 2 MB take 2.5 s, and half a megabyte is sent again."""
    outcome, record = lived(", loss: 0.2", "expect: [bytes.retransmitted == 500 kB, bytes.total == 2 MB]")
    assert ends(record) == pytest.approx([2.5, 2.5], rel=1e-9)
    assert outcome.passed
    assert outcome.summary["bytes"]["retransmitted"] == 500_000
    busy = [bin_["utilisation"] for bin_ in record.table("bins").to_pylist() if bin_["link"] == 0]
    assert sum(busy) * 0.1 == pytest.approx(2.5, rel=1e-9)


CELL = """\
name: cell
topology:
  nodes: {d: {tier: device, position: [30 m, 0 m]}, s: {tier: edge, position: [0 m, 0 m]}}
  links: [{between: [d, s], medium: radio}]
cells: {shadowing: false, line_of_sight: always, delay: 0 s%s}
%s
traffic: {transfers: [{from: d, to: s, size: 10 MB}]}
"""


def test_a_lossy_cell_gives_so_much_less(lived):
    plain, lossy = (lived(text=CELL, link=loss) for loss in ("", ", loss: 0.2"))
    assert ends(lossy[1])[0] == pytest.approx(ends(plain[1])[0] / 0.8, abs=3e-9)
    assert plain[0].summary["bytes"]["retransmitted"] == 0
    assert lossy[0].summary["bytes"]["retransmitted"] == 2_500_000


PROFILE = "profiles: [{between: [a, b], steps: [{at: 500 ms, rate: 4 Mbit/s}, {at: 1 s, rate: 0 bit/s}], repeat: 2 s}]"


def test_a_profile_in_a_scenario_changes_the_rate_and_says_so(lived):
    """8 Mbit/s for .5 s, 4 for .5 s, nothing for 1.5 s; from then on 4 Mbit/s for .5 s in every 2 s: 6 + 5 x 2 Mbit."""
    _, record = lived(sections=PROFILE)
    assert ends(record) == pytest.approx([11.0, 11.0], rel=1e-9)
    assert rates(record)[:4] == [(0.5, 4e6), (1.0, 0.0), (2.5, 4e6), (3.0, 0.0)]
    assert rates(record)[:4] == rates(record, "b", "a")[:4]
    assert rates(record, "b", "c") == []


def test_a_profile_may_be_a_file_beside_the_scenario_and_for_one_direction(lived, tmp_path):
    (tmp_path / "day.csv").write_text("time_s,rate_bps\n0.5,4e6\n")
    sections = "profiles: [{between: [b, a], directions: forward, file: day.csv}]"
    _, record = lived(sections=sections)
    assert ends(record) == [2.0, 2.0]
    assert rates(record) == []
    assert rates(record, "b", "a") == [(0.5, 4e6)]
    before = scenario_hash(load(tmp_path / "x.scenario.yaml"))
    (tmp_path / "day.csv").write_text("time_s,rate_bps\n0.5,5e6\n")
    assert scenario_hash(load(tmp_path / "x.scenario.yaml")) != before


def test_a_scenario_with_all_of_it_is_written_back_as_it_was(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    faults = (
        "faults: [{kind: gilbert-elliott, links: backhaul, p: 0.1, r: 0.2, slot: 1 ms}, "
        "{kind: partition, nodes: [a, b], from: 1 s}, {kind: join, tier: edge, at: 1 s, over: 2 s}]\n"
    )
    path.write_text(TEXT % (", loss: 0.1, sharing: unshared", faults + PROFILE))
    scenario = load(path)
    path.write_text(resolved_yaml(scenario))
    assert load(path) == scenario


CHAIN = "faults: [{kind: gilbert-elliott, between: [a, b], p: 0.2, r: 0.4, slot: 10 ms}%s]"


def test_bursts_of_loss_belong_to_their_link_and_the_seed(lived):
    _, record = lived(sections=CHAIN % "")
    _, again = lived(sections=CHAIN % ", {kind: gilbert-elliott, between: [b, c], p: 0.2, r: 0.4, slot: 10 ms}")
    _, other = lived(sections=CHAIN % "", seed=5)
    assert rates(record) == rates(again) != rates(other)
    assert rates(again, "b", "c") != rates(again)
    assert rates(record) == rates(record, "b", "a")
    assert {value for _, value in rates(record)} == {0.0, 8e6}
    assert ends(record)[0] > 2.0


def test_directions_apart_have_chains_of_their_own(lived):
    _, record = lived(sections=(CHAIN % "").replace("slot:", "directions: apart, slot:"))
    assert rates(record) != rates(record, "b", "a")


def test_a_profile_and_bursts_of_loss_on_one_link_multiply(lived):
    sections = (
        PROFILE.replace("rate: 0 bit/s", "rate: 2 Mbit/s") + "\n" + (CHAIN % "").replace("p: 0.2", "h: 0.5, p: 0.2")
    )
    _, record = lived(sections=sections)
    assert {value for _, value in rates(record)} == {8e6, 4e6, 2e6, 1e6}


@pytest.mark.parametrize(
    ("link", "sections", "message"),
    [
        (", sharing: unshared, duplex: half", "", "cannot be half duplex"),
        (", loss: 1", "", "it must be less than 1"),
        ("", "links: {backhaul: {sharing: unshared, duplex: half}}", "cannot be half duplex"),
        ("", "profiles: [{between: [a, c], steps: [{at: 1 s, rate: 1 Mbit/s}]}]", "no link joins 'a' and 'c'"),
        (
            "",
            "profiles: [{between: [a, z], steps: [{at: 1 s, rate: 1 Mbit/s}]}]",
            "profiles.0.between: unknown node 'z'",
        ),
        ("", "profiles: [{between: [a, b], file: none.csv}]", "profiles.0.file"),
        ("", "profiles: [{between: [a, b], steps: [{at: 1 s}]}]", "neither a rate nor a delay"),
        (
            ", duplex: half",
            "profiles: [{between: [a, b], directions: forward, steps: [{at: 1 s, rate: 1 Mbit/s}]}]",
            "profiles.0.directions: the directions of 'a' - 'b' share one rate",
        ),
        ("", "faults: [{kind: gilbert-elliott, p: 0.1, r: 0.1, slot: 1 s}]", "either 'between' with two nodes"),
        ("", "faults: [{kind: gilbert-elliott, links: core, p: 0, r: 0.1, slot: 1 s}]", "it must be more than 0"),
        ("", "faults: [{kind: partition, nodes: [a, z], from: 1 s}]", "faults.0.nodes: unknown node 'z'"),
        ("", "faults: [{kind: partition, from: 1 s}]", "either 'nodes' or 'tiers'"),
        ("", "faults: [{kind: join, node: z, at: 1 s}]", "faults.0.node: unknown node 'z'"),
        ("", "faults: [{kind: join, at: 1 s}]", "either 'node' or 'tier'"),
        (
            "",
            "faults: [{kind: join, tier: cloud, at: 1 s}]",
            "faults.0: changes nothing: the network has no node of tier",
        ),
        ("", "faults: [{kind: random-links, links: core, up: 1 s, down: 1 s}]", "has no link of class 'core'"),
        ("", "faults: [{kind: partition, tiers: [edge], from: 1 s}]", "no link between these nodes and the others"),
        (
            "",
            "profiles: [{links: core, steps: [{at: 1 s, delay: 1 ms}]}]",
            "profiles.0: changes nothing: the network has",
        ),
    ],
)
def test_a_mistake_in_what_changes_a_link_is_named(lived, link, sections, message):
    with pytest.raises(ScenarioError) as caught:
        lived(link, sections)
    assert message in str(caught.value)


def test_a_profile_that_may_stop_everything_needs_an_end_and_another_does_not(lived):
    text = TEXT.replace("stop: 30 s\n", "")
    with pytest.raises(ScenarioError, match="stop: is missing; with 'profiles'"):
        lived(sections=PROFILE, text=text)
    outcome, _ = lived(sections=PROFILE.replace("rate: 0 bit/s", "rate: 2 Mbit/s"), text=text)
    assert outcome.summary["packets"]["delivered"] == 2


def test_a_radio_link_has_no_profile(lived):
    sections = "profiles: [{between: [d, s], steps: [{at: 1 s, rate: 1 Mbit/s}]}]"
    with pytest.raises(ScenarioError, match="no wire between 'd' and 's'; that link is radio"):
        lived(text=CELL, sections=sections)


def test_bursts_of_loss_and_a_radio_that_changes_act_on_one_link(lived):
    """The radio gives what it gives; in bad slots half of it arrives, and as much is sent again."""
    text = CELL.replace("size: 10 MB", "size: 10 GB") + "stop: 10 s\n"
    moving = "mobility: [{kind: path, nodes: [d], waypoints: [[30 m, 0 m], [130 m, 0 m]], speed: 10 m/s}]\n"
    chain = "faults: [{kind: gilbert-elliott, links: access, p: 1, r: 1, slot: 10 ms, h: 0.5}]"
    plain, lossy = (lived(text=text, sections=moving + more)[0].summary["bytes"] for more in ("", chain))
    assert lossy["total"] == pytest.approx(0.75 * plain["total"], rel=0.01)
    assert lossy["retransmitted"] == pytest.approx(0.25 * plain["total"], rel=0.01)
    assert plain["retransmitted"] == 0


LEARNING = """\
name: join
topology:
  nodes: {server: {tier: cloud}, one: {tier: device}, two: {tier: device}}
  links: [{between: [one, server], rate: 8 Mbit/s}, {between: [two, server], rate: 8 Mbit/s}]
nodes: {device: {compute: 20 MFLOP/s, power_idle: 2 W, power_busy: 2 W}}
data: {dataset: digits, partition: {kind: iid}}
model: {family: mlp, hidden: [8]}
learning: {method: alone, steps: 5}
faults: [%s]
stop: 2 s
%s"""


def test_a_node_that_joins_is_not_there_before(lived):
    """No job, no power, no link until it joins; then it works as if it had just been switched on."""
    always, _ = lived(text=LEARNING)
    outcome, record = lived("{kind: join, node: two, at: 500 ms}", text=LEARNING)
    events = [event for event in record.table("events").to_pylist() if event["node"] == 2]
    assert [
        (event["kind"], event["time_ns"])
        for event in events
        if event["kind"] in (EventKind.NODE_DOWN, EventKind.NODE_UP)
    ] == [
        (EventKind.NODE_DOWN, 0),
        (EventKind.NODE_UP, 500_000_000),
    ]
    trained = [event["time_ns"] for event in events if event["kind"] == EventKind.TRAIN_START]
    assert trained[0] == 500_000_000
    saved_j = always.summary["energy"]["by_cause"]["idle"] - outcome.summary["energy"]["by_cause"]["idle"]
    assert saved_j == pytest.approx(2.0 * 0.5, rel=1e-9)


def test_nodes_of_a_tier_join_each_by_itself_within_the_time_given(lived):
    _, record = lived("{kind: join, tier: device, at: 500 ms, over: 1 s}", text=LEARNING)
    up_s = {e["node"]: e["time_ns"] / 1e9 for e in record.table("events").to_pylist() if e["kind"] == EventKind.NODE_UP}
    assert sorted(up_s) == [1, 2]
    assert up_s[1] != up_s[2]
    assert all(0.5 < time_s < 1.5 for time_s in up_s.values())


def test_a_partition_cuts_every_link_between_its_nodes_and_the_rest(lived):
    """a alone has one link to the others; b and c keep theirs."""
    sections = "faults: [{kind: partition, nodes: [b, c], from: 500 ms, until: 1.5 s}]"
    _, record = lived(sections=sections)
    assert ends(record) == pytest.approx([3.0, 3.0], rel=1e-9)
    down = [e for e in record.table("events").to_pylist() if e["kind"] == EventKind.LINK_DOWN]
    assert {(event["node"], event["peer"]) for event in down} == {(0, 1), (1, 0)}


def test_a_simgrid_fatpipe_is_a_link_that_each_flow_has_for_itself(lived, tmp_path):
    (tmp_path / "p.xml").write_text(
        '<platform version="4.1"><zone id="z" routing="Full"><host id="a" speed="1f"/><host id="b" speed="1f"/>'
        '<link id="l" bandwidth="1MBps" latency="0" sharing_policy="FATPIPE"/>'
        '<route src="a" dst="b"><link_ctn id="l"/></route></zone></platform>'
    )
    text = (
        "name: fat\ntopology: {file: p.xml, import: {tier: edge}}\n%s%s"
        "traffic: {transfers: [{from: a, to: b, size: 1 MB}, {from: a, to: b, size: 1 MB}]}\n"
    )
    assert ends(lived(text=text)[1]) == [1.0, 1.0]
