"""DiLoCo: distributed low-communication training of language models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Lt

from .merged import Merged

if TYPE_CHECKING:
    from wayfare.emulator.node import Node
    from wayfare.emulator.packets import ModelPacket
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class DiLoCo(Merged):
    """DiLoCo (Douillard et al. 2023, arXiv 2311.08105, Algorithm 1).

    Workers take many steps of Adam between two exchanges; the server takes the mean change of their models for a
    gradient, and takes a step of SGD with Nesterov momentum with it. Workers count alike. The paper's workers
    reduce among themselves; here a server does it. The paper's inner AdamW keeps its state from round to round and
    decays weights; here Adam starts afresh with each job. Its answer is the server's model.
    """

    # Section 3 of the paper: 500 inner steps of a peak rate of 4e-4; outer rate .7 and momentum .9.
    steps: Annotated[int, "Optimiser steps between two exchanges; the paper's H.", Ge(1)] = 500
    optimiser: Annotated[Literal["sgd", "adam"], "Inner optimiser; its state starts afresh with each job."] = "adam"
    learning_rate: Annotated[float, "Step size of the inner optimiser.", Gt(0)] = 4e-4
    outer_learning_rate: Annotated[float, "Step size of the server.", Gt(0)] = 0.7
    outer_momentum: Annotated[float, "Nesterov momentum of the server.", Ge(0), Lt(1)] = 0.9

    def update(self, node: Node, model: Model, answers: Sequence[ModelPacket]) -> Model:
        """Return theta - eta (Delta + mu v), where v = mu v + Delta."""
        from wayfare.models.algebra import combine, zeros

        mean = self.merge(node, model, answers, [1] * len(answers))
        delta = combine([model, mean], [1, -1])
        velocity = combine([node.store.get("velocity") or zeros(model), delta], [self.outer_momentum, 1])
        node.store["velocity"] = velocity
        step = self.outer_learning_rate
        return combine([model, delta, velocity], [1, -step, -step * self.outer_momentum])
