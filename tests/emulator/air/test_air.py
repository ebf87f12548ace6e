"""The radio of a run in which something changes, from the scenario to the record."""

import math

import numpy as np
import pytest

from wayfare.emulator.radio import Cell, link_budget
from wayfare.emulator.records import EXPORTS, RunRecord
from wayfare.scenarios.errors import ScenarioError
from wayfare.scenarios.loading import load
from wayfare.scenarios.running import run

CORRIDOR = """\
name: corridor
topology:
  nodes:
    left: {tier: edge, position: [0 m, 0 m]}
    right: {tier: edge, position: [200 m, 0 m]}
    core: {tier: cloud}
    phone: {tier: device, position: [10 m, 0 m]}
  links:
    - {between: [left, core], rate: 10 Gbit/s, delay: 1 ms}
    - {between: [right, core], rate: 10 Gbit/s, delay: 1 ms}
    - {between: [phone, left], medium: radio}
cells: {line_of_sight: always, shadowing: false, site_antenna_gain: 8 dB}
mobility: [{kind: path, nodes: [phone], waypoints: [[10 m, 0 m], [190 m, 0 m]], speed: 30 m/s}]
stop: 12 s
"""
UP = "\ntraffic: {unreachable: wait, interrupted: %s, transfers: [{from: phone, to: core, size: 150 MB}]}\n"


@pytest.fixture
def ran(tmp_path):
    """From a scenario's text to the run and its tables."""

    def go(text, **options):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.scenario.yaml"
        path.write_text(text)
        outcome = run(load(path, **options), tmp_path / "runs")
        return outcome.summary, RunRecord(outcome.folder)

    return go


def rows(record, table):
    return EXPORTS[table](record).to_pylist()


def kinds(record, kind):
    return [row for row in rows(record, "events") if row["kind"] == kind]


def uplink_bps(distance_m, **figures):
    cell = Cell(line_of_sight="always", shadowing=False, site_antenna_gain_db=8.0, **figures)
    return float(link_budget(cell, distance_m, los=True, shadow_db=0.0, direction="up").rate_bps)


def test_a_device_on_its_way_changes_its_site_once_the_other_is_better_for_long_enough(ran):
    """UMi in sight falls by 21 log d: 3 dB better at 117 m, at 3.57 s; looks every 100 ms, 160 ms to trigger: 3.8 s."""
    summary, record = ran(CORRIDOR + UP % "resume")
    (handover,) = kinds(record, "handover")
    assert handover["time_ns"] == 3_800_000_000
    assert (handover["node"], handover["peer"]) == ("phone", "right")
    assert summary["handovers"] == 1
    assert rows(record, "flows")[0]["route"] == "phone>right>core"


def test_no_device_changes_its_site_where_the_scenario_says_so(ran):
    summary, record = ran(CORRIDOR + UP % "resume" + "radio: {handovers: false}\n")
    assert summary["handovers"] == 0
    assert rows(record, "flows")[0]["route"] == "phone>left>core"


@pytest.mark.parametrize("policy", ["resume", "restart", "reroute", "drop"])
def test_what_a_handover_interrupts_goes_on_as_the_scenario_says(ran, policy):
    _, record = ran(CORRIDOR + UP % policy)
    (interrupt,) = kinds(record, "interrupt")
    (flow,) = rows(record, "flows")
    before_bits = sum(0.1 * uplink_bps(10 + 3 * look) for look in range(38))
    rest_bits = 1.2e9 - (before_bits if policy == "resume" else 0.0)
    end_s = 3.8
    if policy != "drop":
        end_s = 3.84 + rest_bits / uplink_bps(76.0) + 0.001 + rest_bits / 10e9 + 0.001  # as fast as can be, all the way
        assert uplink_bps(76.0) == uplink_bps(10.0)
    assert flow["delivered"] == (policy != "drop")
    assert flow["end_s"] == pytest.approx(end_s, abs=1e-8)
    assert interrupt["value"] == pytest.approx(0 if policy == "resume" else before_bits / 8, abs=1)


def test_what_is_on_the_way_down_is_forwarded_to_the_new_site(ran):
    text = CORRIDOR + "traffic: {transfers: [{from: core, to: phone, size: 250 MB}]}\n"
    _, record = ran(text)
    (flow,) = rows(record, "flows")
    assert flow["delivered"]
    assert flow["route"] == "core>left>phone" or flow["route"].endswith("left>core>right>phone")


def test_the_interruption_lasts_as_long_as_the_scenario_says(ran):
    ends = []
    for interruption in ("0 s", "250 ms"):
        _, record = ran(CORRIDOR + UP % "resume" + f"radio: {{handover: {{interruption: {interruption}}}}}\n")
        ends.append(rows(record, "flows")[0]["end_s"])
    assert ends[1] - ends[0] == pytest.approx(0.25, abs=1e-8)


