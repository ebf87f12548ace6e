"""Merger: a way of making one model out of several, as a scenario chooses it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .contribution import Contribution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from wayfare.models.model import Model
    from wayfare.models.structure import Structure

    Numbers = NDArray[np.float64]


class Merger(ABC):
    """A way of making one model out of several: a frozen dataclass.

    Sums run in the given order, in float64, so that equal arguments give equal bits. What comes out travels in 32 bits.
    """

    @property
    def needs_importance(self) -> bool:
        """Whether it merges by what the models themselves are sure of, which somebody must measure."""
        return False

    def check(self, structure: "Structure", models: int) -> None:  # noqa: B027 - most merge any models
        """Refuse what it can never merge.

        Args:
            structure: of the models.
            models: how many there are to merge at a time.

        Raises:
            ValueError: it is; the message says what would do.
        """

    def takes(self, base: "Structure", other: "Structure") -> bool:
        """Return whether a model of another structure can go into one of the base's; of most mergers the same alone."""
        return base == other

    def can(self, models: Sequence["Model"]) -> bool:
        """Return whether it can merge these: some may be missing, or have diverged."""
        try:
            self.check(models[0].structure, len(models))
        except ValueError:
            return False
        return True

    @abstractmethod
    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the merged model.

        Args:
            given: what is merged.
            base: the model that the others come from, for mergers that need it.

        Raises:
            ValueError: nothing is given, or it cannot be merged so.
        """


def shares(given: Sequence[Contribution]) -> list[float]:
    """Return each contribution's weight over the sum of all.

    Raises:
        ValueError: there are none, or the weights make no mean.
    """
    if not given:
        raise ValueError("merging needs one or more models")
    return normalised([one.weight for one in given])


def normalised(weights: Sequence[float]) -> list[float]:
    """Return weights over their sum.

    Raises:
        ValueError: a weight is negative or not finite, or all are zero.
    """
    total = math.fsum(weights)
    if not math.isfinite(total) or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError(f"merging weights must be finite, not negative, and not all zero: {list(weights)}")
    return [weight / total for weight in weights]


def base_of(base: "Model | None", merger: str) -> "Model":
    """Return the base that a merger needs.

    Raises:
        ValueError: there is none.
    """
    if base is None:
        raise ValueError(f"merging by {merger} needs the model that the others come from")
    return base


def by_tensor(models: "Sequence[Model]", combine: "Callable[[str, Sequence[Numbers]], Numbers]") -> "Model":
    """Return the model whose tensors are made, one by one, of the tensors of that name, in float64.

    Raises:
        ValueError: the structures differ.
    """
    import numpy as np

    from wayfare.models.model import Model, tensor_of

    structure, merged = _common_structure(models), {}
    with np.errstate(invalid="ignore", over="ignore"):  # a model that diverged is no reason to warn
        for name in structure.shapes:
            tensors = [model.weights[name].numpy().astype(np.float64) for model in models]
            merged[name] = tensor_of(combine(name, tensors))
    return Model(structure, merged)


def by_numbers(models: "Sequence[Model]", combine: "Callable[[Sequence[NDArray[Any]]], Numbers]") -> "Model":
    """Return the model whose weights are made, all at once, of those of the models, in float64.

    Raises:
        ValueError: the structures differ.
    """
    import numpy as np

    from wayfare.models.flat_weights import FlatWeights
    from wayfare.models.model import Model

    structure = _common_structure(models)
    with np.errstate(invalid="ignore", over="ignore"):  # a model that diverged is no reason to warn
        merged = combine([model.packed for model in models]).astype(np.float32)
    return Model(structure, FlatWeights.of_numbers(structure.arrangement, merged))


def _common_structure(models: "Sequence[Model]") -> "Structure":
    structure = models[0].structure
    if any(model.structure is not structure and model.structure != structure for model in models):
        raise ValueError("only models of one structure can be merged so")
    return structure


def weighted_mean(tensors: "Sequence[NDArray[Any]]", shares: Sequence[float]) -> "Numbers":
    """Return the mean, in float64, as the first plus the weighted differences from it: equals make exactly themselves.

    Args:
        tensors: float32 or float64.
        shares: of each.
    """
    from numpy import add, float64, multiply, subtract

    first: Numbers = tensors[0].astype(float64)
    mean, difference = first.copy(), first.copy()
    for tensor, share in zip(tensors[1:], shares[1:], strict=True):
        subtract(tensor, first, difference)
        multiply(difference, share, difference)
        add(mean, difference, mean)
    return mean
