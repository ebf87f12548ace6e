"""FedMD: by hand over two rounds, by what the network carries, and by what models of two structures come to say."""

from dataclasses import replace
from itertools import pairwise

import pytest
import yaml

from wayfare.emulator.faults import FailingNode, Outage
from wayfare.emulator.methods import FedMD
from wayfare.emulator.records import EventKind
from wayfare.models.evaluation import predict
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.knowledge import consensus, knowledge_of
from wayfare.models.linear import Linear
from wayfare.models.mlp import MLP
from wayfare.models.model import weights_digest
from wayfare.models.packing import pack
from wayfare.models.trainer import train
from wayfare.scenarios import ScenarioError, load, run
from wayfare.scenarios.build import build

STAR = (("server", "a", 1e6, 0.01), ("server", "b", 2e6, 0.01))
TIERS = {"server": "cloud", "a": "device", "b": "device"}
FAMILIES = (MLP(hidden=(5,)), Linear())
SEED = 7


@pytest.fixture
def star(wired):
    return wired(*STAR, tiers=TIERS)


@pytest.fixture
def public(make_shard):
    return make_shard("public", 9)


def test_two_rounds_follow_the_papers_algorithm(live, star, make_shard, public):
    """Communicate, aggregate, distribute, digest, revisit; and before all that, transfer."""
    method = FedMD(steps=3, digest_steps=4, transfer_steps=2, models=FAMILIES, temperature=2.0)

    def trained(name, number, model, steps, shard, teacher=None):
        plan = TrainingPlan(steps, 20, "sgd", 0.1, 0.0)
        seed = job_seed(SEED, name, "train", number)
        return train([TrainingJob(model, shard, plan, seed, teacher=teacher)])[0].model

    run = live(star, method, {"a": 4, "b": 10}, stop_s=0.2)
    nodes = dict(zip("ab", run.world._learning.nodes[1:], strict=True))
    shards = {"a": make_shard("a", 4), "b": make_shard("b", 10)}
    jobs = {name: sum(event["node"] == node.index for event in run.by_kind[EventKind.TRAIN_END]) // 2 * 2
            for name, node in nodes.items()}  # fmt: skip
    models, done = {name: node.initial_model(one) for (name, node), one in zip(nodes.items(), FAMILIES, strict=True)}, 0
    while done < max(jobs.values()):
        agreed = consensus([knowledge_of(model, public) for model in models.values()]).teacher(temperature=2.0)
        steps, teacher = (4, agreed) if done else (2, None)
        for name in [name for name in models if done < jobs[name]]:
            digested = trained(name, done + 1, models[name], steps, public, teacher)
            models[name] = trained(name, done + 2, digested, 3, shards[name])
        done += 2
    assert min(jobs.values()) >= 6
    named = {f"node{place}": model for place, model in enumerate(models.values(), 1)}
    assert run.summary["digest"]["weights"] == weights_digest(named)


@pytest.mark.parametrize("bits", [32, 16])
@pytest.mark.parametrize("hidden", [4, 400])
def test_the_network_carries_scores_and_never_a_model(live, star, public, bits, hidden):
    """All that is sent beside headers are 9 samples x 3 classes, whatever the size of the models."""
    run = live(star, FedMD(steps=3, models=(MLP(hidden=(hidden,)),), bits=bits), ("a", "b"), stop_s=9.0)
    sizes = [event["size_bytes"] for event in run.by_kind[EventKind.FLOW_START]]
    said = knowledge_of(run.world._learning.answers[1, -1], public, bits).size_bytes
    assert 9 * 3 * bits // 8 < said < 9 * 3 * bits // 8 + 200
    header = sizes[0] - len(pack({}))
    assert sizes[:2] == [header + len(pack({}))] * 2
    assert len(sizes) > 6
    assert set(sizes[2:]) == {header + said}
    carried = sum(event["size_bytes"] for event in run.by_kind[EventKind.FLOW_END])
    under_way = sum(sizes) - carried
    assert carried <= run.summary["bytes"]["total"] <= carried + under_way


def test_models_of_two_structures_come_to_say_the_same_of_public_samples(live, star, public):
    """The shards of a and b are noise, so without digesting each learns something else."""

    def apart(digest_steps, learning_rate):
        method = FedMD(steps=5, digest_steps=digest_steps, models=FAMILIES, learning_rate=learning_rate)
        run = live(star, method, ("a", "b"), stop_s=5.0)
        first, second = (predict(run.world._learning.answers[node, -1], public).softmax(1) for node in (1, 2))
        return float((first - second).abs().mean())

    assert apart(40, 0.1) < 0.6 * apart(1, 0.1)


