"""Merging by staleness: what comes late counts less (FedAsync, Xie et al. 2019, arXiv 1903.03934)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le

from .contribution import Contribution
from .merger import Merger, base_of, by_tensor, shares

if TYPE_CHECKING:
    from wayfare.models.model import Model


@dataclass(frozen=True)
class Staleness(Merger):
    """The base moved towards each model by its weight and age: for one model FedAsync, for several at once FedBuff."""

    # Section 5 of the paper: alpha .6; a .5 for the polynomial; a 10 and b 4 for the hinge.
    mixing: Annotated[float, "How far a fresh model moves the base; the paper's alpha.", Gt(0), Le(1)] = 0.6
    function: Annotated[
        Literal["constant", "polynomial", "hinge"],
        "How age counts: not at all; (1 + age)^-a; or 1 up to the patience, then 1 / (a (age - patience) + 1).",
    ] = "polynomial"
    decay: Annotated[float | None, "The paper's a; by default 0.5 for the polynomial and 10 for the hinge.", Gt(0)] = (
        None
    )
    patience: Annotated[float, "Age up to which the hinge does not count; the paper's b.", Ge(0)] = 4.0

    def factor(self, age: float) -> float:
        """Return what a model of an age counts, from 0 to 1."""
        if self.function == "constant":
            return 1.0
        if self.function == "polynomial":
            return float((1.0 + age) ** -(0.5 if self.decay is None else self.decay))
        late = max(0.0, age - self.patience)
        return 1.0 / ((10.0 if self.decay is None else self.decay) * late + 1.0)

    def merge(self, given: Sequence[Contribution], base: "Model | None" = None) -> "Model":
        """Return base + sum of share * mixing * factor(age) * (model - base), shares being those of the weights."""
        base = base_of(base, "staleness")
        steps = [share * self.mixing * self.factor(one.age) for share, one in zip(shares(given), given, strict=True)]
        return by_tensor(
            [base, *(one.model for one in given)],
            lambda _, tensors: sum(
                (step * (tensor - tensors[0]) for step, tensor in zip(steps, tensors[1:], strict=True)), tensors[0]
            ),
        )
