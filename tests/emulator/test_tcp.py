"""Against SimGrid's CM02 and LV08, against ns-3's TCP, and by hand; the oracles' files say how they were made."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayfare.emulator.links import Link
from wayfare.emulator.sharing import Demand, share
from wayfare.emulator.tcp import CM02, LV08, SHARING, Fair, TcpSharing, TransportTerm, Use

ORACLES = Path(__file__).parents[2] / "benchmarks" / "oracles"
SIMGRID = json.loads((ORACLES / "simgrid.json").read_text(encoding="utf-8"))
NS3 = json.loads((ORACLES / "ns3.json").read_text(encoding="utf-8"))

FAT = "fat-pipe-behind-unequal-links"  # the one case in which SimGrid's rule is not ours
LONE = [name for name, case in SIMGRID["cases"].items() if len(case["flows"]) == 1]
SHARED = [name for name in SIMGRID["cases"] if name not in (*LONE, FAT)]
MODELS = {"CM02": CM02, "LV08": LV08}


def link(rate_bps, delay_s, *constraints, coefficient=1.0):
    return Link(
        index=0,
        source=0,
        target=1,
        link_class="core",
        constraints=constraints,
        coefficient=coefficient,
        rate_bps=rate_bps,
        delay_s=delay_s,
        power_idle_w=1,
        power_busy_w=3,
        radio=False,
    )


def links_of(case):
    """Return the directed links of a case by name; a fat pipe is a link that is not shared."""
    links = {}
    for number, (name, what) in enumerate(case["links"].items()):
        for direction in range(2):
            constraint = 2 * number + (0 if what.get("duplex") == "half" else direction)
            shared = () if what.get("sharing") == "fat-pipe" else (constraint,)
            links["-" * direction + name] = link(what["rate_bps"], what["latency_s"], *shared)
    return links


def sharing_of(case, model, crosstraffic):
    gamma = case.get("settings", {}).get("network/TCP-gamma", SIMGRID["settings"]["network/TCP-gamma"])
    return MODELS[model](tcp_gamma_bytes=float(gamma), crosstraffic=crosstraffic)


def completed_s(case, sharing):
    """Live through a case and return when its flows ended."""
    links, waiting, asks = links_of(case), [], []
    capacity = {constraint: each.rate_bps for each in links.values() for constraint in each.constraints}
    for number, flow in enumerate(case["flows"]):
        path = [links[name] for name in flow["path"]]
        back = [links[name[1:] if name.startswith("-") else f"-{name}"] for name in reversed(flow["path"])]
        waiting.append((flow["start_s"] + sharing.start_delay_s(path), number))
        asks.append(sharing.demand(path, back, 1.0, math.inf, 0.0))
    waiting.sort()
    now_s, rest_bits, ends_s = 0.0, {}, [math.nan] * len(asks)
    while waiting or rest_bits:
        rates = dict(zip(rest_bits, share([asks[n] for n in rest_bits], capacity), strict=True))
        stays_s = min((rest_bits[n] / rates[n] for n in rest_bits), default=math.inf)
        ending = [n for n in rest_bits if rest_bits[n] / rates[n] <= stays_s * (1 + 1e-12)]
        if waiting and waiting[0][0] <= now_s + stays_s:
            stays_s, ending = waiting[0][0] - now_s, []
        now_s += stays_s
        rest_bits = {n: rest_bits[n] - rates[n] * stays_s for n in rest_bits if n not in ending}
        for number in ending:
            ends_s[number] = now_s
        while waiting and waiting[0][0] <= now_s and not ending:
            number = waiting.pop(0)[1]
            rest_bits[number] = 8.0 * case["flows"][number]["size_bytes"]
    return ends_s


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", LONE)
def test_a_lone_flow_takes_its_latency_and_its_size_as_in_simgrid(name, model):
    case = SIMGRID["cases"][name]
    sharing, links = sharing_of(case, model, 0.05), links_of(case)
    path = [links[step] for step in case["flows"][0]["path"]]
    latency_s, slowest_bps = sum(step.delay_s for step in path), min(step.rate_bps for step in path)
    window_bps = 8 * sharing.tcp_gamma_bytes / (2 * latency_s) if latency_s else math.inf
    by_hand_s = sharing.latency_factor * latency_s + 8 * case["flows"][0]["size_bytes"] / (
        sharing.bandwidth_factor * min(slowest_bps, window_bps)
    )
    assert case["completed_s"][model]["crosstraffic-on"] == pytest.approx([by_hand_s], rel=1e-12)
    assert completed_s(case, sharing) == pytest.approx([by_hand_s], rel=1e-12)


@pytest.mark.parametrize("crosstraffic", [0.0, 0.05])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", SHARED)
def test_flows_end_when_they_end_in_simgrid_with_acknowledgements_or_without(name, model, crosstraffic):
    case = SIMGRID["cases"][name]
    expected_s = case["completed_s"][model]["crosstraffic-on" if crosstraffic > 0 else "crosstraffic-off"]
    assert completed_s(case, sharing_of(case, model, crosstraffic)) == pytest.approx(expected_s, rel=1e-11)


def test_a_link_that_is_not_shared_gives_every_flow_its_rate_where_simgrid_divides_by_penalty():
    """Flows of 11 and 70 ms behind a fat pipe of 100 Mbit/s: in SimGrid the second has 11/70 of it beside the first."""
    case = SIMGRID["cases"][FAT]
    first_s, second_s = 0.011 + 0.8, 0.070 + 0.8
    assert completed_s(case, CM02()) == pytest.approx([first_s, second_s])
    beside_bits = (first_s - 0.070) * 100e6 * 11 / 70
    assert case["completed_s"]["CM02"]["crosstraffic-off"] == pytest.approx(
        [first_s, first_s + (80e6 - beside_bits) / 100e6]
    )


def test_acknowledgements_hold_a_flow_against_two_to_a_third_of_the_link():
    """The links of two-against-one carry 2.05 and 1.1 shares: the first fills up and fixes all three flows."""
    case = SIMGRID["cases"]["two-against-one"]
    assert case["completed_s"]["CM02"]["crosstraffic-on"] == pytest.approx([0.01 + 80e6 * 2.05 / 100e6] * 3)


def test_the_penalty_is_the_latency_and_the_time_of_weight_s_on_each_link():
    path = [link(100e6, 0.01, 0), link(10e6, 0.02, 1)]
    assert CM02().penalty_s(path) == pytest.approx(0.03)
    assert LV08().penalty_s(path) == pytest.approx(0.03 + 20537 / 12.5e6 + 20537 / 1.25e6)
    assert LV08().weight(path) == pytest.approx(1 / LV08().penalty_s(path))
    assert LV08().penalty_s([link(100e6, 0, 0)]) == 1.0


def test_a_link_over_which_nothing_can_pass_now_adds_only_its_latency_to_the_penalty():
    assert LV08().penalty_s([link(0.0, 0.01, 0)]) == 0.01


def test_a_window_each_round_trip_and_an_unshared_link_bound_a_flow():
    assert CM02().cap_bps([link(1e12, 0.05, 0)]) == pytest.approx(8 * 4194304 / 0.1)
    assert LV08().cap_bps([link(1e12, 0.05, 0)]) == pytest.approx(0.97 * 8 * 4194304 / 0.1)
    assert LV08().cap_bps([link(1e8, 0.05)]) == pytest.approx(0.97e8)
    assert CM02().cap_bps([link(1e8, 0, 0)]) == math.inf


def test_a_flow_takes_of_its_links_and_a_twentieth_of_the_way_back():
    forth, back = [link(1e8, 0.01, 0), link(1e8, 0.01, 2)], [link(1e8, 0.01, 3), link(1e8, 0.01, 1)]
    whole, little = Use(pytest.approx(1 / 0.97), 1.0), Use(pytest.approx(0.05 / 0.97), 0.05)
    assert LV08().uses(forth, back) == {0: whole, 2: whole, 3: little, 1: little}
    assert LV08(crosstraffic=0).uses(forth, back) == {0: whole, 2: whole}


def test_both_ways_over_one_constraint_add_up():
    half = link(1e8, 0.01, 0)
    assert CM02().uses([half], [half]) == {0: Use(pytest.approx(1.05), pytest.approx(1.05))}
    cell = link(2e7, 0.01, 4, coefficient=1 / 2e7)
    assert CM02(crosstraffic=0).uses([cell, cell], []) == {4: Use(pytest.approx(1e-7), 2.0)}


def test_fair_flows_weigh_the_same_and_pay_the_delay_at_the_end():
    path = [link(1e8, 0.01, 0), link(1e7, 0.02), link(2e7, 0.03, 4, coefficient=1 / 2e7), link(1e8, 0.01, 0)]
    fair = Fair()
    assert fair.demand(path, path, 3.0, math.inf, 0.0) == Demand(((0, 2.0), (4, 1 / 2e7)), 3.0, 1e7)
    assert fair.start_delay_s(path) == 0.0
    assert fair.end_delays_s(path) == [0.01, 0.02, 0.03, 0.01]


def test_tcp_flows_pay_the_latency_at_the_start_and_no_delay_at_the_end():
    path = [link(1e8, 0.01, 0), link(1e7, 0.02)]
    assert LV08().start_delay_s(path) == pytest.approx(13.01 * 0.03)
    assert LV08().end_delays_s(path) == [0.0, 0.0]


def test_the_models_that_a_scenario_can_name_differ_in_simgrids_three_parameters():
    fitted = {"latency_factor": 13.01, "bandwidth_factor": 0.97, "weight_s_bytes": 20537.0}
    assert vars(SHARING["cm02"]()) == vars(SHARING["tcp"]())
    assert vars(SHARING["lv08"]()) == vars(TcpSharing(**fitted))
    assert isinstance(SHARING["fair"](), Fair)


def ns3_runs(stack, segments_per_ack, *, lone):
    """Return the runs of a stack, each with what the term says of it: the window grows by half without quick acks."""
    overhead_bytes = NS3["wire_bytes"] - NS3["segment_bytes"]
    growth = 1.5 if (stack, segments_per_ack) == ("TcpNewReno", 2) else 2
    term = TransportTerm(segment_bytes=NS3["segment_bytes"], overhead_bytes=overhead_bytes, growth=growth)
    found = [
        (run, term.lone_time_s(run["size_bytes"], run["rate_bps"] / run["flows"], 2 * run["delay_s"]))
        for run in NS3["runs"]
        if (run["stack"], run["segments_per_ack"], run["flows"] == 1) == (stack, segments_per_ack, lone)
    ]
    assert len(found) == (16 if lone else 3)
    return found


@pytest.mark.parametrize(("stack", "segments_per_ack"), [("TcpNewReno", 1), ("TcpNewReno", 2)])
def test_a_lone_transfer_takes_the_time_that_it_takes_in_ns3(stack, segments_per_ack):
    """Within 1.2 % where each segment is acknowledged, 3.1 % where every other one is."""
    for run, term_s in ns3_runs(stack, segments_per_ack, lone=True):
        assert term_s == pytest.approx(run["completed_s"][0], rel=0.035), run


def test_where_the_last_segment_of_a_window_is_acknowledged_late_ns3_needs_up_to_a_round_trip_more():
    """Windows of 10, 19, 37 where the term has 10, 20, 40."""
    for run, term_s in ns3_runs("TcpLinuxReno", 2, lone=True):
        assert 0 <= run["completed_s"][0] - term_s <= 2 * run["delay_s"], run


def test_without_the_term_a_lone_transfer_ends_much_earlier_than_in_ns3():
    """On 100 Mbit/s with 20 ms: 5.2 times for 100 kB, 3.1 times for 1 MB."""
    factors = {
        run["size_bytes"]: run["completed_s"][0] / (8 * run["size_bytes"] / run["rate_bps"] + run["delay_s"])
        for run, _ in ns3_runs("TcpNewReno", 1, lone=True)
        if (run["rate_bps"], run["delay_s"]) == (100e6, 0.02)
    }
    assert factors[100_000] == pytest.approx(5.18, abs=0.01)
    assert factors[1_000_000] == pytest.approx(3.08, abs=0.01)


def test_long_flows_that_share_a_link_end_in_ns3_as_the_plain_fluid_says():
    """But for the headers: within 2 % without the term, 0.2 % with it."""
    for run, term_s in ns3_runs("TcpNewReno", 1, lone=False):
        wire_bits = 8 * run["flows"] * run["size_bytes"] * NS3["wire_bytes"] / NS3["segment_bytes"]
        fluid_s = wire_bits / run["rate_bps"] + run["delay_s"]
        assert run["completed_s"] == pytest.approx([fluid_s] * run["flows"], rel=0.02)
        assert max(run["completed_s"]) == pytest.approx(term_s, rel=0.002)


def test_windows_double_each_round_trip_until_the_pipe_is_full():
    """100 kB at 100 Mbit/s and 40 ms: handshake, 10 and 20 segments, and what is left of the third window."""
    term = TransportTerm()
    left_bytes = 100_000 - 30 * 1448
    by_hand_s = 3 * 0.04 + 8 * (left_bytes + 40 * 90) / 100e6 + 0.02
    assert term.lone_time_s(100_000, 100e6, 0.04) == pytest.approx(by_hand_s)


def test_a_window_that_takes_a_round_trip_to_send_is_followed_by_all_the_rest():
    """10 segments take 12.3 ms at 10 Mbit/s: at 12 ms and less the sender never waits after the handshake."""
    term = TransportTerm()
    assert term.following(14480, 0.0123, 85520, 0.012) == (0.0, 85520)
    assert term.lone_time_s(100_000, 10e6, 0.012) == pytest.approx(0.018 + 8 * (100_000 + 70 * 90) / 10e6)
    assert term.following(14480, 0.0123, 85520, 0.013) == (pytest.approx(0.0007), 28960)


def test_without_a_round_trip_only_the_headers_cost_time():
    assert TransportTerm().lone_time_s(1_448_000, 1e6, 0.0) == pytest.approx(8 * 1_538_000 / 1e6)


def test_an_open_connection_needs_no_handshake():
    assert TransportTerm(handshake_round_trips=0).first(1000, 0.04) == (0.0, 1000)
    assert TransportTerm().first(1000, 0.04) == (0.04, 1000)
    assert TransportTerm().first(1e6, 0.04) == (0.04, 14480)


def test_each_segment_carries_headers():
    assert TransportTerm().wire_bytes(1) == 91
    assert TransportTerm().wire_bytes(1449) == 1449 + 180
    assert TransportTerm().wire_bytes(1448_000) * TransportTerm().goodput == pytest.approx(1448_000)


TERMS = st.builds(
    TransportTerm,
    segment_bytes=st.integers(1, 9000),
    overhead_bytes=st.integers(0, 200),
    handshake_round_trips=st.integers(0, 3),
    initial_window_segments=st.integers(1, 20),
    growth=st.floats(1.01, 4),
)


@settings(max_examples=50, deadline=None)
@given(TERMS, st.integers(1, 10**7), st.floats(0, 1), st.floats(0, 1.2))
def test_rounds_carry_a_transfer_in_whole_segments(term, size_bytes, rtt_s, lasted_s):
    """So the headers of the rounds add up to those of the transfer."""
    window_bytes, rest_bytes = term.first(size_bytes, rtt_s).size_bytes, size_bytes
    wire_bytes = term.wire_bytes(window_bytes)
    while (rest_bytes := rest_bytes - window_bytes) > 0:
        following = term.following(window_bytes, lasted_s, rest_bytes, rtt_s)
        assert following.wait_s == pytest.approx(max(rtt_s - lasted_s, 0.0))
        assert window_bytes < following.size_bytes or following.size_bytes == rest_bytes
        window_bytes = following.size_bytes
        wire_bytes += term.wire_bytes(window_bytes)
    assert (rest_bytes, wire_bytes) == (0, term.wire_bytes(size_bytes))


@settings(max_examples=50, deadline=None)
@given(TERMS, st.integers(1, 10**7), st.floats(1e3, 1e10), st.floats(0, 1), st.floats(1, 3))
def test_a_transfer_takes_longer_if_there_is_more_to_send_or_further_to_go(term, size_bytes, rate_bps, rtt_s, factor):
    time_s = term.lone_time_s(size_bytes, rate_bps, rtt_s)
    little = 1e-9 * time_s
    assert time_s >= 8 * term.wire_bytes(size_bytes) / rate_bps + (term.handshake_round_trips + 0.5) * rtt_s - little
    assert term.lone_time_s(math.ceil(factor * size_bytes), rate_bps, rtt_s) >= time_s - little
    assert term.lone_time_s(size_bytes, rate_bps, factor * rtt_s) >= time_s - little
    assert term.lone_time_s(size_bytes, factor * rate_bps, rtt_s) <= time_s + little
