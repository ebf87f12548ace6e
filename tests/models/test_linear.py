import dataclasses

import pytest
import torch

from wayfare.models import (
    MLP,
    Linear,
    LinearStructure,
    Model,
    Shard,
    TrainingJob,
    TrainingPlan,
    evaluate,
    train,
)


def test_it_is_logistic_regression_with_650_weights_on_digits():
    structure = Linear().structure((8, 8), 10)
    assert structure == LinearStructure((64, 10))
    assert structure.parameters == 650
    assert structure.forward_flop_per_sample == 2 * 640 + 10
    assert Linear(bias=False).structure((64,), 10).parameters == 640


def test_it_begins_at_zero_with_even_odds(make_shard):
    model = Linear().structure((4,), 5).initial(1)
    assert evaluate(model, make_shard(9, 4, 5, 1)).loss == pytest.approx(torch.tensor(5.0).log().item())


def test_it_trains_like_an_mlp_without_hidden_layers(make_shard):
    shard, plan = make_shard(30, 13, 5, 1), TrainingPlan(10, 7, "sgd", 0.1, 0.9)
    linear, deep = LinearStructure((13, 5)), MLP(hidden=()).structure((13,), 5)
    start = deep.initial(1).weights
    ours, theirs = (train([TrainingJob(Model(s, start), shard, plan, 3)])[0] for s in (linear, deep))
    assert ours.loss == theirs.loss
    assert all(torch.equal(ours.model.weights[name], tensor) for name, tensor in theirs.model.weights.items())


def test_linear_regression_finds_the_line():
    x = torch.linspace(-1, 1, 50)[:, None]
    shard = Shard(x, 3 * x - 2, 1.0, "regression")
    structure = Linear().structure((1,), 1, "regression")
    result = train([TrainingJob(structure.initial(1), shard, TrainingPlan(200, 50, "sgd", 0.3), 1)])[0]
    assert result.model.weights["layer1.weight"].item() == pytest.approx(3, abs=1e-4)
    assert result.model.weights["layer1.bias"].item() == pytest.approx(-2, abs=1e-4)
    found = evaluate(result.model, shard)
    assert found.accuracy == pytest.approx(1, abs=1e-6)
    assert found.loss == pytest.approx(0, abs=1e-6)


def client(curvature, slope):
    """A shard whose squared error is a x^2 + b x and a constant, of the only weight x."""
    feature = curvature**0.5 or 2.0**-20
    features, label = torch.full((4, 1), feature), -slope / (2 * feature)
    return Shard(features, torch.full((4, 1), label), 1.0, "regression")


@pytest.mark.parametrize(("curvature", "slope"), [(0.5, 10.0), (0.5, -10.0), (1.0, 100.0), (0.0, -100.0)])
def test_the_quadratics_of_li_and_lyu_move_as_the_closed_form_says(curvature, slope):
    # arXiv 2311.03154: K steps of width eta map x to q x - b (1 - q) / 2a with q = (1 - 2 a eta)^K, or x - eta K b.
    structure, eta, steps = Linear(bias=False).structure((1,), 1, "regression"), 0.01, 10
    x, model = 10.0, Model(structure, {"layer1.weight": torch.full((1, 1), 10.0)})
    for _ in range(5):
        job = TrainingJob(model, client(curvature, slope), TrainingPlan(steps, 2, "sgd", eta), 1)
        model = train([job])[0].model
        q = (1 - 2 * curvature * eta) ** steps
        x = q * x - slope * (1 - q) / (2 * curvature) if curvature else x - eta * steps * slope
        assert model.weights["layer1.weight"].item() == pytest.approx(x, rel=1e-5)


def test_r_squared_is_zero_for_the_mean_and_one_only_where_all_is_right():
    shard = Shard(torch.zeros(4, 1), torch.tensor([[1.0], [2.0], [3.0], [6.0]]), 1.0, "regression")
    structure = Linear().structure((1,), 1, "regression")

    def saying(number, data=shard):
        weights = {"layer1.weight": torch.zeros(1, 1), "layer1.bias": torch.tensor([number])}
        return evaluate(Model(structure, weights), data)

    assert saying(3.0).accuracy == pytest.approx(0)
    assert saying(3.0).loss == pytest.approx((4 + 1 + 0 + 9) / 4)
    assert saying(10.0).accuracy < -3
    constant = dataclasses.replace(shard, labels=torch.full((4, 1), 2.0))
    assert saying(2.0, constant).accuracy == 1
    assert saying(2.5, constant).accuracy == 0
