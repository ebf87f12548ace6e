"""What methods add to training: the pull of an anchor, a correction of the gradients, layers that stay."""

import dataclasses

import pytest
import torch

from wayfare.models import CNN, MLP, Linear, TrainingPlan, train
from wayfare.models.plain import train_alone

OPTIMISERS = [("sgd", 0.1, 0.0), ("sgd", 0.05, 0.9), ("adam", 0.01, 0.0)]
STRUCTURES = {
    "linear": Linear().structure((16,), 3),
    "mlp": MLP(hidden=(7, 5)).structure((16,), 3),
    "cnn": CNN(channels=(3,), hidden=(5,)).structure((4, 4), 3),
}


@pytest.fixture(params=STRUCTURES)
def structure(request):
    return STRUCTURES[request.param]


def job_of(make_jobs, structure, plan, **added):
    return dataclasses.replace(make_jobs(structure, plan, 3)[2], **added)


def weights_of(job, how=train):
    return (how([job])[0] if how is train else how(job)).model.weights


@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
def test_both_ways_of_training_add_the_same(make_jobs, optimiser, learning_rate, momentum):
    structure = STRUCTURES["mlp"]
    plan = TrainingPlan(8, 6, optimiser, learning_rate, momentum, proximal=0.4, frozen=("layer2",))
    job = job_of(make_jobs, structure, plan, anchor=structure.initial(7), correction=structure.initial(8).weights)
    stacked, plain = weights_of(job), weights_of(job, train_alone)
    for name, tensor in stacked.items():
        torch.testing.assert_close(tensor, plain[name], rtol=1e-4, atol=1e-5)


def test_one_step_is_pulled_by_mu_times_the_way_to_the_anchor(make_jobs, structure):
    anchor, eta, mu = structure.initial(9), 0.1, 0.5
    plain = weights_of(job_of(make_jobs, structure, TrainingPlan(1, 6, "sgd", eta)))
    job = job_of(make_jobs, structure, TrainingPlan(1, 6, "sgd", eta, proximal=mu), anchor=anchor)
    for name, tensor in weights_of(job).items():
        pulled = eta * mu * (anchor.weights[name] - job.model.weights[name])
        torch.testing.assert_close(tensor, plain[name] + pulled, rtol=1e-5, atol=1e-6)


def test_without_an_anchor_the_model_as_it_begins_is_one(make_jobs, structure):
    plan = TrainingPlan(6, 6, "sgd", 0.1, proximal=0.5)
    job = job_of(make_jobs, structure, plan)
    named = dataclasses.replace(job, anchor=job.model)
    assert all(torch.equal(tensor, weights_of(named)[name]) for name, tensor in weights_of(job).items())
    free = weights_of(job_of(make_jobs, structure, TrainingPlan(6, 6, "sgd", 0.1)))
    away = {name: float((tensor - job.model.weights[name]).norm()) for name, tensor in free.items()}
    held = {name: float((tensor - job.model.weights[name]).norm()) for name, tensor in weights_of(job).items()}
    assert sum(held.values()) < sum(away.values())


def test_a_pull_of_nothing_changes_no_bit(make_jobs, structure):
    plan = TrainingPlan(4, 6, "adam", 0.01)
    job = job_of(make_jobs, structure, plan)
    with_anchor = dataclasses.replace(job, anchor=structure.initial(9))
    assert all(torch.equal(tensor, weights_of(with_anchor)[name]) for name, tensor in weights_of(job).items())


def test_a_correction_is_added_to_every_gradient(make_jobs, structure):
    rng = torch.Generator().manual_seed(1)
    correction = {name: torch.randn(shape, generator=rng) for name, shape in structure.shapes.items()}
    plain = weights_of(job_of(make_jobs, structure, TrainingPlan(1, 6, "sgd", 0.1)))
    corrected = weights_of(job_of(make_jobs, structure, TrainingPlan(1, 6, "sgd", 0.1), correction=correction))
    for name, tensor in corrected.items():
        torch.testing.assert_close(tensor, plain[name] - 0.1 * correction[name], rtol=1e-5, atol=1e-6)


def test_a_correction_that_undoes_the_gradient_leaves_the_model_where_it_is(make_jobs, structure):
    # SCAFFOLD with one client: at the average of all gradients its own is replaced by that average.
    first = job_of(make_jobs, structure, TrainingPlan(1, 100, "sgd", 1.0))
    gradient = {name: first.model.weights[name] - tensor for name, tensor in weights_of(first).items()}
    undone = {name: -tensor for name, tensor in gradient.items()}
    job = job_of(make_jobs, structure, TrainingPlan(5, 100, "sgd", 0.1, 0.9), correction=undone)
    for name, tensor in weights_of(job).items():
        torch.testing.assert_close(tensor, job.model.weights[name], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("optimiser", "learning_rate", "momentum"), OPTIMISERS)
@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_frozen_layers_keep_every_bit_and_the_others_move(make_jobs, name, optimiser, learning_rate, momentum):
    structure = STRUCTURES[name]
    for frozen in structure.layers:
        plan = TrainingPlan(6, 6, optimiser, learning_rate, momentum, proximal=0.1, frozen=(frozen,))
        job = job_of(make_jobs, structure, plan, anchor=structure.initial(5), correction=structure.initial(6).weights)
        for weight, tensor in weights_of(job).items():
            stays = structure.layer_of(weight) == frozen
            assert torch.equal(tensor, job.model.weights[weight]) == stays


def test_the_reported_loss_is_that_on_the_labels_alone(make_jobs, structure):
    plan = TrainingPlan(1, 100, "sgd", 0.1)
    plain = train([job_of(make_jobs, structure, plan)])[0].loss
    pulled = dataclasses.replace(plan, proximal=5.0)
    assert train([job_of(make_jobs, structure, pulled, anchor=structure.initial(5))])[0].loss == plain
