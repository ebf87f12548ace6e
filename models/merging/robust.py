"""Robust merging: models of which some may be anything at all do little harm. Their weights do not count.

A weight says how much a model counts, and a model that lies about itself would claim any.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from .contribution import Contribution
from .merger import Merger, by_tensor, shares, weighted_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from wayfare.models.model import Model
    from wayfare.models.structure import Structure


@dataclass(frozen=True)
class Median(Merger):
    """The median of every weight (Yin et al. 2018, arXiv 1803.01498): right while more than half of the models are."""

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the medians; of an even number the mean of the two in the middle. Neither base nor weights count."""
        import numpy as np

        shares(given)
        return by_tensor([one.model for one in given], lambda _, tensors: np.median(_finite(tensors), axis=0))


@dataclass(frozen=True)
class TrimmedMean(Merger):
    """The mean of every weight without the largest and smallest (Yin et al. 2018, arXiv 1803.01498)."""

    # The paper has no default; it wants no less than the share of hostile models.
    trimmed: Annotated[float, "Share of the models that is left out at either end.", Ge(0), Lt(0.5)] = 0.1

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse so few models that none is left between the ends."""
        self._cut(models)

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the trimmed means; at 0 the plain mean. ceil(trimmed * models) go at either end; no weights count.

        Raises:
            ValueError: none would be left.
        """
        import numpy as np

        shares(given)
        cut = self._cut(len(given))

        def combine(_: str, tensors: "Sequence[NDArray[np.float64]]") -> "NDArray[np.float64]":
            ordered = np.sort(_finite(tensors), axis=0)[cut : len(tensors) - cut]
            return weighted_mean(list(ordered), [1 / len(ordered)] * len(ordered))

        return by_tensor([one.model for one in given], combine)

    def _cut(self, models: int) -> int:
        """Return how many go at either end.

        Raises:
            ValueError: none would be left.
        """
        cut = math.ceil(self.trimmed * models - 1e-9)
        if 2 * cut >= models:
            raise ValueError(f"{models} models without {cut} at either end are none: trim less, or merge by median")
        return cut


@dataclass(frozen=True)
class Krum(Merger):
    """The one model that is nearest to most others (Blanchard et al. 2017, "Machine learning with adversaries")."""

    hostile: Annotated[int, "Models that may be anything; the paper's f.", Ge(0)] = 1

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse fewer than 2 f + 3 models."""
        if models < 2 * self.hostile + 3:
            raise ValueError(
                f"krum with {self.hostile} hostile models needs {2 * self.hostile + 3} or more, not {models}"
            )

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the model with the least sum of squared distances to its n - f - 2 nearest; of equals the first.

        Raises:
            ValueError: there are fewer than 2 f + 3 models.
        """
        return self._mean(given, 1)

    def _mean(self, given: Sequence[Contribution], kept: int) -> "Model":
        shares(given)
        chosen = sorted(self._ranking(given)[:kept])
        models = [given[place].model for place in chosen]
        return by_tensor(models, lambda _, tensors: weighted_mean(tensors, [1 / kept] * kept))

    def _ranking(self, given: Sequence[Contribution]) -> list[int]:
        """Return the places of the models, best first."""
        import numpy as np

        count = len(given)
        self.check(given[0].model.structure, count)
        if any(one.model.structure != given[0].model.structure for one in given):
            raise ValueError("only models of one structure can be merged so")
        flat = [
            np.concatenate([tensor.numpy().ravel() for tensor in one.model.weights.values()]).astype(np.float64)
            for one in given
        ]
        apart = np.zeros((count, count))
        for one in range(count):
            for other in range(one):
                with np.errstate(invalid="ignore", over="ignore"):
                    squared = float(np.square(flat[one] - flat[other]).sum())
                apart[one, other] = apart[other, one] = math.inf if math.isnan(squared) else squared
        # The nearest of all is the model itself.
        scores = np.sort(apart, axis=1)[:, : count - self.hostile - 1].sum(axis=1)
        return [int(place) for place in np.argsort(scores, kind="stable")]


@dataclass(frozen=True)
class MultiKrum(Krum):
    """The mean of the models that are nearest to most others (Blanchard et al. 2017, section 5)."""

    kept: Annotated[int | None, "Models in the mean; by default all but the hostile.", Ge(1)] = None

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the mean of the best by Krum's order; neither base nor weights count.

        Raises:
            ValueError: there are fewer than 2 f + 3 models, or fewer than are to be kept.
        """
        shares(given)
        return self._mean(given, self._kept(len(given)))

    def check(self, structure: "Structure", models: int) -> None:
        """Refuse fewer than 2 f + 3 models, and fewer than are to be kept."""
        self._kept(models)
        super().check(structure, models)

    def _kept(self, models: int) -> int:
        """Return how many of so many models are kept.

        Raises:
            ValueError: there are not so many.
        """
        kept = models - self.hostile if self.kept is None else self.kept
        if kept > models or kept < 1:
            raise ValueError(f"of {models} models {kept} cannot be kept")
        return kept


def _finite(tensors: "Sequence[NDArray[np.float64]]") -> "NDArray[np.float64]":
    """Return the tensors (models, *shape), with the largest float32 for what is no number or infinite."""
    import numpy as np

    stacked: NDArray[np.float64] = np.stack(tensors)
    largest = float(np.finfo(np.float32).max)
    return np.where(np.isnan(stacked), largest, stacked.clip(-largest, largest))
