import pytest

from wayfare.emulator.methods import DiLoCo, FedAvg
from wayfare.emulator.records import EventKind
from wayfare.models.algebra import combine
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.trainer import train

PAIR = (("server", "a", 1e6, 0.01),)
TIERS = {"server": "cloud", "a": "device"}


def near(model, other, within=1e-6):
    return all(
        tensor.numpy() == pytest.approx(other.weights[name].numpy(), abs=within)
        for name, tensor in model.weights.items()
    )


def test_outer_steps_are_nesterovs(live, wired, make_shard):
    run = live(wired(*PAIR, tiers=TIERS), DiLoCo(steps=3, learning_rate=0.01), ("a",), stop_s=0.4)
    theta, plan = run.world._learning.initial, TrainingPlan(3, 20, "adam", 0.01, 0.0)
    velocity = combine([theta], [0.0])
    for number in range(1, len(run.by_kind[EventKind.MERGE]) + 1):
        after = train([TrainingJob(theta, make_shard("a"), plan, job_seed(7, "a", "train", number))])[0].model
        delta = combine([theta, after], [1, -1])
        velocity = combine([velocity, delta], [0.9, 1])
        theta = combine([theta, delta, velocity], [1, -0.7, -0.7 * 0.9])
    assert number > 1
    assert near(run.world._learning.answers[0, -1], theta)


def test_without_momentum_and_at_rate_one_it_is_fedavg(live, wired):
    plain = {"steps": 3, "optimiser": "sgd", "learning_rate": 0.1}
    methods = FedAvg(**plain), DiLoCo(**plain, outer_learning_rate=1.0, outer_momentum=0.0)
    models = [
        live(wired(*PAIR, tiers=TIERS), method, ("a",), stop_s=0.4).world._learning.answers[0, -1] for method in methods
    ]
    assert near(*models)