def test_a_client_that_is_gone_stops_no_round(live, star, plain_node):
    """It fails while it trains: that round ends with the timeout, the next at once, as its question is dropped."""
    fault = FailingNode(2, iter([Outage(0.3, 3.0)]))
    slow = replace(plain_node, compute_flop_per_s=5e4)
    method = FedMD(steps=3, digest_steps=3, timeout_s=1.0)
    run = live(star, method, "ab", stop_s=5.0, faults=[fault], hardware={"b": slow})
    rounds = [(event["time_ns"] / 1e9, event["value"]) for event in run.by_kind[EventKind.MERGE]]
    alone = [time_s for time_s, clients in rounds if clients == 1.0]
    assert rounds[0][1] == rounds[-1][1] == 2.0
    assert 1.0 < alone[0] < 1.5
    assert alone[-1] < 3.5
    assert all(0 < later - earlier < 0.5 for earlier, later in pairwise(alone))
    assert len(alone) > 5


def test_a_client_goes_on_with_its_own_model_when_it_is_back(live, star):
    fault = FailingNode(2, iter([Outage(1.0, 1.5)]))
    before = live(star, FedMD(steps=3, models=FAMILIES, timeout_s=0.2), ("a", "b"), stop_s=1.4, faults=[fault])
    fault = FailingNode(2, iter([Outage(1.0, 1.5)]))
    after = live(star, FedMD(steps=3, models=FAMILIES, timeout_s=0.2), ("a", "b"), stop_s=3.0, faults=[fault])
    kept, learned = (lived.world._learning.answers[2, -1] for lived in (before, after))
    assert kept.structure == learned.structure
    assert kept.weights.keys() == learned.weights.keys()
    assert not all((kept.weights[name] == learned.weights[name]).all() for name in kept.weights)


def write(folder, method, **data):
    nodes = {"cloud": "cloud"} | {f"d{number}": "device" for number in range(1, 5)}
    scenario = {
        "name": "public",
        "stop": "3 s",
        "record": {"bin": "1 s"},
        "topology": {
            "nodes": {name: {"tier": tier} for name, tier in nodes.items()},
            "links": [{"between": ["cloud", name], "rate": "20 Mbit/s", "delay": "2 ms"} for name in nodes][1:],
        },
        "nodes": {"device": {"compute": "200 MFLOP/s"}},
        "data": {"dataset": "digits", "partition": {"kind": "classes", "classes": 3}, **data},
        "model": {"family": "mlp", "hidden": [16]},
        "learning": {"steps": 2, "learning_rate": 0.2, **method},
    }
    file = folder / "public.scenario.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return load(file)


@pytest.mark.slow
def test_devices_of_two_architectures_learn_classes_that_they_have_never_held(tmp_path):
    """Each device has 3 of the 10 digits, so alone none can be right more than about 3 times in 10."""
    families = [{"family": "mlp", "hidden": [16]}, "linear"]
    shared = write(tmp_path, {"method": "fedmd", "models": families}, public_fraction=0.1)
    alone = write(tmp_path, {"method": "alone"}, public_fraction=0.1)
    together, apart = (run(scenario, tmp_path, cache=False).summary for scenario in (shared, alone))
    assert apart["accuracy"]["final"] < 0.33
    assert together["accuracy"]["final"] > 0.45


def test_public_samples_are_in_no_training_validation_or_test_set(tmp_path):
    course = build(write(tmp_path, {"method": "fedmd"}, public_fraction=0.2)).experiment(None).lesson.curriculum.course
    split = course.at(0.0)

    def rows(shard):
        return {row.numpy().tobytes() for row in shard.features}

    others = set().union(rows(split.test), *map(rows, [*split.train.values(), *split.validation.values()]))
    assert not rows(split.public) & others
    assert len(split.public) == pytest.approx(0.2 * 0.8 * 1797, abs=6)
    assert split.test.digest == course_without(tmp_path).test.digest


def course_without(folder):
    return build(write(folder, {"method": "alone"})).experiment(None).lesson.curriculum.course.at(0.0)


def test_without_public_samples_it_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match=r"add 'public_fraction: 0\.1' to 'data'"):
        build(write(tmp_path, {"method": "fedmd"})).experiment(None)


def test_where_no_sample_is_left_for_the_public_it_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="none at all"):
        build(write(tmp_path, {"method": "fedmd"}, public_fraction=0.0001)).experiment(None)
