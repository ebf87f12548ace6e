"""What scaling, rejecting and changing models in place leaves in the record."""

from dataclasses import replace

import pytest

from wayfare.emulator.laws import LawBroken, models_are_values
from wayfare.emulator.methods import Mfd
from wayfare.emulator.records import EventKind, RejectReason
from wayfare.emulator.wandering import Admission
from wayfare.models.linear import LinearStructure
from wayfare.models.model import Model
from wayfare.models.scaling import Scale

PAIR = (("a", "b", 1e6, 0.01),)


def scalings(run):
    return run.record.table("scalings").to_pylist()


def test_down_and_up_again_both_say_bytes_memory_flop_error_and_what_was_chosen(live, wired, plain_node):
    """Of 43 weights the node has room for 37; 3 of 4 units make 33, and back in the whole they are 43 again."""
    small = {"b": replace(plain_node, memory_bytes=600.0)}
    method = Mfd(packets=1, steps=2, admission=Admission(), hop_limit=1)
    run = live(wired(*PAIR), method, "b", stop_s=9.0, hardware=small)
    down, up = scalings(run)
    assert (down["why"], up["why"]) == ("admission", "restore")
    assert (down["memory_bytes_before"], up["memory_bytes"]) == (688, 688)
    assert down["memory_bytes"] == up["memory_bytes_before"] <= 600
    assert (down["width"], down["depth"], down["rank"], down["bits"], down["sparsity"]) == (0.5, 1.0, -1, "32", 0.0)
    assert 0 < down["error"] < 1
    assert up["error"] == 0
    assert down["size_bytes"] < down["size_bytes_before"] == up["size_bytes"]
    assert down["flop"] < down["flop_before"]
    assert run.summary["scalings"] == {"link": 0, "admission": 1, "precision": 0, "growth": 0, "restore": 1}
    assert run.summary["rejected"] == {"memory": 0, "compute": 0}


@pytest.mark.parametrize(
    ("admission", "hardware", "reason"),
    [
        (Admission(otherwise="refuse"), {"memory_bytes": 600.0}, RejectReason.MEMORY),
        (Admission(), {"memory_bytes": 10.0}, RejectReason.MEMORY),
        (Admission(otherwise="refuse", job_s=1e-6), {}, RejectReason.COMPUTE),
    ],
)
def test_a_model_that_is_left_untrained_is_an_event_with_its_reason(
    live, wired, plain_node, admission, hardware, reason
):
    small = {"b": replace(plain_node, **hardware)}
    run = live(wired(*PAIR), Mfd(packets=1, steps=2, admission=admission, hop_limit=1), "b", stop_s=9, hardware=small)
    (event,) = run.by_kind[EventKind.REJECT]
    assert (event["node"], event["packet"], event["size_bytes"], event["value"]) == (1, 0, 688, float(reason))
    assert run.summary["rejected"][reason.name.lower()] == 1
    assert not run.by_kind[EventKind.TRAIN_START]


def test_fewer_bits_are_a_scaling_too(live, wired):
    run = live(wired(*PAIR), Mfd(packets=1, steps=2, bits=16, hop_limit=1), "a", stop_s=9.0)
    (row,) = scalings(run)
    assert (row["why"], row["bits"], row["packet"]) == ("precision", "16", 0)
    assert 0 < row["error"] < 1e-3


def test_without_scaling_there_is_no_row_and_no_event(live, wired):
    run = live(wired(*PAIR), Mfd(packets=1, steps=2), "ab", stop_s=2.0)
    assert not scalings(run)
    assert not run.by_kind[EventKind.SCALE]


def test_a_program_may_scale_by_itself(live, wired, scripted):
    def program(node):
        node.scale(node.initial_model(), Scale(width=0.5))
        yield node.wait(0.1)

    run = live(wired(*PAIR), scripted({"a": program}), "a", stop_s=1.0)
    assert [(row["width"], row["packet"]) for row in scalings(run)] == [(0.5, -1)]


def test_a_model_that_was_changed_in_place_breaks_a_law():
    model = LinearStructure((3, 2)).initial(1)
    same = Model(model.structure, {name: tensor.clone() for name, tensor in model.weights.items()})
    models_are_values("here", [model, same])
    same.weights["layer1.bias"].add_(1.0)
    with pytest.raises(LawBroken, match="a model that comes to here was changed in place"):
        models_are_values("here", [model, same])


def test_a_method_that_changes_what_it_was_sent_ends_the_run(live, wired, scripted):
    """Both receive one packet, and one of them scales its tensors where they are: the other would have them too."""

    def send(node):
        packet = node.packet(node.initial_model())
        yield node.send("b", packet)
        yield node.send("c", packet)

    def spoil(node):
        packet = yield node.receive()
        yield node.wait(0.5)
        for tensor in packet.to_model().weights.values():
            tensor.mul_(2.0)

    def train(node):
        packet = yield node.receive()
        model = packet.to_model()
        yield node.wait(1.0)
        yield node.train(model)

    three = (("a", "b", 1e6, 0.01), ("a", "c", 1e6, 0.01))
    with pytest.raises(LawBroken, match="a model that comes to c was changed in place"):
        live(wired(*three), scripted({"a": send, "b": spoil, "c": train}), "abc", stop_s=3.0)
