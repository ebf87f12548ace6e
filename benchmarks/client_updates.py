"""Client updates of federated averaging in several ways: Wayfare's trainer, plain loops of torch, vmap, and NumPy.

Each trains one model at clients that hold at most a minibatch each, a step an epoch, and returns what came of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from wayfare.models import MLPStructure, Shard, TrainingJob, TrainingPlan, train
from wayfare.models.minibatches import draw_minibatches
from wayfare.models.structure import Structure

BATCH, RATE = 32, 0.1
MLP_STRUCTURE = MLPStructure((64, 64, 10))

Weights = Mapping[str, torch.Tensor]
"""Those of all clients, (clients, *shape), by name."""


def trainer(structure: Structure, shards: Sequence[Shard], epochs: int) -> Weights:
    """Train with Wayfare's trainer alone."""
    model, plan = structure.initial(1), TrainingPlan(epochs, BATCH, learning_rate=RATE)
    results = train([TrainingJob(model, shard, plan, seed) for seed, shard in enumerate(shards)])
    return {name: torch.stack([result.model.weights[name] for result in results]) for name in structure.shapes}


def tutorial(shards: Sequence[Shard], epochs: int) -> Weights:
    """Train the MLP as tutorials do: a module, an optimiser and automatic differentiation for each client."""
    first, trained = MLP_STRUCTURE.initial(1).weights, []
    for shard in shards:
        model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
        model.load_state_dict(dict(zip(model.state_dict(), first.values(), strict=True)))
        optimiser = torch.optim.SGD(model.parameters(), lr=RATE)
        inputs = shard.inputs.flatten(1)
        for _ in range(epochs):
            for chosen in torch.randperm(len(shard)).split(BATCH):
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(model(inputs[chosen]), shard.labels[chosen]).backward()
                optimiser.step()
        trained.append(model.state_dict().values())
    return {name: torch.stack(own) for name, own in zip(first, zip(*trained, strict=True), strict=True)}


def plain_loop(structure: Structure, shards: Sequence[Shard], epochs: int) -> Weights:
    """Train one client after the other with torch's optimiser and automatic differentiation."""
    first = structure.initial(1).weights
    trained = []
    for shard in shards:
        weights = {name: weight.clone().requires_grad_() for name, weight in first.items()}
        optimiser = torch.optim.SGD(weights.values(), lr=RATE)
        inputs = structure.prepare(shard.features, shard.scale)
        for _ in range(epochs):
            chosen = torch.randperm(len(shard))
            said = structure.forward(weights, inputs[chosen])
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(said.flatten(0, -2), shard.labels[chosen].flatten()).backward()
            optimiser.step()
        trained.append([weight.detach() for weight in weights.values()])
    return {name: torch.stack(own) for name, own in zip(first, zip(*trained, strict=True), strict=True)}


def vmapped(structure: Structure, shards: Sequence[Shard], epochs: int) -> Weights:
    """Train all clients at once with torch.func: one gradient function, mapped over stacked weights."""
    first = structure.initial(1).weights
    stacked = {name: weight.expand(len(shards), *weight.shape).clone() for name, weight in first.items()}

    def loss(own: Weights, inputs: torch.Tensor, labels: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        said = structure.forward(own, inputs)
        each = torch.nn.functional.cross_entropy(said.flatten(0, -2), labels.flatten(), reduction="none")
        return (each.view(len(shares), -1).mean(1) * shares).sum()

    gradients_of = torch.func.vmap(torch.func.grad(loss))
    drawn = [draw_minibatches(len(shard), epochs, BATCH, BATCH, seed) for seed, shard in enumerate(shards)]
    prepared = [structure.prepare(shard.features, shard.scale) for shard in shards]
    for step in range(epochs):
        rows = [torch.from_numpy(own.indices[step]) for own in drawn]
        inputs = torch.stack([own[chosen] for own, chosen in zip(prepared, rows, strict=True)])
        labels = torch.stack([shard.labels[chosen] for shard, chosen in zip(shards, rows, strict=True)])
        shares = torch.from_numpy(np.stack([own.weights[step] for own in drawn]))
        for name, gradient in gradients_of(stacked, inputs, labels, shares).items():
            stacked[name].sub_(gradient, alpha=RATE)
    return stacked


def numpy_by_hand(shards: Sequence[Shard], epochs: int) -> Weights:
    """Train the MLP at all clients at once, written out for this one network, without any order of samples."""
    first = MLP_STRUCTURE.initial(1).weights
    w1, b1, w2, b2 = (np.repeat(weight.numpy()[None], len(shards), 0) for weight in first.values())
    inputs = np.zeros((len(shards), BATCH, 64), np.float32)
    truth, share = np.zeros((len(shards), BATCH, 10), np.float32), np.zeros((len(shards), BATCH, 1), np.float32)
    for place, shard in enumerate(shards):
        inputs[place, : len(shard)] = shard.inputs.numpy().reshape(-1, 64)
        truth[place, np.arange(len(shard)), shard.labels.numpy()] = 1.0
        share[place, : len(shard)] = 1 / len(shard)
    for _ in range(epochs):
        hidden = np.maximum(inputs @ w1.transpose(0, 2, 1) + b1[:, None], 0)
        odds = np.exp(hidden @ w2.transpose(0, 2, 1) + b2[:, None])
        error: NDArray[np.float32] = (odds / odds.sum(2, keepdims=True) - truth) * share
        back = (error @ w2) * (hidden > 0)
        w2 -= RATE * (error.transpose(0, 2, 1) @ hidden)
        b2 -= RATE * error.sum(1)
        w1 -= RATE * (back.transpose(0, 2, 1) @ inputs)
        b1 -= RATE * back.sum(1)
    return {name: torch.from_numpy(own) for name, own in zip(first, (w1, b1, w2, b2), strict=True)}
