"""The optional parts of travelling models, each from the outside: by the events of a run and the packets sent."""

from dataclasses import replace

import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import Mfd
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.packets import PacketKind
from wayfare.emulator.records import EventKind
from wayfare.emulator.wandering import (
    Admission,
    Bandit,
    Beacons,
    Controller,
    CyclicOrder,
    MetropolisHastings,
    Mixture,
    Novelty,
    RandomWalk,
    Teaching,
    Until,
)
from wayfare.models.linear import Linear
from wayfare.models.merging import Krum, Mean, Staleness, Ties
from wayfare.models.mlp import MLP
from wayfare.models.scaling import Choices

LINE = (("a", "b", 1e6, 0.01), ("b", "c", 1e6, 0.01), ("c", "d", 1e6, 0.01))
RING = (*LINE, ("d", "a", 1e6, 0.01))
BEACONS = Beacons(interval_s=0.1, radius=3)


class Witness(Mfd):
    """Mfd that keeps every packet that a node sends, with the node's name and where to, in its own list."""

    def program(self, node, roles):
        send = node.send
        node.send = lambda destination, packet, via=None: (
            self.sent.append((node.name, destination, packet)),
            send(destination, packet, via),
        )[1]
        self.nodes[node.name] = node
        return super().program(node, roles)


@pytest.fixture
def witness():
    def make(**parameters):
        method = Witness(**{"steps": 2, "packets": 1} | parameters)
        object.__setattr__(method, "sent", [])
        object.__setattr__(method, "nodes", {})
        return method

    return make


def of_kind(method, kind):
    return [one for one in method.sent if one[2].kind is kind]


def stops(run, kind=EventKind.TRAIN_END):
    return ["abcd"[event["node"]] for event in run.by_kind[kind]]


@pytest.mark.parametrize("policy", [MetropolisHastings(), Novelty(), Bandit(), Mixture(gain=1)])
def test_a_policy_that_works_by_beacons_is_refused_without_them(policy):
    with pytest.raises(ValueError, match=r"works by what neighbours advertise: add 'beacons"):
        Mfd(next_hop=policy)


def test_copies_need_to_know_when_a_packet_is_lost():
    with pytest.raises(ValueError, match="come together"):
        Mfd(copies=1)


def test_a_merger_that_two_models_cannot_use_is_refused():
    with pytest.raises(ValueError, match="cannot merge by any of fisher"):
        Mfd(merger=Krum())


def test_models_that_meet_merge_as_the_scenario_says(live, wired):
    digests = set()
    for merger in (Mean(), Ties(), Staleness()):
        method = Mfd(packets=2, steps=2, meeting="merge", merger=merger)
        run = live(wired(*RING), method, "abcd", stop_s=2.0)
        assert run.by_kind[EventKind.MERGE]
        digests.add(run.summary["digest"]["weights"])
    assert len(digests) == 3


def test_packets_that_are_at_a_node_at_one_moment_merge_and_both_go_on(live, wired, witness):
    """At the slow b one waits while the other is trained; then both are one model, of which each has learned."""
    slow = {"b": NodeClass(compute_flop_per_s=1e5, efficiency=1.0, memory_bytes=1e12, power_idle_w=1, power_busy_w=3)}
    method = witness(packets=2, meeting="together", hop_limit=2)
    run = live(wired(LINE[0]), method, "ab", stop_s=9.0, hardware=slow)
    assert [event["value"] for event in run.by_kind[EventKind.MERGE]] == [2.0] * len(run.by_kind[EventKind.MERGE])
    assert [event["node"] for event in run.by_kind[EventKind.MERGE]] == [1] * len(run.by_kind[EventKind.MERGE])
    assert len(run.by_kind[EventKind.RETIRE]) == 2
    left = [packet for source, _, packet in of_kind(method, PacketKind.MODEL) if source == "b" and packet.lineage]
    assert left
    assert all(packet.lineage == (1 - packet.packet,) for packet in left)
    assert left[0].learned_samples == 24


def test_packets_that_never_meet_do_not_merge(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, meeting="together"), "abcd", stop_s=2.0)
    assert not run.by_kind[EventKind.MERGE]


