"""Until: when training at a node has converged."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge


@dataclass(frozen=True, kw_only=True)
class Until:
    """A node trains in rounds until its validation loss stops falling or the budget is spent; the best model counts."""

    patience: Annotated[int, "Rounds without a lower loss, after which it ends.", Ge(1)] = 2
    max_steps: Annotated[int, "Steps in all, at most.", Ge(1)] = 200
