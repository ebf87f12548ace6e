import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from wayfare.models import CNN, Iid, TrainingJob, TrainingPlan, evaluate, named_streams, split_data, train
from wayfare.models.minibatches import draw_minibatches

PLANS = [TrainingPlan(12, 7, "sgd", 0.05, 0.9), TrainingPlan(12, 7, "adam", 0.01)]
CHOICES = [
    (CNN(channels=(3, 4), hidden=(5,)), (8, 6)),
    (CNN(channels=(16, 12), kernel=5, norm="group"), (9, 7, 2)),
    (CNN(channels=(3,), kernel=1, pooling=1), (3, 3)),
]


class Reference(nn.Module):
    """The network as one writes it in torch."""

    def __init__(self, structure):
        super().__init__()
        self.flat = len(structure.shape) == 2
        width, (height, across) = 1 if self.flat else structure.shape[2], structure.shape[:2]
        steps = []
        for channels in structure.channels:
            steps.append(nn.Conv2d(width, channels, structure.kernel, padding=structure.kernel // 2))
            if structure.norm == "group":
                steps.append(nn.GroupNorm({16: 8, 12: 6}[channels], channels))
            steps += [nn.ReLU(), nn.MaxPool2d(structure.pooling)]
            width, height, across = channels, height // structure.pooling, across // structure.pooling
        steps.append(nn.Flatten())
        width *= height * across
        for hidden in structure.hidden:
            steps += [nn.Linear(width, hidden), nn.ReLU()]
            width = hidden
        self.steps = nn.Sequential(*steps, nn.Linear(width, structure.classes))

    def forward(self, inputs):
        return self.steps(inputs[:, None] if self.flat else inputs.permute(0, 3, 1, 2))


def as_torch(model):
    """The reference with a model's weights: both name them in the order in which they are used."""
    network = Reference(model.structure)
    for parameter, tensor in zip(network.parameters(), model.weights.values(), strict=True):
        parameter.data = tensor.clone()
    return network


@pytest.mark.parametrize(("family", "shape"), CHOICES, ids=str)
def test_it_says_what_the_same_network_in_torch_says(family, shape, make_fitting):
    structure = family.structure(shape, 3)
    model, shard = structure.initial(1), make_fitting(structure, 9, 1)
    inputs = structure.prepare(shard.features, shard.scale)
    assert inputs.shape == (9, *shape)
    torch.testing.assert_close(structure.forward(model.weights, inputs), as_torch(model)(inputs), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.optimiser)
@pytest.mark.parametrize(("family", "shape"), CHOICES, ids=str)
def test_it_trains_like_the_same_network_in_torch(family, shape, plan, make_jobs):
    job = make_jobs(family.structure(shape, 3), plan, 3)[2]
    network, inputs = as_torch(job.model), job.model.structure.prepare(job.shard.features, job.shard.scale)
    kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[plan.optimiser]
    options = {"momentum": plan.momentum} if plan.momentum else {}
    optimiser = kind(network.parameters(), lr=plan.learning_rate, **options)
    drawn, losses = draw_minibatches(len(job.shard), plan.steps, plan.batch_size, plan.batch_size, job.seed), []
    for indices, weights in zip(drawn.indices, drawn.weights, strict=True):
        chosen = torch.from_numpy(indices[weights > 0])
        loss = nn.functional.cross_entropy(network(inputs[chosen]), job.shard.labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    result = train([job])[0]
    for parameter, tensor in zip(network.parameters(), result.model.weights.values(), strict=True):
        torch.testing.assert_close(tensor, parameter.data, rtol=1e-4, atol=1e-5)
    assert result.loss == pytest.approx(math.fsum(losses) / len(losses), rel=1e-5)


@pytest.mark.parametrize(("family", "shape"), CHOICES, ids=str)
def test_its_work_is_that_of_torchs_counter_with_biases_and_activations(family, shape):
    structure = family.structure(shape, 3)
    with FlopCounterMode(display=False) as counter:
        structure.forward(structure.initial(1).weights, torch.zeros(1, *shape))
    height, width = shape[:2]
    besides = 0
    for channels in structure.channels:
        besides += 2 * channels * height * width
        height, width = height // structure.pooling, width // structure.pooling
    besides += 2 * sum(structure.hidden) + 3
    assert structure.forward_flop_per_sample == counter.get_total_flops() + besides


def test_a_large_cnn_is_that_of_the_paper_on_federated_averaging():
    # 1,663,370 parameters: McMahan et al. 2017 (arXiv 1602.05629), section 3.
    assert CNN(size="large").structure((28, 28), 10).parameters == 1_663_370


def test_explicit_numbers_stand_instead_of_those_of_the_size():
    structure = CNN(size="large", channels=(2,), hidden=()).structure((8, 8), 10)
    assert (structure.channels, structure.kernel, structure.hidden) == ((2,), 5, ())


def test_data_that_are_no_images_are_refused():
    with pytest.raises(ValueError, match="needs images"):
        CNN().structure((64,), 10)
    with pytest.raises(ValueError, match="3 x 8 is too small for 2 poolings by 2"):
        CNN().structure((3, 8), 10)
    with pytest.raises(ValueError, match="no model for 'language'"):
        CNN().structure((8, 8), 256, "language")
    with pytest.raises(ValueError, match="odd side"):
        CNN(kernel=4)


def test_a_small_cnn_learns_the_digits(digits):
    split = split_data(digits, Iid(), ["cloud"], named_streams(1, "data"))
    model = CNN().structure((8, 8), 10).initial(1)
    job = TrainingJob(model, split.train["cloud"], TrainingPlan(300, 32, "adam", 0.005), 1)
    assert evaluate(train([job])[0].model, split.test).accuracy >= 0.95
