"""Admission: which models a node trains."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt

if TYPE_CHECKING:
    from wayfare.emulator.methods.method import Method
    from wayfare.emulator.node import Node


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A node trains only what fits its memory, as training takes it, and the time it has for a job.

    A part that was trained goes back into the whole, which travels on.
    """

    otherwise: Annotated[
        Literal["scale", "refuse"],
        "What happens to a model that does not fit: a part of it is trained, or it travels on untrained.",
    ] = "scale"
    job_s: Annotated[float | None, "Time that a training job may take; by default any.", Gt(0)] = None

    def flop_per_sample(self, method: "Method", node: "Node") -> float:
        """Return the most work of one training step per sample that a node takes on [FLOP]."""
        if self.job_s is None:
            return math.inf
        samples = method.steps * min(method.batch_size, node.samples)
        return self.job_s / node.hardware.seconds_for(1.0) / samples
