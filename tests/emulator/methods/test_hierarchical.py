import pytest

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import FedAvg, Hierarchical, Roles
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.merging import merge
from wayfare.models.model import same_weights
from wayfare.models.trainer import train

ONE_SITE = (("cloud", "site", 8e6, 0.005), ("site", "a", 1e6, 0.01), ("site", "b", 2e6, 0.01))
TWO_SITES = (*ONE_SITE, ("cloud", "other", 8e6, 0.005), ("other", "c", 3e6, 0.01))
TIERS = {"cloud": "cloud", "site": "edge", "a": "device", "b": "device"}
SIZES = {"a": 4, "b": 10, "c": 7}
PLAN = TrainingPlan(3, 20, "sgd", 0.1, 0.0)


def averaged(make_shard, model, number, names):
    """Return what a site's round makes of a model."""
    trained = [
        train([TrainingJob(model, make_shard(name, SIZES[name]), PLAN, job_seed(7, name, "train", number))])[0].model
        for name in names
    ]
    return merge(trained, [SIZES[name] for name in names])


def answer_and_rounds(run):
    """Return the server's model and how many it has made."""
    return run.world._learning.answers[0, -1], sum(event["node"] == 0 for event in run.by_kind[EventKind.MERGE])


def test_with_one_site_and_one_round_it_is_fedavg_of_its_devices(live, wired, make_shard):
    run = live(wired(*ONE_SITE, tiers=TIERS), Hierarchical(steps=3, edge_rounds=1), {"a": 4, "b": 10}, stop_s=1.5)
    answer, rounds = answer_and_rounds(run)
    model = run.world._learning.initial
    for number in range(1, rounds + 1):
        model = averaged(make_shard, model, number, "ab")
    assert rounds > 1
    assert same_weights(answer, model)


def test_sites_average_several_times_and_the_server_weighs_them_by_their_samples(live, wired, make_shard):
    tiers = {**TIERS, "other": "edge", "c": "device"}
    run = live(wired(*TWO_SITES, tiers=tiers), Hierarchical(steps=3, edge_rounds=2), SIZES, stop_s=1.5)
    answer, rounds = answer_and_rounds(run)
    model = run.world._learning.initial
    for number in range(1, 2 * rounds, 2):
        sites = [
            averaged(make_shard, averaged(make_shard, model, number, names), number + 1, names) for names in ("ab", "c")
        ]
        model = merge(sites, [14, 7])
    assert rounds > 0
    assert same_weights(answer, model)


def test_what_crosses_the_backhaul_falls_with_the_rounds_of_a_site(live, wired):
    counts = []
    for rounds in (1, 3):
        method = Hierarchical(steps=3, edge_rounds=rounds)
        run = live(wired(*ONE_SITE, tiers=TIERS), method, ("a", "b"), stop_s=1.5)
        flows = [{event["node"], event["peer"]} == {0, 1} for event in run.by_kind[EventKind.FLOW_END]]
        counts.append((flows.count(True), flows.count(False)))
    assert counts[0][1] == pytest.approx(2 * counts[0][0], abs=4)
    assert counts[1][1] == pytest.approx(6 * counts[1][0], abs=12)


def test_a_client_without_a_site_answers_to_the_server(live, wired):
    links = (*ONE_SITE, ("cloud", "c", 3e6, 0.01))
    run = live(wired(*links, tiers={**TIERS, "c": "device"}), Hierarchical(steps=3, edge_rounds=1), SIZES, stop_s=1.0)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END]} == {2, 3, 4}
    assert {event["value"] for event in run.by_kind[EventKind.MERGE]} == {2.0}


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_a_server_a_site_or_a_device_that_was_down_comes_back_into_the_work(live, wired, dead):
    faults = [FailingNode(dead, iter([Outage(0.05, 0.6)]))]
    method = Hierarchical(steps=3, edge_rounds=1, timeout_s=0.3)
    run = live(wired(*ONE_SITE, tiers=TIERS), method, ("a", "b"), stop_s=3.0, faults=faults)
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END] if event["time_ns"] > 2e9} == {2, 3}


def test_a_network_without_sites_is_refused():
    roles = Roles.on({"cloud": "cloud", "a": "device"}, ["a"])
    FedAvg().check(roles)
    with pytest.raises(ValueError, match="edge sites"):
        Hierarchical().check(roles)