def test_a_transfer_of_a_device_that_moves_away_passes_at_the_rate_of_each_look(ran):
    """The bits until the end are the sum of each look's rate times its time."""
    text = CORRIDOR + "traffic: {transfers: [{from: phone, to: left, size: 60 MB}]}\nradio: {handovers: false}\n"
    _, record = ran(text.replace("cells: {", "cells: {device_power: 0 dBm, "))
    passed_bits, end_s = 0.0, math.nan
    for look in range(120):
        rate_bps = uplink_bps(min(10.0 + 3.0 * look, 190.0), device_power_dbm=0.0)
        if passed_bits + rate_bps * 0.1 >= 480e6:
            end_s = look / 10 + (480e6 - passed_bits) / rate_bps + 0.001
            break
        passed_bits += rate_bps * 0.1
    assert rows(record, "flows")[0]["end_s"] == pytest.approx(end_s, abs=2e-9)


def test_the_record_says_where_nodes_were_and_what_their_links_had(ran):
    _, record = ran(CORRIDOR.replace("cells: {", "cells: {device_power: 0 dBm, ") + UP % "resume")
    assert {(row["time_s"], row["x_m"]) for row in rows(record, "places")} == {(0.0, 10.0), (6.0, 190.0)}
    radio = rows(record, "radio")
    assert {row["time_s"] for row in radio} >= {0.0, 3.7, 3.84, 3.9}
    by_time = {row["time_s"]: row for row in radio if row["src"] == "phone"}
    assert by_time[3.7]["dst"] == "left"
    assert by_time[3.84]["dst"] == "right"
    assert by_time[3.84]["sinr_db"] > by_time[3.7]["sinr_db"] + 3


def test_a_device_leaves_a_site_that_has_failed_and_can_send_at_once(ran):
    """The site fails at 1 s; what holds at the look of then has held for 160 ms at that of 1.2 s."""
    text = CORRIDOR + "faults: [{kind: node, node: left, from: 1 s, until: 8 s}]\n"
    sends = ", ".join(f"{{from: phone, to: core, size: 1 MB, start: {start}}}" for start in ("1.1 s", "9 s"))
    text += f"traffic: {{unreachable: wait, transfers: [{sends}]}}\n"
    _, record = ran(text)
    (handover,) = kinds(record, "handover")
    assert handover["time_ns"] == 1_200_000_000
    assert [flow["route"] for flow in rows(record, "flows")] == ["phone>right>core"] * 2
    assert rows(record, "flows")[0]["end_s"] == pytest.approx(1.24 + 8e6 / uplink_bps(154.0) + 0.002 + 8e6 / 10e9)


def test_a_device_that_comes_to_a_site_that_fails_afterwards_waits_for_it(ran):
    """Both sites fail, one after the other, and the first one to be back serves again."""
    text = CORRIDOR + (
        "faults: [{kind: node, node: left, from: 1 s, until: 6 s}, {kind: node, node: right, from: 2 s, until: 9 s}]\n"
        "traffic: {unreachable: wait, transfers: [{from: phone, to: core, size: 1 MB, start: 3 s}]}\n"
    )
    _, record = ran(text)
    (flow,) = rows(record, "flows")
    assert flow["route"] == "phone>left>core"
    assert 6.2 < flow["end_s"] < 6.4


def test_a_program_sees_the_neighbours_that_its_device_has_now(ran):
    text = (CORRIDOR + "radio: {handover: {time_to_trigger: 0 s, interruption: 0 s}}\n").replace(
        "stop: 12 s", "stop: 5 s"
    )
    text += """\
data: {dataset: digits, partition: iid, holders: device}
model: {family: mlp, hidden: [16]}
learning: {method: mfd, packets: 3, steps: 1, next_hop: {policy: random}}
nodes: {edge: {compute: 20 MFLOP/s}, device: {compute: 20 MFLOP/s}}
"""
    _, record = ran(text)
    sent = [row for row in kinds(record, "flow_start") if row["node"] == "phone"]
    (handover,) = kinds(record, "handover")
    assert {row["peer"] for row in sent if row["time_ns"] < handover["time_ns"]} == {"left"}
    assert {row["peer"] for row in sent if row["time_ns"] > handover["time_ns"]} == {"right"}


TWO_CELLS = """\
name: two-cells
topology:
  nodes:
    one: {tier: edge, position: [0 m, 0 m]}
    two: {tier: edge, position: [100 m, 0 m]}
    a: {tier: device, position: [40 m, 0 m]}
    b: {tier: device, position: [70 m, 0 m]}
  links: [{between: [a, one], medium: radio}, {between: [b, two], medium: radio}, {between: [one, two]}]
cells: {line_of_sight: always, shadowing: false, duplex: fdd}
traffic: {transfers: [{from: one, to: a, size: 500 MB}, {from: two, to: b, size: 500 MB, start: 1 s}]}
radio: {interference: true}
stop: 3 s
"""


