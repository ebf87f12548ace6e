"""What training computes, against torch.nn and against pencil and paper."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from wayfare.models import (
    Iid,
    MLPStructure,
    Model,
    Shard,
    TrainingJob,
    TrainingPlan,
    evaluate,
    named_streams,
    split_data,
    train,
)
from wayfare.models.minibatches import draw_minibatches

PLANS = [
    TrainingPlan(25, 20, "sgd", 0.1),
    TrainingPlan(25, 7, "sgd", 0.05, 0.9),
    TrainingPlan(25, 1, "sgd", 0.02),
    TrainingPlan(25, 64, "adam", 0.01),
]


class PlainLoop:
    """Training as one writes it in torch: nn.Linear, autograd, torch.optim, one sample order."""

    def __init__(self, job: TrainingJob) -> None:
        self.job = job
        widths = job.model.structure.widths
        self.linears = [torch.nn.Linear(i, o) for i, o in pairwise(widths)]
        for layer, linear in zip(job.model.structure.layers, self.linears, strict=True):
            linear.weight.data = job.model.weights[f"{layer}.weight"].clone()
            linear.bias.data = job.model.weights[f"{layer}.bias"].clone()
        between = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[job.model.structure.activation]
        steps = [step for linear in self.linears for step in (linear, between())][:-1]
        self.network = torch.nn.Sequential(*steps)

    def minibatches(self):
        rng = np.random.Generator(np.random.PCG64(self.job.seed))
        while True:
            yield from torch.from_numpy(rng.permutation(len(self.job.shard))).split(self.job.plan.batch_size)

    def train(self) -> tuple[dict[str, torch.Tensor], float, int]:
        plan, shard = self.job.plan, self.job.shard
        if plan.optimiser == "adam":
            optimiser = torch.optim.Adam(self.network.parameters(), lr=plan.learning_rate)
        else:
            optimiser = torch.optim.SGD(self.network.parameters(), lr=plan.learning_rate, momentum=plan.momentum)
        losses, samples = [], 0
        for _, chosen in zip(range(plan.steps), self.minibatches(), strict=False):
            loss = torch.nn.functional.cross_entropy(self.network(shard.inputs[chosen]), shard.labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            samples += len(chosen)
        weights = {}
        for layer, linear in zip(self.job.model.structure.layers, self.linears, strict=True):
            weights |= {f"{layer}.weight": linear.weight.data, f"{layer}.bias": linear.bias.data}
        return weights, math.fsum(losses) / len(losses), samples


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.optimiser}-{plan.batch_size}-{plan.momentum}")
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("widths", [(13, 33, 17, 10), (64, 32, 10), (3, 2)], ids=str)
def test_training_agrees_with_the_plain_loop(make_jobs, widths, activation, plan):
    jobs = make_jobs(MLPStructure(widths, activation), plan, 5)
    for job, result in zip(jobs, train(jobs), strict=True):
        weights, loss, samples = PlainLoop(job).train()
        for name, expected in weights.items():
            torch.testing.assert_close(result.model.weights[name], expected, rtol=1e-4, atol=1e-5)
        assert result.loss == pytest.approx(loss, rel=1e-5)
        assert result.samples == samples == job.samples


def test_one_step_of_logistic_regression_is_the_one_computed_by_hand():
    structure = MLPStructure((1, 2))
    model = Model(structure, {"layer1.weight": torch.zeros(2, 1), "layer1.bias": torch.zeros(2)})
    shard = Shard(torch.tensor([[2]], dtype=torch.uint8), torch.tensor([0]), 1.0)
    result = train([TrainingJob(model, shard, TrainingPlan(1, 20, "sgd", 0.5), 0)])[0]
    # Both classes have probability 1/2, so the gradient by the logits is (-1/2, 1/2), by the weights twice that.
    assert result.model.weights["layer1.weight"].tolist() == [[0.5], [-0.5]]
    assert result.model.weights["layer1.bias"].tolist() == [0.25, -0.25]
    assert result.loss == pytest.approx(math.log(2))
    assert result.samples == 1


def test_training_leaves_its_inputs_as_they_were(make_jobs):
    job = make_jobs(MLPStructure((5, 4, 3)), TrainingPlan(3, 4), 1)[0]
    before = {name: tensor.clone() for name, tensor in job.model.weights.items()}
    digest = job.shard.digest
    train([job])
    assert all(torch.equal(before[name], tensor) for name, tensor in job.model.weights.items())
    assert Shard(job.shard.features, job.shard.labels, job.shard.scale).digest == digest


def test_jobs_of_different_signatures_are_refused(make_jobs):
    structure = MLPStructure((5, 4, 3))
    mixed = make_jobs(structure, TrainingPlan(3, 4), 1) + make_jobs(structure, TrainingPlan(4, 4), 1)
    with pytest.raises(ValueError, match="one signature"):
        train(mixed)


def test_no_jobs_have_no_results():
    assert train([]) == []


def test_an_epoch_shows_every_sample_once_and_ends_in_a_ragged_minibatch():
    drawn = draw_minibatches(held=45, steps=6, batch_size=20, rows=32, seed=3)
    present = drawn.weights > 0
    assert present.sum(axis=1).tolist() == [20, 20, 5, 20, 20, 5]
    for epoch in (slice(0, 3), slice(3, 6)):
        assert sorted(drawn.indices[epoch][present[epoch]]) == list(range(45))
    assert not np.array_equal(drawn.indices[:3], drawn.indices[3:])


def test_the_order_of_samples_is_a_prefix_of_the_longer_order():
    short, long = (draw_minibatches(45, steps, 20, 32, seed=3) for steps in (4, 9))
    assert np.array_equal(short.indices, long.indices[:4])


def test_central_training_learns_the_digits(digits):
    split = split_data(digits, Iid(), ["cloud"], named_streams(1, "data"))
    model = MLPStructure((64, 32, 10)).initial(1)
    job = TrainingJob(model, split.train["cloud"], TrainingPlan(1500, 20, "sgd", 0.1), 1)
    assert evaluate(model, split.test).accuracy < 0.3
    assert evaluate(train([job])[0].model, split.test).accuracy >= 0.95


def test_the_optimiser_starts_afresh_with_every_job(make_jobs):
    plan = TrainingPlan(1, 64, "sgd", 0.1, 0.9)
    job = make_jobs(MLPStructure((5, 4, 3)), plan, 1)[0]
    first = train([job])[0]
    again = train([TrainingJob(first.model, job.shard, plan, 5)])[0]
    without_momentum = TrainingPlan(1, 64, "sgd", 0.1)
    other = train([TrainingJob(first.model, job.shard, without_momentum, 5)])[0]
    for name, tensor in again.model.weights.items():
        assert torch.equal(tensor, other.model.weights[name])