@pytest.mark.parametrize(
    ("unused", "says"),
    [
        ({"merger": Ties()}, "'merger' is how models that meet merge, and with 'meeting: none' none do"),
        ({"merger": Ties(), "meeting": "teach"}, "with 'meeting: teach' none do"),
        ({"teaching": Teaching(mutual=True)}, "nobody teaches with 'meeting: none'"),
        ({"choices": Choices(widths=(1.0, 0.5))}, "add one of them, or leave it out"),
        ({"until": Until(max_steps=5), "steps": 6}, "fewer than the 6 of one job"),
    ],
)
def test_a_key_that_would_change_nothing_is_refused(unused, says):
    with pytest.raises(ValueError, match=says):
        Mfd(**unused)


def test_a_price_without_a_gain_is_refused():
    with pytest.raises(ValueError, match="'gain' has no weight"):
        Mixture(per="byte")


def test_neighbours_hear_of_data_hardware_links_and_models_and_the_bytes_count(live, wired, witness):
    method = witness(beacons=BEACONS)
    run = live(wired(*LINE), method, {"a": 5, "d": 9}, stop_s=2.0)
    first, last = of_kind(method, PacketKind.BEACON)[0][2], of_kind(method, PacketKind.BEACON)[-1][2]
    assert not first.payload
    assert {"compute", "memory", "rates", "waiting", "holds", "degree"} <= last.specification.keys()
    sizes = {event["size_bytes"] for event in run.by_kind[EventKind.FLOW_START]}
    assert len(first.encode()) in sizes
    seen = {source: packet.seen for source, _, packet in of_kind(method, PacketKind.BEACON)}
    assert sum(seen["a"]) == 5
    assert seen["b"] == ()


@pytest.mark.parametrize(
    "policy",
    [RandomWalk(), MetropolisHastings(), CyclicOrder(), Novelty(), Bandit(), Mixture(novelty=1, gain=1), Controller()],
    ids=lambda policy: type(policy).__name__,
)
def test_under_every_policy_the_model_goes_on_and_the_run_is_the_same_again(live, wired, policy):
    method = Mfd(packets=2, steps=2, next_hop=policy, beacons=BEACONS)
    first, second = (live(wired(*RING), method, "abcd", stop_s=1.0) for _ in range(2))
    assert first.summary["digest"] == second.summary["digest"]
    assert len(set(stops(first))) >= 3


def test_cyclic_crosses_nodes_without_data_and_trains_at_holders_in_order(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, next_hop=CyclicOrder()), ("a", "b", "d"), stop_s=3.0)
    assert stops(run)[:7] == ["a", "b", "d", "a", "b", "d", "a"]


def test_the_controllers_tour_reaches_the_holders_as_bytes(live, wired, witness):
    method = witness(next_hop=Controller(), packets=1)
    run = live(wired(*LINE), method, ("a", "b", "d"), stop_s=3.0)
    tours = of_kind(method, PacketKind.BEACON)
    assert {(source, target) for source, target, _ in tours} == {("a", "b"), ("a", "d")}
    assert all(packet.specification == {"tour": [0, 1, 3]} for _, _, packet in tours)
    assert stops(run)[:4] == ["a", "b", "d", "a"]


def test_training_goes_on_until_the_validation_loss_falls_no_more(live, wired):
    patient = Mfd(packets=1, steps=2, hop_limit=1, until=Until(patience=2, max_steps=12))
    run = live(wired(*LINE), patient, "a", stop_s=9.0)
    assert 3 <= len(run.by_kind[EventKind.TRAIN_END]) <= 6  # six rounds of two steps, or two without a better one


def test_only_the_head_is_trained(live, wired, witness):
    method = witness(train="head", hop_limit=3)
    live(wired(*LINE), method, "abcd", stop_s=9.0)
    first, last = (method.sent[place][2] for place in (0, -1))
    assert first.updates[0].samples == 0 < first.updates[1].samples
    (before, head), (after, changed) = (list(packet.to_model().weights.values())[::2] for packet in (first, last))
    assert (before == after).all()
    assert not (head == changed).all()


