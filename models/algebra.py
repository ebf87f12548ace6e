"""Algebra of models of one structure: in float64, in the given order, rounded to float32 once at the end.

combine    the weighted sum of models
zeros      the model of zeros, of a model's structure
norm       the Euclidean norm of all weights
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from .merging.merger import by_tensor
from .model import Model

if TYPE_CHECKING:
    from .merging.merger import Numbers


def combine(models: Sequence[Model], factors: Sequence[float]) -> Model:
    """Return the sum of the models, each times its factor: `combine([a, b], [1, -1])` is a - b.

    Raises:
        ValueError: there are no models, their structures differ, or there are not as many factors.
    """
    if not models or len(models) != len(factors):
        raise ValueError(f"a sum needs a factor for each of one or more models: {len(models)} and {len(factors)}")

    def total(_: str, tensors: "Sequence[Numbers]") -> "Numbers":
        summed = tensors[0] * factors[0]
        for tensor, factor in zip(tensors[1:], factors[1:], strict=True):
            summed += tensor * factor
        return summed

    return by_tensor(models, total)


def zeros(model: Model) -> Model:
    """Return the model of the same structure whose weights are all zero."""
    return Model(model.structure, {name: torch.zeros_like(tensor) for name, tensor in model.weights.items()})


def norm(model: Model) -> float:
    """Return the square root of the sum of all squared weights."""
    return math.sqrt(math.fsum(float(tensor.double().square().sum()) for tensor in model.weights.values()))
