import numpy as np
import pytest
import torch

from wayfare.models import (
    ByGroup,
    Model,
    Quadratics,
    TrainingJob,
    TrainingPlan,
    evaluate,
    named_streams,
    split_data,
    train,
)
from wayfare.models.linear import LinearStructure

STEP, START = np.float32(0.01), 10.0


def shards(clients):
    nodes = [f"node{number}" for number in range(len(clients.slopes))]
    return split_data(clients.load(), ByGroup("given"), nodes, named_streams(1))


def descend(shard, x, steps):
    """Return the weight after plain gradient descent on the mean squared error, in float32."""
    inputs, targets, x = shard.inputs.numpy()[:, 0], shard.labels.numpy()[:, 0], np.float32(x)
    for _ in range(steps):
        x = x - STEP * np.mean(2 * inputs * (inputs * x - targets))
    return x


def closed_form(curvature, slope, x, steps):
    """Li and Lyu 2023: q x - b (1 - q) / 2a with q = (1 - 2 a step)^steps."""
    if curvature == 0:
        return x - float(STEP) * steps * slope
    q = (1 - 2 * curvature * float(STEP)) ** steps
    return q * x - slope * (1 - q) / (2 * curvature)


PUBLISHED = [((0.5, 0.5), (10.0, -10.0)), ((1.0, 0.0), (100.0, -100.0))]


@pytest.mark.parametrize(("curvatures", "slopes"), PUBLISHED)
def test_training_on_a_client_is_gradient_descent_on_its_quadratic(curvatures, slopes):
    split = shards(Quadratics(curvatures, slopes))
    for shard, curvature, slope in zip(split.train.values(), curvatures, slopes, strict=True):
        for steps in (1, 10, 200):
            expected = closed_form(curvature, slope, START, steps)
            assert descend(shard, START, steps) == pytest.approx(expected, rel=2e-5, abs=1e-4)


@pytest.mark.parametrize(("curvatures", "slopes"), PUBLISHED)
def test_parallel_and_sequential_training_follow_the_published_recursions(curvatures, slopes):
    split = shards(Quadratics(curvatures, slopes))
    clients = list(zip(split.train.values(), curvatures, slopes, strict=True))
    parallel, sequential, mean, passed = START, START, START, START
    for _ in range(40):
        parallel = np.mean([descend(shard, parallel, 10) for shard, _, _ in clients])
        mean = np.mean([closed_form(a, b, mean, 10) for _, a, b in clients])
        for shard, a, b in clients:
            sequential, passed = descend(shard, sequential, 10), closed_form(a, b, passed, 10)
        assert (parallel, sequential) == pytest.approx((mean, passed), rel=1e-4, abs=1e-3)
    best = Quadratics(curvatures, slopes).minimum_at
    assert (abs(parallel - best) < abs(sequential - best)) == (curvatures == (0.5, 0.5))


def test_without_curvature_the_gradient_is_the_slope_to_the_last_bit():
    shard = shards(Quadratics((1.0, 0.0), (0.0, -100.0))).train["node1"]
    z, y = np.float32(shard.inputs[0, 0]), np.float32(shard.labels[0, 0])
    for x in (-1e6, -3.7, 0.0, 1e-9, 12345.678, 1.6e6):
        assert 2 * z * (z * np.float32(x) - y) == -100


def test_the_test_loss_is_the_distance_of_the_mean_objective_from_its_minimum():
    curvatures, slopes = (1.0, 0.0, 3.0), (100.0, -40.0, 6.0)
    clients = Quadratics(curvatures, slopes)
    test = shards(clients).test

    def objective(x):
        return np.mean([a * x**2 + b * x for a, b in zip(curvatures, slopes, strict=True)])

    for x in (-20.0, 0.0, 7.5):
        loss = float((test.inputs[0, 0] * x - test.labels[0, 0]) ** 2)
        assert loss == pytest.approx(objective(x) - objective(clients.minimum_at), rel=1e-5)
    assert float(test.inputs[0, 0] * clients.minimum_at - test.labels[0, 0]) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("batch_size", [1, 5, 16])
def test_the_trainer_descends_on_the_quadratic_whatever_the_minibatch(batch_size):
    split, plan = shards(Quadratics(*PUBLISHED[1])), TrainingPlan(10, batch_size, learning_rate=float(STEP))
    first = Model(LinearStructure((1, 1), False, "regression"), {"layer1.weight": torch.tensor([[START]])})
    for shard, curvature, slope in zip(split.train.values(), *PUBLISHED[1], strict=True):
        model = train([TrainingJob(first, shard, plan, seed=1)])[0].model
        x = closed_form(curvature, slope, START, 10)
        assert float(model.weights["layer1.weight"]) == pytest.approx(x, rel=1e-5)
        assert evaluate(model, split.test).loss == pytest.approx(x**2 / 2, rel=1e-5)


def test_what_has_no_minimum_is_refused():
    with pytest.raises(ValueError, match="no minimum"):
        Quadratics((0.0, 0.0), (1.0, -1.0))
    with pytest.raises(ValueError, match="each client has both"):
        Quadratics((1.0,), (1.0, -1.0))
