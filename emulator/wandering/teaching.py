"""Teaching: how models that meet teach each other."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Le


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """A packet's model learns from the node's samples and from what the model that lives there says of them.

    Mutual learning (Zhang et al. 2018, arXiv 1706.00384) where the one that lives there learns from the packet too.
    """

    weight: Annotated[float, "Share of the teacher; the samples' labels have the rest.", Gt(0), Le(1)] = 0.5
    temperature: Annotated[float, "How much softer the probabilities compared are than the logits.", Gt(0)] = 1.0
    mutual: Annotated[
        bool,
        "Whether the model that lives at the node stays and learns from the packet too, at the cost of another job; "
        "else a copy of the packet takes its place.",
    ] = False
