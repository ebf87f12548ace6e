"""Relative gradients: how strongly samples pull at each layer of a model, for the size of its weights."""

import math
from collections.abc import Iterable

import torch

from .minibatches import draw_minibatches
from .model import Model
from .objective import mean_loss
from .shard import Shard
from .trainer import run_on_one_thread

_LEAST = 1e-12  # weights that are all zero pull as if they had this norm: more than any other


def relative_gradients(model: Model, shard: Shard, samples: int, seed: int) -> dict[str, float]:
    """Return, layer by layer, the norm of the loss's gradient by the weights over the norm of the weights.

    It is the relative gradient norm of surgical fine-tuning (Lee et al. 2023, arXiv 2210.11466, Auto-RGN), by layer
    where the paper takes each tensor. What is no number, as where a model has diverged, counts zero.

    Args:
        model: Whose layers.
        shard: The samples that pull.
        samples: Of how many the mean loss is taken, drawn at random; of all where there are fewer.
        seed: Of what is drawn.

    Raises:
        ValueError: the model cannot learn from the samples.
    """
    model.structure.check(shard)
    run_on_one_thread()
    structure, drawn = model.structure, draw_minibatches(len(shard), 1, samples, samples, seed)
    chosen = torch.from_numpy(drawn.indices[0][drawn.weights[0] > 0])
    weights = {name: tensor.clone().requires_grad_() for name, tensor in model.weights.items()}
    said = structure.forward(weights, structure.prepare(shard.features[chosen], shard.scale))
    loss = mean_loss(structure.task, said, shard.labels[chosen])
    gradients = dict(zip(weights, torch.autograd.grad(loss, list(weights.values())), strict=True))
    return {layer: _ratio(model, gradients, layer) for layer in structure.layers}


def _ratio(model: Model, gradients: dict[str, torch.Tensor], layer: str) -> float:
    names = [name for name in model.weights if model.structure.layer_of(name) == layer]
    pull, size = (_norm(of[name] for name in names) for of in (gradients, model.weights))
    ratio = pull / max(size, _LEAST)
    return ratio if math.isfinite(ratio) else 0.0


def _norm(tensors: Iterable[torch.Tensor]) -> float:
    return math.sqrt(sum(float(tensor.double().square().sum()) for tensor in tensors))