def test_a_loaded_neighbour_cell_disturbs_from_the_next_look_on(ran):
    _, record = ran(TWO_CELLS)
    cell = Cell(line_of_sight="always", shadowing=False, duplex="fdd")
    budgets = [link_budget(cell, d, los=True, shadow_db=0.0, direction="down") for d in (40.0, 60.0)]
    signal, other = (10 ** (float(budget.snr_db) / 10) for budget in budgets)
    ratios = {row["time_s"]: row["sinr_db"] for row in rows(record, "radio") if row["dst"] == "a"}
    assert ratios[0.0] == pytest.approx(float(budgets[0].snr_db), abs=1e-9)
    assert ratios[1.1] == pytest.approx(10 * math.log10(signal / (1 + other)), abs=1e-9)
    assert max(time_s for time_s in ratios if ratios[time_s] == ratios[0.0]) < 1.05


def test_without_interference_cells_do_not_disturb_each_other(ran):
    _, record = ran(TWO_CELLS.replace("interference: true", "interference: false"))
    assert {row["time_s"] for row in rows(record, "radio")} == {0.0}


SIDELINKS = """\
name: sidelinks
topology:
  nodes:
    a: {tier: device, position: [0 m, 0 m]}
    b: {tier: device, position: [30 m, 0 m]}
    c: {tier: device, position: [60 m, 0 m]}
    d: {tier: device, position: [90 m, 0 m]}
  links:
    - {between: [a, b], medium: radio}
    - {between: [b, c], medium: radio}
    - {between: [c, d], medium: radio}
sidelink: {line_of_sight: always, shadowing: false, delay: 0 s}
traffic: {transfers: [%s]}
"""
SEND = "{from: %s, to: %s, size: 10 MB}"


def test_a_device_talks_with_one_other_at_a_time_but_far_pairs_talk_at_once(ran):
    def ends(*pairs):
        _, record = ran(SIDELINKS % ", ".join(SEND % tuple(pair) for pair in pairs))
        return [row["end_s"] for row in rows(record, "flows")]

    (alone,) = ends("ab")
    assert ends("ab", "cd") == pytest.approx([alone, alone], rel=1e-9)
    assert ends("ab", "cb") == pytest.approx([2 * alone, 2 * alone], rel=1e-9)
    assert ends("ab", "bc") == pytest.approx([2 * alone, 2 * alone], rel=1e-9)


MEETING = """\
name: meeting
topology:
  nodes: {a: {tier: device, position: [0 m, 0 m]}, b: {tier: device, position: [9 km, 0 m]}}
  links: [{between: [a, b], medium: radio}]
sidelink: {line_of_sight: always, shadowing: false, power: -20 dBm}
mobility: [{kind: path, nodes: [b], waypoints: [[9 km, 0 m], [10 m, 0 m], [9 km, 0 m]], speed: 200 m/s}]
traffic: {unreachable: wait, transfers: [{from: a, to: b, size: 300 kB}]}
stop: 90 s
"""


def test_what_waits_for_a_contact_is_sent_when_the_two_meet(ran):
    _, record = ran(MEETING)
    (flow,) = rows(record, "flows")
    ups = [row["time_ns"] / 1e9 for row in kinds(record, "link_up")]
    downs = [row["time_ns"] / 1e9 for row in kinds(record, "link_down")]
    assert flow["delivered"]
    assert 0 < min(ups) < flow["end_s"] < max(downs)
    assert min(downs) == 0.0


def test_devices_out_of_reach_that_do_not_move_are_a_mistake(ran):
    text = MEETING.replace("mobility:", "# mobility:")
    with pytest.raises(ScenarioError, match="out of each other's reach"):
        ran(text)


def test_the_fastest_of_a_cell_is_served_first_if_it_says_so(ran):
    text = CORRIDOR.partition("mobility")[0].replace(
        "[10 m, 0 m]}", "[10 m, 0 m]}\n    far: {tier: device, position: [90 m, 0 m]}"
    )
    text = text.replace("    - {between: [phone", "    - {between: [far, left], medium: radio}\n    - {between: [phone")
    text = text.replace("cells: {", "cells: {airtime: %s, delay: 0 s, device_power: -5 dBm, ")
    text += "traffic: {transfers: [{from: far, to: left, size: 10 MB}, {from: phone, to: left, size: 10 MB}]}\n"
    far_s, near_s = (
        [row["end_s"] for row in rows(ran(text % airtime)[1], "flows")] for airtime in ("round-robin", "max-rate")
    )
    assert near_s[1] < far_s[1]
    assert near_s[0] == pytest.approx(far_s[0], rel=1e-9)  # both have sent all by then, at both ends


