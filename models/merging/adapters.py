"""Merging low-rank adapters: by the products that their factors stand for, and, for comparison, factor by factor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Le

from .contribution import Contribution
from .mean import Mean
from .merger import Merger, shares, weighted_mean

if TYPE_CHECKING:
    import torch

    from wayfare.models.adapter import LoRAStructure
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure

    Factors = tuple[torch.Tensor, torch.Tensor]

_RANK_MAX = 1024
_A, _B = ".lora_A.weight", ".lora_B.weight"


@dataclass(frozen=True)
class Stacking(Merger):
    """The mean of the adapters' products, exactly: factors side by side, so ranks add up (FLoRA, arXiv 2409.05976)."""

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse models without adapters, and ranks that add up to more than an adapter may have."""
        rank = _rank("stacking", structure)
        if models * rank > _RANK_MAX:
            raise ValueError(f"{models} adapters of rank {rank} side by side have more than rank {_RANK_MAX}")

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the adapters whose product is the mean of all products; ranks may differ. The base does not count.

        Raises:
            ValueError: a model has no adapters, they differ in more than rank, or the ranks add up to more than 1024.
        """
        return _of_rank(given, lambda b, a: (b, a))


@dataclass(frozen=True)
class Product(Merger):
    """The mean of the adapters' products, brought back to a rank by QR and SVD: the nearest there is of that rank."""

    rank: Annotated[int | None, "Rank of the result; by default the largest that was given.", Gt(0), Le(_RANK_MAX)] = (
        None
    )

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse models without adapters."""
        _rank("product", structure)

    def takes(self, base: "Structure", other: "Structure") -> bool:
        """Return whether the two are adapters that differ at most in rank."""
        if base.family != "lora" or other.family != "lora":
            return False
        return replace(base, rank=1) == replace(other, rank=1)  # type: ignore[type-var]

    def can(self, models: Sequence["Model"]) -> bool:
        """Return whether it can merge these: adapters that have diverged have no product to approximate."""
        return super().can(models) and all(model.is_finite for model in models)

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return adapters of the rank nearest to the mean of all products, without forming it. The base does not count.

        Raises:
            ValueError: a model has no adapters, they differ in more than rank, or have diverged.
        """
        from wayfare.models.scaling.rank import truncated

        rank = self.rank or max((structure.rank for structure in _structures(given)), default=1)
        return _of_rank(given, lambda b, a: truncated(b, a, rank))


@dataclass(frozen=True)
class FactorsApart(Mean):
    """The wrong way, for comparison: factors A and B averaged apart, whose product is not the mean of the products.

    For K independent adapters the relative error is sqrt(1 - 1/K). It is what the plain mean does to adapters (FedIT,
    Zhang et al. 2024, arXiv 2305.05644).
    """

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse models without adapters."""
        _rank("factors-apart", structure)

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the mean of each factor. The base does not count.

        Raises:
            ValueError: a model has no adapters, or they differ, in rank too.
        """
        _structures(given)
        return super().merge(given)


def _rank(merger: str, structure: "Structure") -> int:
    """Return the rank of a structure's adapters.

    Raises:
        ValueError: it has none.
    """
    if structure.family != "lora":
        raise ValueError(
            f"the merger {merger} is for low-rank adapters, the family lora, not {structure.family}; take mean"
        )
    return structure.rank  # type: ignore[attr-defined, no-any-return]


def _structures(given: Sequence[Contribution]) -> "list[LoRAStructure]":
    """Return the models' structures, which differ at most in rank."""
    from wayfare.models.scaling.rank import adapters

    structures = [adapters(one.model) for one in given]
    if len({replace(structure, rank=1) for structure in structures}) > 1:
        raise ValueError("only adapters of one base, alpha and choice of layers can be merged")
    return structures


def _of_rank(given: Sequence[Contribution], made: "Callable[[torch.Tensor, torch.Tensor], Factors]") -> "Model":
    """Return the adapters whose factors are made of those, side by side, whose product is the mean of all products."""
    import torch

    from wayfare.models.model import Model
    from wayfare.models.scaling.rank import factors

    share, structures = shares(given), _structures(given)
    each, merged = [factors(one.model) for one in given], {}
    for layer in each[0]:
        # With one alpha for all, a product counts alpha / rank; the rank of the result is put in at the end.
        left = [held[layer][0] * (part / of.rank) for held, part, of in zip(each, share, structures, strict=True)]
        merged[layer] = made(torch.cat(left, 1), torch.cat([held[layer][1] for held in each]))
    rank = len(next(iter(merged.values()))[1])
    weights = _heads([one.model for one in given], share)
    for layer, (b, a) in merged.items():
        weights |= {layer + _A: a.float().contiguous(), layer + _B: (b * rank).float().contiguous()}
    return Model(replace(structures[0], rank=rank), weights)


def _heads(models: "Sequence[Model]", share: Sequence[float]) -> "dict[str, torch.Tensor]":
    """Return the mean of what is no adapter."""
    import numpy as np

    from wayfare.models.model import tensor_of

    rest = [name for name in models[0].weights if not name.endswith((_A, _B))]
    means = {
        name: weighted_mean([model.weights[name].numpy().astype(np.float64) for model in models], share)
        for name in rest
    }
    return {name: tensor_of(mean) for name, mean in means.items()}
