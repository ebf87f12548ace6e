"""Fisher merging: each weight counted by how sure a model is of it (Matena and Raffel 2022, arXiv 2111.09832)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt

from .contribution import Contribution
from .merger import Merger, by_tensor, shares

if TYPE_CHECKING:
    import torch

    from wayfare.models.model import Model

    from .merger import Numbers


@dataclass(frozen=True)
class Fisher(Merger):
    """The mean of the models, each weight counted by the model's weight times its own Fisher information."""

    # That of the authors' implementation.
    floor: Annotated[float, "Least that an entry counts, so that there is a mean where none counts.", Gt(0)] = 1e-6

    @property
    def needs_importance(self) -> bool:
        """Whether it merges by what the models are sure of: it does."""
        return True

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the mean. The base does not count.

        Raises:
            ValueError: a model comes without its importance, or with one that does not fit it or is negative.
        """
        import numpy as np

        share = shares(given)
        importance = [_importance(one) for one in given]

        def combine(name: str, tensors: "Sequence[Numbers]") -> "Numbers":
            counts = [
                part * np.maximum(each[name].numpy().astype(np.float64), self.floor)
                for part, each in zip(share, importance, strict=True)
            ]
            apart = [count * (tensor - tensors[0]) for count, tensor in zip(counts, tensors, strict=True)]
            return tensors[0] + sum(apart) / sum(counts)

        return by_tensor([one.model for one in given], combine)


def _importance(one: Contribution) -> "Mapping[str, torch.Tensor]":
    shapes = {name: tuple(tensor.shape) for name, tensor in (one.importance or {}).items()}
    if one.importance is None or shapes != dict(one.model.structure.shapes):
        raise ValueError("merging by fisher needs the Fisher information of every weight of every model")
    if any(not bool((tensor >= 0).all()) for tensor in one.importance.values()):
        raise ValueError("Fisher information is not negative")
    return one.importance