def test_the_layers_that_learned_least_take_turns(live, wired, witness):
    method = witness(train="least-trained", hop_limit=4)
    live(wired(*LINE), method, "abcd", stop_s=9.0)
    learned = [tuple(update.samples for update in packet.updates) for _, _, packet in method.sent[:2]]
    assert learned == [(0, 12), (12, 12)]


def test_a_goal_reached_lets_the_packet_rest_and_keeps_its_answer(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, goal=0.01, hop_limit=50), "abcd", stop_s=9.0)
    (retired,) = run.by_kind[EventKind.RETIRE]
    assert retired["time_ns"] < 9e9
    assert run.summary["accuracy"]["final"] is not None


def test_a_packet_retires_after_its_lifetime(live, wired):
    run = live(wired(*LINE), Mfd(packets=1, steps=2, lifetime_s=0.5), "abcd", stop_s=9.0)
    assert run.by_kind[EventKind.RETIRE]
    assert run.summary["accuracy"]["final"] is not None


def test_a_node_that_is_too_small_trains_a_part_or_nothing(live, wired, witness, plain_node):
    """The MLP 6-4-3 has 43 parameters, so 688 bytes in training; with 2 or 3 of its 4 hidden units less."""
    small = {"b": replace(plain_node, memory_bytes=600.0)}
    for otherwise, trains in (("scale", True), ("refuse", False)):
        method = witness(admission=Admission(otherwise=otherwise), hop_limit=1)
        run = live(wired(*LINE), method, "b", stop_s=9.0, hardware=small)
        assert bool(run.by_kind[EventKind.TRAIN_END]) == trains
        assert [event["value"] for event in run.by_kind[EventKind.SCALE]] == ([32.0, 32.0] if trains else [])
        (packet,) = {packet for _, _, packet in method.sent}
        assert packet.to_model().structure.widths == (6, 4, 3)


def test_a_packet_shrinks_for_a_slow_link_and_grows_where_its_whole_is_kept(live, wired, witness):
    """The link from b to c is slow: beyond it the model is narrow, and when it is back at b it is whole again."""
    slow = (("a", "b", 1e6, 0.01), ("b", "c", 5.4e3, 0.0))
    method = witness(fit_link_s=1.0, choices=Choices(widths=(1.0, 0.5), depths=(1.0,), sparsities=(0.0,), bits=(32,)))
    live(wired(*slow), method, "abc", stop_s=9.0)
    widths = [(source, target, packet.to_model().structure.widths[1]) for source, target, packet in method.sent]
    assert widths[:4] == [("a", "b", 4), ("b", "c", 2), ("c", "b", 2), ("b", "a", 4)]
    assert [packet.scale.width for _, _, packet in method.sent[:4]] == [1.0, 0.5, 0.5, 1.0]
    assert 8 * len(method.sent[1][2].encode()) <= 5.4e3


def test_a_packet_that_cannot_be_small_enough_goes_as_it_is(live, wired, witness):
    method = witness(fit_link_s=1e-3, choices=Choices(widths=(1.0,)), hop_limit=2)
    run = live(wired(*LINE), method, "abcd", stop_s=9.0)
    assert not run.by_kind[EventKind.SCALE]
    assert len(run.by_kind[EventKind.HOP_END]) == 2


def test_families_take_turns_and_teach_each_other(live, wired, witness):
    method = witness(packets=3, models=(MLP(hidden=(5,)), Linear()), meeting="teach", hop_limit=8)
    run = live(wired(*RING), method, "abcd", stop_s=9.0)
    launched = {packet.packet: packet.to_model().structure.family for _, _, packet in method.sent}
    assert launched == {0: "mlp", 1: "linear", 2: "mlp"}
    assert not run.by_kind[EventKind.MERGE]


def test_a_teacher_changes_what_is_learned_and_costs_time(live, wired):
    """Two packets on one line: with teaching the second learns otherwise, and its visits take longer."""
    runs = [
        live(wired(*LINE), Mfd(packets=2, steps=2, meeting=meeting, teaching=teaching), "abcd", stop_s=2.0)
        for meeting, teaching in (("none", Teaching()), ("teach", Teaching()), ("teach", Teaching(mutual=True)))
    ]
    jobs = [len(run.by_kind[EventKind.TRAIN_END]) for run in runs]
    assert len({run.summary["digest"]["weights"] for run in runs}) == 3
    assert len({run.summary["digest"]["events"] for run in runs}) == 3
    assert jobs[0] >= jobs[1]


