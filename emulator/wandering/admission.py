"""Admission: which models a node trains."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt

from wayfare.emulator.records import RejectReason

if TYPE_CHECKING:
    from wayfare.emulator.methods.method import Method
    from wayfare.emulator.node import Node
    from wayfare.models.model import Model


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A node trains only what fits its memory, as training takes it, and the time it has for a job.

    A part that was trained goes back into the whole, which travels on. Where nothing is trained, that is an event.
    """

    otherwise: Annotated[
        Literal["scale", "refuse"],
        "What happens to a model that does not fit: a part of it is trained, or it travels on untrained.",
    ] = "scale"
    job_s: Annotated[float | None, "Time that a training job may take; by default any.", Gt(0)] = None

    def lacking(self, method: "Method", node: "Node", model: "Model") -> RejectReason | None:
        """Return what a node has too little of to train a model, memory first; None: it can."""
        from wayfare.models.scaling.report import training_memory_bytes

        limits = self.limits(method, node)
        if training_memory_bytes(model.structure.parameters) > limits["memory_bytes"]:
            return RejectReason.MEMORY
        return RejectReason.COMPUTE if model.structure.training_flop_per_sample > limits["flop_per_sample"] else None

    def limits(self, method: "Method", node: "Node") -> dict[str, float]:
        """Return the most memory [bytes], and the most work of one training step per sample [FLOP], of a node."""
        return {"memory_bytes": node.hardware.memory_bytes, "flop_per_sample": self.flop_per_sample(method, node)}

    def flop_per_sample(self, method: "Method", node: "Node") -> float:
        """Return the most work of one training step per sample that a node takes on [FLOP]."""
        if self.job_s is None:
            return math.inf
        samples = method.steps * min(method.batch_size, node.samples)
        return self.job_s / node.hardware.seconds_for(1.0) / samples
