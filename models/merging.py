"""Merging models into their weighted mean (McMahan et al. 2017, arXiv 1602.05629, algorithm 1)."""

import math
from collections.abc import Sequence

import torch

from .model import Model


def merge(models: Sequence[Model], weights: Sequence[float]) -> Model:
    """Return the mean of models of one structure, each counted by its weight (in FedAvg: its number of samples).

    The sum runs in float64 in the given order, as the first model plus the weighted differences from it, so that equal
    models merge into exactly that model. The result travels in 32 bits.

    Raises:
        ValueError: there are no models, structures differ, or a weight is negative, not finite, or all are zero.
    """
    if not models or len(models) != len(weights):
        raise ValueError(f"merging needs a weight for each of one or more models: {len(models)} and {len(weights)}")
    if any(model.structure != models[0].structure for model in models):
        raise ValueError("only models of one structure can be merged")
    total = math.fsum(weights)
    if not math.isfinite(total) or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError(f"merging weights must be finite, not negative, and not all zero: {list(weights)}")
    shares = [weight / total for weight in weights]
    merged = {name: _mean([model.weights[name] for model in models], shares) for name in models[0].weights}
    return Model(models[0].structure, merged)


def _mean(tensors: Sequence[torch.Tensor], shares: Sequence[float]) -> torch.Tensor:
    first = tensors[0].to(torch.float64)
    mean = first.clone()
    for tensor, share in zip(tensors[1:], shares[1:], strict=True):
        mean += (tensor.to(torch.float64) - first) * share
    return mean.to(torch.float32)
