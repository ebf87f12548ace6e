"""Sparsity: the smallest weights of a model set to zero, and left out when it travels."""

import math

import numpy as np
import torch

from wayfare.models.model import Model, tensor_of


def sparsify(model: Model, sparsity: float) -> Model:
    """Return the model with the smallest weights of every matrix zero, about that share of them.

    Each matrix keeps its ceil((1 - sparsity) n) largest magnitudes, of equal ones the first (Zhu and Gupta 2017, arXiv
    1710.01878, without a schedule). Vectors stay whole. At 0 the model becomes dense.

    Raises:
        ValueError: the share is not from 0 to 0.999.
    """
    if not 0 <= sparsity <= 0.999:
        raise ValueError(f"a sparsity lies between 0 and 0.999, not at {sparsity}")
    weights = {name: _largest(tensor, 1 - sparsity) for name, tensor in model.weights.items()}
    return Model(model.structure, weights if sparsity else model.weights, sparse=sparsity > 0)


def _largest(tensor: torch.Tensor, share: float) -> torch.Tensor:
    """Return a tensor with only its largest entries, if it has two or more dimensions."""
    kept = kept_weights(tuple(tensor.shape), share)
    if tensor.ndim < 2 or kept == tensor.numel():
        return tensor
    values = tensor.numpy()
    magnitudes = np.nan_to_num(np.abs(values), nan=np.inf, posinf=np.inf)
    least = np.partition(magnitudes, -kept, axis=None)[-kept]
    chosen = magnitudes > least
    equal = np.flatnonzero(magnitudes == least)[: kept - int(chosen.sum())]
    chosen.ravel()[equal] = True
    return tensor_of(np.where(chosen, values, np.float32(0)))


def kept_weights(shape: tuple[int, ...], share: float) -> int:
    """Return how many weights of a tensor of a shape stay when a share of every matrix does."""
    size = math.prod(shape)
    return math.ceil(share * size - 1e-9) if len(shape) > 1 else size
