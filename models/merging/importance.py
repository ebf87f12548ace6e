"""Importance: the diagonal of a model's Fisher information on some samples."""

from collections.abc import Mapping

import numpy as np
import torch

from wayfare.models.model import Model
from wayfare.models.shard import Shard
from wayfare.models.streams import generator
from wayfare.models.trainer import run_on_one_thread


def fisher_information(model: Model, shard: Shard, seed: int) -> Mapping[str, torch.Tensor]:
    """Return the mean over samples of the squared gradient of log p(y | x), by name of the weight, float32.

    The y of each sample is drawn once from what the model itself says of it, as Matena and Raffel (2022, arXiv
    2111.09832, section 2.2) do where there are too many to sum over. With the label in its place it would be the
    "empirical Fisher", which is another thing (Kunstner et al. 2019, arXiv 1905.12558). What is no number, as where a
    model has diverged, counts zero.

    Args:
        model: Whose.
        shard: The samples.
        seed: Of what is drawn.

    Raises:
        ValueError: the model cannot see the samples.
    """
    model.structure.check(shard)
    run_on_one_thread()
    rng, structure = generator(seed, "fisher"), model.structure
    weights = {name: tensor.clone().requires_grad_() for name, tensor in model.weights.items()}
    inputs = structure.prepare(shard.features, shard.scale)
    total = {name: torch.zeros_like(tensor) for name, tensor in model.weights.items()}
    for place in range(len(shard)):
        surprise = _surprise(structure.forward(weights, inputs[place : place + 1]), structure.task, rng)
        for name, gradient in zip(weights, torch.autograd.grad(surprise, list(weights.values())), strict=True):
            total[name] += gradient.square()
    return {name: (tensor / len(shard)).nan_to_num(0.0, 0.0, 0.0) for name, tensor in total.items()}


def _surprise(said: torch.Tensor, task: str, rng: np.random.Generator) -> torch.Tensor:
    """Return -log p of an answer drawn from p: a class or byte for each row of logits, or numbers of variance 1."""
    if task == "regression":
        drawn = torch.from_numpy(rng.standard_normal(tuple(said.shape))).to(said.dtype)
        return (said - said.detach() - drawn).square().sum() / 2
    rows = said.reshape(-1, said.shape[-1])
    reached = rows.detach().softmax(1).cumsum(1)
    thrown = torch.from_numpy(rng.random((len(rows), 1))).to(said.dtype)
    labels = (reached < thrown).sum(1).clamp(max=rows.shape[1] - 1)
    return torch.nn.functional.cross_entropy(rows, labels, reduction="sum")
