"""Models that grow on their way, from the outside: by the events of a run, its record and the packets sent."""

from dataclasses import replace

import pytest

from wayfare.emulator.methods import Mfd
from wayfare.emulator.records import EventKind
from wayfare.emulator.wandering import Growth
from wayfare.emulator.wandering.growth import check_growth
from wayfare.models.linear import LinearStructure
from wayfare.models.merging import Coverage, Mean
from wayfare.models.mlp import MLPStructure
from wayfare.models.scaling import Choices

LINE = (("a", "b", 1e6, 0.01), ("b", "c", 1e6, 0.01))


class Witness(Mfd):
    """Mfd that keeps every packet that a node sends, with the time, in its own list."""

    def program(self, node, roles):
        send = node.send
        node.send = lambda destination, packet, via=None: (
            self.sent.append((node.now, node.name, packet)),
            send(destination, packet, via),
        )[1]
        return super().program(node, roles)


@pytest.fixture
def witness():
    def make(**parameters):
        method = Witness(**{"steps": 2, "packets": 1} | parameters)
        object.__setattr__(method, "sent", [])
        return method

    return make


def widths(method):
    return [packet.to_model().structure.widths[1] for _, _, packet in method.sent]


@pytest.mark.parametrize("given", [{"width": 2.0}, {"samples": 5}, {}])
def test_a_stage_says_what_grows_and_when(given):
    with pytest.raises(ValueError, match="a stage of growth says"):
        Growth(**given)


def test_stages_follow_one_another_by_what_the_header_says_was_learned(live, wired, witness):
    """Each visit counts the 12 samples of its node: after two visits the 4 units are 8, after four 12."""
    method = witness(growth=(Growth(width=2, samples=24), Growth(width=1.5, samples=48, units="fresh")), hop_limit=6)
    run = live(wired(*LINE), method, "abc", stop_s=9.0)
    assert widths(method) == [4, 4, 8, 8, 12, 12]
    assert [packet.specification["widths"][1] for _, _, packet in method.sent] == widths(method)
    assert run.summary["scalings"]["growth"] == 2
    first, second = run.record.table("scalings").to_pylist()
    assert (first["why"], first["width"], first["error"], first["packet"]) == ("growth", 2.0, 0.0, 0)
    assert (first["memory_bytes_before"], first["memory_bytes"]) == (16 * 43, 16 * (6 * 8 + 8 + 8 * 3 + 3))
    assert second["flop_before"] == first["flop"] > first["flop_before"]
    assert second["size_bytes_before"] == first["size_bytes"] == len(method.sent[2][2].payload)


def test_a_model_grows_at_its_time_where_there_is_memory_for_it(live, wired, witness, plain_node):
    """At c alone there is room, and it is due half a second after the start."""
    method = witness(growth=(Growth(width=3, at_s=0.5, memory_bytes=1e9),))
    small = replace(plain_node, memory_bytes=1e8)
    run = live(wired(*LINE), method, "abc", stop_s=2.0, hardware={"a": small, "b": small})
    (event,) = run.by_kind[EventKind.SCALE]
    assert (event["node"], event["packet"]) == (2, 0)
    assert event["time_ns"] >= 0.5e9
    grown = [now >= event["time_ns"] / 1e9 for now, _, _ in method.sent]
    assert widths(method) == [12 if each else 4 for each in grown]
    assert set(grown) == {False, True}


def test_a_node_without_data_lets_a_model_grow_too(live, wired, witness, plain_node):
    method = witness(growth=(Growth(depth=2, memory_bytes=1e9),), hop_limit=4)
    small = replace(plain_node, memory_bytes=1e8)
    run = live(wired(*LINE), method, "ac", stop_s=3.0, hardware={"a": small, "c": small})
    (event,) = run.by_kind[EventKind.SCALE]
    assert event["node"] == 1
    _, _, packet = method.sent[-1]
    assert packet.to_model().structure.widths == (6, 4, 4, 3)
    assert [update.samples > 0 for update in packet.updates] == [True, True, True]


def test_what_a_link_has_made_smaller_grows_once_it_is_whole_again(live, wired, witness):
    """Beyond the slow link to c it has half its units and is due to grow; it does back at b, where its whole is."""
    slow = (("a", "b", 1e6, 0.01), ("b", "c", 5.4e3, 0.0))
    choices = Choices(widths=(1.0, 0.5), depths=(1.0,), sparsities=(0.0,), bits=(32,))
    method = witness(fit_link_s=1.0, choices=choices, growth=(Growth(width=2, samples=36),))
    run = live(wired(*slow), method, "abc", stop_s=9.0)
    assert widths(method)[:4] == [4, 2, 2, 8]
    causes = [(row["why"], "abc"[row["node"]]) for row in run.record.table("scalings").to_pylist()]
    assert causes[:3] == [("link", "b"), ("restore", "b"), ("growth", "b")]


def test_a_sub_model_that_was_trained_elsewhere_goes_back_into_its_parent_where_they_meet(live, wired):
    """Packet 0 comes to b narrow, over the slow link, trains there and leaves a copy; packet 1 is whole at b later on.

    By coverage the copy goes into the whole; the mean waits until both have one structure.
    """
    slow = (("a", "c", 5.4e3, 0.0), ("b", "c", 1e6, 0.01))
    choices = Choices(widths=(1.0, 0.5), depths=(1.0,), sparsities=(0.0,), bits=(32,))
    first = {}
    for merger in (Mean(), Coverage()):
        method = Mfd(packets=2, steps=2, meeting="merge", merger=merger, fit_link_s=1.0, choices=choices)
        run = live(wired(*slow), method, "ab", stop_s=9.0)
        first[merger] = min(event["time_ns"] for event in run.by_kind[EventKind.MERGE] if event["value"] == 2)
    assert first[Coverage()] < first[Mean()]


def test_a_stage_may_say_with_which_step_size_it_goes_on(live, wired):
    digests = {
        live(wired(*LINE), Mfd(steps=2, packets=1, growth=(Growth(width=2, at_s=0.1, learning_rate=rate),)), "abc",
             stop_s=1.0).summary["digest"]["weights"]
        for rate in (None, 0.1, 0.01)
    }  # fmt: skip
    assert len(digests) == 2  # 0.1 is that of the method


@pytest.mark.parametrize(
    ("structure", "stage", "reason"),
    [
        (LinearStructure((6, 3)), Growth(width=2, at_s=0), "no hidden units|cannot be scaled"),
        (MLPStructure((6, 4, 3), "tanh"), Growth(depth=2, at_s=0), "only after a hidden layer with relu"),
        (MLPStructure((6, 4, 3)), Growth(rank=2, at_s=0), "has no rank"),
    ],
)
def test_growth_that_a_family_cannot_do_is_found_beforehand(structure, stage, reason):
    with pytest.raises(ValueError, match=reason):
        check_growth(structure, [stage])
