"""TIES merging: trim, elect sign, merge (Yadav et al. 2023, arXiv 2306.01708)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Le

from .contribution import Contribution
from .merger import Merger, base_of, by_tensor, shares

if TYPE_CHECKING:
    from wayfare.models.model import Model

    from .merger import Numbers


@dataclass(frozen=True)
class Ties(Merger):
    """The base plus the mean of each model's largest changes, where their signs agree with the majority's."""

    # Section 4 of the paper without a validation set: the top 20 %, and lambda 1.
    kept: Annotated[float, "Share of each model's changes that stays, the largest.", Gt(0), Le(1)] = 0.2
    factor: Annotated[float, "What the merged change counts; the paper's lambda.", Gt(0)] = 1.0

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return base + factor times the mean, by weight, of the changes that have the elected sign.

        A sign is elected by the sum of the changes by weight; the largest are counted over the whole of a model.
        """
        import numpy as np

        base, share = base_of(base, "ties"), shares(given)
        least = [self._least(one.model, base) for one in given]

        def combine(_: str, tensors: "Sequence[Numbers]") -> "Numbers":
            changes = [tensor - tensors[0] for tensor in tensors[1:]]
            trimmed = [np.where(np.abs(change) >= bar, change, 0.0) for change, bar in zip(changes, least, strict=True)]
            elected = np.sign(sum(part * change for part, change in zip(share, trimmed, strict=True)))
            total, counted = np.zeros_like(tensors[0]), np.zeros_like(tensors[0])
            for part, change in zip(share, trimmed, strict=True):
                agrees = (np.sign(change) == elected) & (change != 0)
                total += np.where(agrees, part * change, 0.0)
                counted += np.where(agrees, part, 0.0)
            mean = np.divide(total, counted, out=np.zeros_like(total), where=counted > 0)
            return tensors[0] + self.factor * mean

        return by_tensor([base, *(one.model for one in given)], combine)

    def _least(self, model: "Model", base: "Model") -> float:
        """Return the magnitude that a change must have to be among the largest; equal ones all stay."""
        import numpy as np

        if model.structure != base.structure:
            raise ValueError("only models of the base's structure can be merged by ties")
        changes = np.concatenate(
            [
                np.abs(tensor.numpy().astype(np.float64) - base.weights[name].numpy()).ravel()
                for name, tensor in model.weights.items()
            ]
        )
        dropped = len(changes) - max(1, round(self.kept * len(changes)))
        return float(np.partition(changes, dropped)[dropped])
