import pytest

from wayfare.emulator.methods import FedAvg, FedBuff
from wayfare.emulator.records import EventKind

PAIR = (("server", "a", 1e6, 0.01),)
STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01), ("server", "c", 3e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device", "c": "device"}


def test_a_buffer_of_one_client_at_rate_one_is_fedavg_of_that_client(live, wired):
    tiers = {"server": "cloud", "a": "device"}
    methods = FedAvg(steps=3), FedBuff(steps=3, buffer=1, server_learning_rate=1.0)
    runs = [live(wired(*PAIR, tiers=tiers), method, ("a",), stop_s=0.5) for method in methods]
    assert len({len(run.by_kind[EventKind.MERGE]) for run in runs}) == 1
    fedavg, fedbuff = (run.world._learning.answers[0, -1] for run in runs)
    for name, tensor in fedavg.weights.items():
        assert fedbuff.weights[name].numpy() == pytest.approx(tensor.numpy(), abs=1e-6)


def test_the_server_waits_until_its_buffer_is_full(live, wired):
    run = live(wired(*STAR, tiers=TIERS), FedBuff(steps=3, buffer=4), ("a", "b", "c"), stop_s=1.0)
    arrived = [event["time_ns"] for event in run.by_kind[EventKind.FLOW_END] if event["node"] == 0]
    merged = [event["time_ns"] for event in run.by_kind[EventKind.MERGE]]
    assert len(merged) > 1
    assert merged == arrived[3::4][: len(merged)]


def test_changes_count_by_the_root_of_their_staleness(live, wired, scripted):
    """Two changes of ages 0 and 3 into a buffer of two: w + (d + d / 2) / 2."""
    from wayfare.models.algebra import combine

    method, seen = FedBuff(steps=3, buffer=2), []

    def program(node):
        model = node.initial_model()
        change = node.packet(combine([model], [0.5]))
        assert method.take(node, model, change, 0) is model
        seen.extend([model, method.take(node, model, change, 3)])
        yield node.wait(0.1)

    live(wired(*PAIR), scripted({"server": program}), ("a",), stop_s=0.2)
    for name, tensor in seen[0].weights.items():
        assert seen[1].weights[name].numpy() == pytest.approx(tensor.numpy() * (1 + (0.5 + 0.25) / 2), rel=1e-6)
