"""The weighted mean of models (McMahan et al. 2017, arXiv 1602.05629, algorithm 1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .contribution import Contribution
from .merger import Merger, by_numbers, shares, weighted_mean

if TYPE_CHECKING:
    from wayfare.models.model import Model


@dataclass(frozen=True)
class Mean(Merger):
    """The mean of the models, each counted by its weight, as FedAvg has it."""

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the mean; equal models merge into exactly that model. The base does not count."""
        share = shares(given)
        return by_numbers([one.model for one in given], lambda numbers: weighted_mean(numbers, share))


def merge(models: "Sequence[Model]", weights: Sequence[float]) -> "Model":
    """Return the mean of models of one structure, each counted by its weight (in FedAvg: its number of samples).

    Raises:
        ValueError: there are no models, structures differ, or a weight is negative, not finite, or all are zero.
    """
    if len(models) != len(weights):
        raise ValueError(f"merging needs a weight for each model: {len(models)} and {len(weights)}")
    return Mean().merge([Contribution(model, weight) for model, weight in zip(models, weights, strict=True)])