def test_a_lost_packet_has_an_heir_with_its_lineage(live, wired, witness):
    """It dies with c, which fails while it trains there; b, where it was before, launches its copy."""
    method = witness(copies=1, lost_after_s=0.5, next_hop=CyclicOrder())
    slow = {"c": NodeClass(compute_flop_per_s=1e4, efficiency=1.0, memory_bytes=1e12, power_idle_w=1, power_busy_w=3)}
    fault = FailingNode(2, iter([Outage(0.4, 99.0)]))
    run = live(wired(*RING), method, "abc", stop_s=6.0, hardware=slow, faults=[fault])
    assert [event["packet"] for event in run.by_kind[EventKind.RETIRE]] == [0]
    launched = [(event["node"], event["packet"]) for event in run.by_kind[EventKind.LAUNCH]]
    assert launched[0] == (0, 0)
    assert launched[1][0] == 1
    heirs = [packet for _, _, packet in method.sent if packet.packet == launched[1][1]]
    assert heirs[0].lineage == (0,)
    assert run.summary["accuracy"]["final"] is not None


@pytest.mark.parametrize(("beacons", "dies_s"), [(None, 999.0), (None, 2.0), (BEACONS, 999.0), (BEACONS, 2.0)])
def test_who_hears_that_a_neighbour_holds_a_packet_goes_on_watching(live, wired, witness, beacons, dies_s):
    """The packet trains at c for more than five seconds, and b, which keeps a copy, waits for half a second.

    With beacons c says that it is there, until c dies; without them b asks c, after 0.5 s, 1 s and 2 s.
    """
    method = witness(copies=1, lost_after_s=0.5, next_hop=CyclicOrder(), beacons=beacons)
    slow = {"c": NodeClass(compute_flop_per_s=1e3, efficiency=1.0, memory_bytes=1e12, power_idle_w=1, power_busy_w=3)}
    fault = FailingNode(2, iter([Outage(dies_s, 9999.0)]))
    run = live(wired(*RING), method, "abc", stop_s=5.0, hardware=slow, faults=[fault])
    arrived_s, *_ = (event["time_ns"] / 1e9 for event in run.by_kind[EventKind.TRAIN_START] if event["node"] == 2)
    launched = [event for event in run.by_kind[EventKind.LAUNCH] if event["time_ns"] > 0]
    assert arrived_s < 0.3
    assert [event["node"] for event in launched] == ([1] if dies_s < 5 else [])
    asked = [source for source, to, packet in of_kind(method, PacketKind.BEACON) if "ask" in packet.specification]
    assert bool(asked) == (beacons is None or dies_s < 5)
    if launched:
        least_s = dies_s - beacons.interval_s + 0.5 if beacons else dies_s
        assert least_s < launched[0]["time_ns"] / 1e9 <= dies_s + (0.5 if beacons else 2.0) + 0.1


def test_a_packet_that_gets_on_has_no_heir(live, wired, witness):
    method = witness(copies=2, lost_after_s=1.0)
    run = live(wired(*RING), method, "abcd", stop_s=6.0)
    assert len(run.by_kind[EventKind.LAUNCH]) == 1
    assert any("moved" in packet.specification for _, _, packet in method.sent)


def test_beacons_that_make_no_sense_are_ignored(live, wired):
    class Liar(Mfd):
        def program(self, node, roles):
            if node.name != "d":
                return super().program(node, roles)
            return self.lie(node)

        def lie(self, node):
            for says in (
                {},
                {"tour": 3},
                {"tour": [99]},
                {"moved": "x", "place": 0},
                {"time": "soon", "experience": []},
            ):
                yield node.send("c", node.beacon(says))

    run = live(wired(*RING), Liar(packets=1, steps=2, beacons=BEACONS, next_hop=Controller()), "abc", stop_s=2.0)
    assert run.summary["packets"]["dropped"] == 0
