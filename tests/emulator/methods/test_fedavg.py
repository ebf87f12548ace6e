import pytest

from wayfare.emulator.methods import FedAvg
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.merging import Fisher, Krum, Mean, merge
from wayfare.models.model import weights_digest
from wayfare.models.trainer import train

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01), ("server", "c", 3e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device", "c": "device"}
PLAN = TrainingPlan(3, 20, "sgd", 0.1, 0.0)
SEED = 7


@pytest.fixture
def star(wired):
    return wired(*STAR, tiers=TIERS)


def local(model, shard, name, number):
    return train([TrainingJob(model, shard, PLAN, job_seed(SEED, name, "train", number))])[0].model


def test_with_one_client_it_is_plain_local_training_to_the_last_bit(live, star, make_shard):
    run = live(star, FedAvg(steps=3), {"b": 10}, stop_s=2.0)
    model = run.world._learning.initial
    rounds = len(run.by_kind[EventKind.MERGE])
    for number in range(1, rounds + 1):
        model = local(model, make_shard("b", 10), "b", number)
    assert rounds > 3
    assert run.summary["digest"]["weights"] == weights_digest({"node0": model})


def test_a_round_averages_all_clients_by_their_samples(live, star, make_shard):
    sizes = {"a": 4, "b": 10, "c": 7}
    run = live(star, FedAvg(steps=3), sizes, stop_s=5.0)
    model = run.world._learning.initial
    rounds = len(run.by_kind[EventKind.MERGE])
    for number in range(1, rounds + 1):
        trained = [local(model, make_shard(name, count), name, number) for name, count in sizes.items()]
        model = merge(trained, list(sizes.values()))
    assert rounds > 1
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {3.0}
    assert run.summary["digest"]["weights"] == weights_digest({"node0": model})


def test_a_round_sends_the_model_out_and_back_once_for_each_client(live, star):
    run = live(star, FedAvg(steps=3), ("a", "b", "c"), stop_s=3.0)
    merged_ns = run.by_kind[EventKind.MERGE][0]["time_ns"]
    sent = [(e["node"], e["peer"]) for e in run.by_kind[EventKind.FLOW_START] if e["time_ns"] < merged_ns]
    assert sent[:3] == [(0, 1), (0, 2), (0, 3)]
    assert sorted(sent[3:]) == [(1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize(("fraction", "clients"), [(0.01, 1), (0.34, 1), (0.67, 2), (1.0, 3)])
def test_a_fraction_of_the_clients_takes_part_but_one_at_least(live, star, fraction, clients):
    run = live(star, FedAvg(steps=3, fraction=fraction), ("a", "b", "c"), stop_s=2.0)
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {float(clients)}


def test_a_client_that_never_answers_is_left_out_after_the_timeout(live, star):
    """Client c is so slow that it trains until long after the end."""
    stuck = NodeClass(compute_flop_per_s=1.0, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0)
    method = FedAvg(steps=3, timeout_s=1.0)
    run = live(star, method, ("a", "b", "c"), stop_s=5.0, hardware={"c": stuck})
    merges = run.by_kind[EventKind.MERGE]
    answers = [event["time_ns"] for event in run.by_kind[EventKind.FLOW_END] if event["node"] == 0]
    assert {event["value"] for event in merges} == {2.0}
    assert merges[0]["time_ns"] == answers[1] + 1_000_000_000


def test_a_client_whose_memory_is_too_small_is_left_out_too(live, star):
    small = NodeClass(compute_flop_per_s=1e6, memory_bytes=100, power_idle_w=0, power_busy_w=1, jitter=0)
    run = live(star, FedAvg(steps=3, timeout_s=0.5), ("a", "b", "c"), stop_s=3.0, hardware={"b": small})
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {2.0}
    assert run.summary["packets"]["dropped"] == len(run.by_kind[EventKind.FLOW_DROP]) > 1


def test_an_answer_that_comes_too_late_is_not_mixed_into_the_next_round(live, star, make_shard):
    """Client c needs about a second and a half for a job; rounds of a and b go on without it."""
    slow = NodeClass(compute_flop_per_s=7e3, efficiency=1.0, memory_bytes=1e9, power_idle_w=0, power_busy_w=1, jitter=0)
    run = live(star, FedAvg(steps=3, timeout_s=0.4), ("a", "b", "c"), stop_s=6.0, hardware={"c": slow})
    assert any(event["node"] == 3 for event in run.by_kind[EventKind.TRAIN_END])
    model = run.world._learning.initial
    for number in range(1, len(run.by_kind[EventKind.MERGE]) + 1):
        model = merge([local(model, make_shard(name), name, number) for name in ("a", "b")], [12, 12])
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {2.0}
    assert run.summary["digest"]["weights"] == weights_digest({"node0": model})


def test_a_server_that_is_the_only_holder_does_not_break_down(live, star):
    run = live(star, FedAvg(steps=3), ("server",), stop_s=1.0)
    assert run.summary["packets"]["sent"] == 0


def test_a_round_with_too_few_answers_for_its_merger_leaves_the_model_as_it_is(live, wired):
    """One of five clients has no memory for the model; four answers come, where krum needs five."""
    wiring = wired(*(("server", name, 1e6, 0.01) for name in "abcde"), tiers={"server": "cloud"})
    small = NodeClass(compute_flop_per_s=1e6, memory_bytes=100, power_idle_w=0, power_busy_w=1, jitter=0)
    method = FedAvg(steps=3, merger=Krum(1), timeout_s=0.5)
    run = live(wiring, method, "abcde", stop_s=2.0, hardware={"b": small})
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {0.0}
    assert run.summary["merges"] == {"void": len(run.by_kind[EventKind.MERGE])}
    assert run.summary["digest"]["weights"] == weights_digest({"node0": run.world._learning.initial})


def test_importance_travels_beside_the_model_in_its_true_size(live, star):
    """A model of 43 weights takes 172 bytes more where its Fisher information goes with it, and time to measure."""
    runs = {merger: live(star, FedAvg(steps=3, merger=merger), "abc", stop_s=2.0) for merger in (Mean(), Fisher())}
    sizes = {
        merger: next(event["size_bytes"] for event in run.by_kind[EventKind.FLOW_START] if event["node"] == 1)
        for merger, run in runs.items()
    }
    assert sizes[Fisher()] - sizes[Mean()] >= 172
    firsts = [run.by_kind[EventKind.MERGE][0]["time_ns"] for run in runs.values()]
    assert firsts[0] < firsts[1]
    assert len({run.summary["digest"]["weights"] for run in runs.values()}) == 2
