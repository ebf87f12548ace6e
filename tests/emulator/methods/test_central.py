from collections import Counter

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import Central
from wayfare.emulator.nodes import NodeClass
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.model import weights_digest
from wayfare.models.packing import pack, unpack
from wayfare.models.shard import Shard
from wayfare.models.trainer import train

STAR = (("a", "cloud", 1e6, 0.01), ("b", "cloud", 2e6, 0.01), ("c", "cloud", 3e6, 0.01))
TIERS = {"a": "device", "b": "device", "c": "device", "cloud": "cloud"}
SIZES = {"a": 4, "b": 9, "c": 6}


def test_exactly_the_raw_samples_travel(live, wired, make_shard):
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2, budget=1), SIZES, stop_s=3.0)
    sizes = {event["node"]: event["size_bytes"] for event in run.by_kind[EventKind.FLOW_START]}
    payloads = {node: len(pack(make_shard(name, count).raw())) for node, (name, count) in enumerate(SIZES.items())}
    headers = {node: sizes[node] - payloads[node] for node in sizes}
    assert len(sizes) == 3
    assert len(set(headers.values())) == 1
    assert all(payloads[node] > make_shard(name, count).raw_bytes for node, (name, count) in enumerate(SIZES.items()))
    assert run.summary["bytes"]["by_class"]["access-up"] == sum(sizes.values()) == run.summary["bytes"]["total"]


def test_the_server_trains_on_all_samples_and_answers(live, wired, make_shard):
    plan = TrainingPlan(2, 20, "sgd", 0.1, 0.0)
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2, budget=1), SIZES, stop_s=3.0)
    arrivals = [event["peer"] for event in run.by_kind[EventKind.FLOW_END]]
    shards = [make_shard("abc"[node], SIZES["abc"[node]]) for node in arrivals]
    data = Shard.concatenate([Shard.from_raw(unpack(pack(shard.raw()))) for shard in shards])
    assert Counter(data.labels.tolist()) == sum((Counter(s.labels.tolist()) for s in shards), Counter())
    structure = run.world._learning.initial.structure
    job = TrainingJob(structure.initial(7), data, plan, job_seed(7, "cloud", "train", 1))
    assert run.summary["digest"]["weights"] == weights_digest({"node3": train([job])[0].model})


def test_training_begins_when_the_last_data_is_there_and_ends_with_the_budget(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2, budget=4), SIZES, stop_s=9.0)
    assert run.by_kind[EventKind.TRAIN_START][0]["time_ns"] == max(
        event["time_ns"] for event in run.by_kind[EventKind.FLOW_END]
    )
    assert len(run.by_kind[EventKind.TRAIN_END]) == 4


def test_data_that_does_not_fit_into_the_server_is_dropped_and_the_run_goes_on(live, wired):
    """A drop is something that happens in a network, not a fault of the emulator."""
    small = NodeClass(compute_flop_per_s=1e6, memory_bytes=100, power_idle_w=0, power_busy_w=0)
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2), SIZES, stop_s=2.0, hardware={"cloud": small})
    assert run.summary["packets"] == {"sent": 3, "delivered": 0, "dropped": 3}


def test_a_server_that_holds_all_data_itself_needs_no_network(live, wired):
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2, budget=2), ("cloud",), stop_s=2.0)
    assert run.summary["packets"]["sent"] == 0
    assert run.summary["training"]["jobs"] == 2


def test_a_server_waits_for_the_first_data_however_short_its_patience(live, wired):
    """Nobody's samples are there within a millisecond, and with none there would be nothing to do for ever."""
    run = live(wired(*STAR, tiers=TIERS), Central(steps=2, budget=2, timeout_s=1e-3), SIZES, stop_s=2.0)
    assert len(run.by_kind[EventKind.TRAIN_END]) == 2
    assert run.summary["accuracy"]["final"] is not None


def test_a_server_that_was_down_goes_on_with_the_data_and_the_model_in_its_store(live, wired):
    slow = NodeClass(
        compute_flop_per_s=1e5, memory_bytes=1e12, power_idle_w=0, power_busy_w=0, efficiency=1.0, jitter=0
    )
    fault = FailingNode(3, iter([Outage(0.3, 0.5)]))
    method = Central(steps=2, budget=6)
    runs = [
        live(wired(*STAR, tiers=TIERS), method, SIZES, stop_s=3.0, hardware={"cloud": slow}, faults=faults)
        for faults in ([], [fault])
    ]
    before, after = (len(run.by_kind[EventKind.TRAIN_END]) for run in runs)
    assert before == after == 6
    assert runs[1].summary["packets"]["sent"] == 3
