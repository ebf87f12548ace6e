"""Contribution: a model that is to be merged with others, and what is known of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from wayfare.models.model import Model


@dataclass(frozen=True, eq=False)
class Contribution:
    """A model to be merged.

    Attributes:
        model: itself.
        weight: how much it counts; in FedAvg its number of samples.
        age: versions that the model it is merged into has had since this one left it.
        importance: diagonal of its Fisher information, not negative, by name of the weight.
    """

    model: "Model"
    weight: float = 1.0
    age: float = 0.0
    importance: "Mapping[str, torch.Tensor] | None" = None

    def __post_init__(self) -> None:
        if not (0 <= self.age < math.inf):
            raise ValueError(f"the age of a contribution is at least 0 and finite, not {self.age}")
