"""Merging by coverage: sub-models of several sizes back into their parent (HeteroFL, Diao et al. 2021, 2010.01264)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .contribution import Contribution
from .merger import Merger, base_of, shares

if TYPE_CHECKING:
    from wayfare.models.model import Model
    from wayfare.models.structure import Structure


@dataclass(frozen=True)
class Coverage(Merger):
    """Each weight of the base becomes the mean over those sub-models that hold it; what none holds stays."""

    def takes(self, base: "Structure", other: "Structure") -> bool:
        """Return whether the other is a sub-model of the base, or the same."""
        from wayfare.models.scaling.nesting import nested_places

        try:
            nested_places(base, other)
        except ValueError:
            return False
        return True

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return the base with the sub-models in it; models of its own structure hold all of it.

        Raises:
            ValueError: there is no base, or a model is no sub-model of it.
        """
        import numpy as np

        from wayfare.models.model import Model, tensor_of
        from wayfare.models.scaling.nesting import nested_places

        base, weights = base_of(base, "coverage"), shares(given)
        # As in the mean, the sum runs over differences from the first to hold a weight, so that equals stay equal.
        held = {name: np.zeros(shape) for name, shape in base.structure.shapes.items()}
        first = {name: tensor.numpy().astype(np.float64) for name, tensor in base.weights.items()}
        apart = {name: np.zeros(shape) for name, shape in base.structure.shapes.items()}
        for one, weight in zip(given, weights, strict=True):
            for name, (source, place) in nested_places(base.structure, one.model.structure).items():
                values = one.model.weights[name].numpy().astype(np.float64)
                known = np.where((held[source][place] == 0) & (weight > 0), values, first[source][place])
                first[source][place] = known
                with np.errstate(invalid="ignore"):  # infinity less infinity
                    apart[source][place] += weight * (values - known)
                held[source][place] += weight
        merged = {
            name: first[name] + np.divide(apart[name], held[name], out=np.zeros_like(held[name]), where=held[name] > 0)
            for name in first
        }
        return Model(base.structure, {name: tensor_of(each) for name, each in merged.items()})