def test_blockers_in_the_way_cost_rate(ran):
    text = CORRIDOR.replace("speed: 30 m/s", "speed: 1 m/s").replace("cloud}", "cloud, position: [100 m, 80 m]}")
    text = text.replace("[10 m, 0 m]", "[90 m, 0 m]").replace("cells: {", "cells: {device_power: 0 dBm, ")
    text += (UP % "resume").replace("150 MB", "20 MB")
    free = rows(ran(text)[1], "flows")[0]["end_s"]
    blocked = rows(ran(text + "radio: {blockers: {count: 60, kind: vehicle, height: 8 m}}\n")[1], "flows")[0]["end_s"]
    assert blocked > free * 1.01


def test_a_base_station_draws_what_auer_et_al_say(ran):
    """A macro site that sends half of the time: 780 W and half of the 564 W that sending adds; asleep 450 W."""
    text = CORRIDOR.partition("mobility")[0].replace(
        "cells: {", "cells: {duplex: fdd, base_station: {kind: macro, sleeps: %s}, "
    )
    text = text.replace("phone, left", "left, phone") + "nodes: {edge: {power_idle: 0 W, power_busy: 0 W}}\n"
    text += "links: {backhaul: {power_idle: 0 W}}\nstop: 1 s\n"
    text += "traffic: {transfers: [{from: left, to: phone, size: 37.5 MB}]}\n"
    for sleeps, idle_w in (("false", 780.0), ("true", 450.0)):
        _, record = ran(text % sleeps)
        energy = {(row["node"] or row["src"], row["cause"]): row["energy_j"] for row in rows(record, "energy")}
        busy_s = sum(
            row["utilisation"] * 0.1 for row in rows(record, "links") if row["src"] == "left" and row["dst"] == "phone"
        )
        assert energy["left", "idle"] == pytest.approx(idle_w, rel=1e-9)
        assert energy["left", "radio"] == pytest.approx((1344.0 - idle_w) * busy_s, rel=1e-6)
        assert 0.2 < busy_s < 0.9


def test_a_run_with_all_that_changes_has_one_digest_and_nodes_more_change_no_others_way(ran):
    text = """\
name: town
topology: {generator: three-tier, devices: %d, edges: 3, cell_radius: 80 m}
cells: {site_antenna_gain: 8 dB}
mobility: [{kind: random-waypoint, tier: device, speed_min: 5 m/s, speed_max: 30 m/s}]
radio: {interference: true, blockers: {count: 5}}
traffic:
  unreachable: wait
  transfers: [{from: device1, to: cloud, size: 100 MB}, {from: cloud, to: device2, size: 100 MB}]
stop: 20 s
"""
    first, second = ran(text % 6), ran(text % 6)
    assert first[0]["digest"] == second[0]["digest"]
    ways = [
        [row for row in rows(record, "places") if row["node"] == "device3"] for record in (first[1], ran(text % 7)[1])
    ]
    assert ways[0][0] == ways[1][0]
    assert ran(text % 6, seed=9)[0]["digest"] != first[0]["digest"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("stop: 12 s", ""), "stop: is missing"),
        (("nodes: [phone], way", "nodes: [fone], way"), "no such node"),
        (("kind: path", "kind: paths"), "did you mean 'path'"),
        (("mobility: [", "mobility: [{kind: static, tier: device}, "), "mobility: moves 'phone' twice; a node has one"),
        (("nodes: [phone], way", "nodes: [core], way"), "has no position"),
        (("cells: {", "cells: {airtime: max-rate, "), "cut-through"),
        (("stop: 12 s", "stop: 12 s\nradio: {update: 0 s}"), "update"),
    ],
)
def test_a_mistake_in_what_moves_is_named(ran, change, message):
    text = (CORRIDOR + "traffic: {forwarding: cut-through}\n").replace(*change)
    with pytest.raises(ScenarioError, match=message):
        ran(text)


def test_positions_between_looks_do_not_matter_where_nothing_moves(ran):
    still = CORRIDOR.replace(
        "kind: path, nodes: [phone], waypoints: [[10 m, 0 m], [190 m, 0 m]], speed: 30 m/s",
        "kind: static, nodes: [phone]",
    )
    _, moving = ran(still + UP % "resume")
    _, fixed = ran(CORRIDOR.replace("mobility:", "# mobility:") + UP % "resume")
    ends = [rows(record, "flows")[0]["end_s"] for record in (moving, fixed)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    assert np.isfinite(ends).all()
