import numpy as np
import pytest

from wayfare.emulator.methods import FedAdam
from wayfare.emulator.records import EventKind
from wayfare.models.job import TrainingJob, TrainingPlan, job_seed
from wayfare.models.trainer import train


def test_steps_are_those_of_the_papers_listing(live, wired, make_shard):
    """By hand: m = .9 m + .1 d, v = .99 v + .01 d^2 from v = tau^2, x += eta m / (sqrt(v) + tau)."""
    wiring = wired(("server", "a", 1e6, 0.01), tiers={"server": "cloud", "a": "device"})
    run = live(wiring, FedAdam(steps=3, server_learning_rate=0.05), ("a",), stop_s=0.4)
    model, plan = run.world._learning.initial, TrainingPlan(3, 20, "sgd", 0.1, 0.0)
    m, v = ({name: np.full(t.shape, first) for name, t in model.weights.items()} for first in (0.0, 1e-6))
    for number in range(1, len(run.by_kind[EventKind.MERGE]) + 1):
        after = train([TrainingJob(model, make_shard("a"), plan, job_seed(7, "a", "train", number))])[0].model
        stepped = {}
        for name, before in model.weights.items():
            change = after.weights[name].numpy().astype(float) - before.numpy()
            m[name] = 0.9 * m[name] + 0.1 * change
            v[name] = 0.99 * v[name] + 0.01 * change**2
            stepped[name] = before.numpy() + 0.05 * m[name] / (np.sqrt(v[name]) + 1e-3)
        model = type(model)(
            model.structure, {name: before.new_tensor(stepped[name]) for name, before in model.weights.items()}
        )
    assert number > 1
    answer = run.world._learning.answers[0, -1]
    for name, tensor in model.weights.items():
        assert answer.weights[name].numpy() == pytest.approx(tensor.numpy(), abs=1e-5)
