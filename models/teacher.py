"""Teacher: what another model said of the samples that a model trains on."""

import hashlib
import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from .dataset import Task
from .objective import counted


@dataclass(frozen=True, eq=False)
class Teacher:
    """What to be like, beside being right.

    Training makes (1 - weight) loss + weight T^2 KL(teacher at T || model at T) small, where at T means the softmax of
    logits over the temperature (Hinton, Vinyals and Dean 2015, arXiv 1503.02531). In mutual learning (Zhang et al.
    2018, arXiv 1706.00384) two models are each other's teachers. In a regression the squared difference stands for
    the divergence.

    Attributes:
        said: float32, what the teacher says of every sample of the shard, in order, as `predict` returns it.
        weight: share of the teacher, from 0 to 1.
        temperature: how much softer than the logits the probabilities compared are.
    """

    said: torch.Tensor
    weight: float = 0.5
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.said.dtype != torch.float32:
            raise ValueError(f"what a teacher says is float32, not {self.said.dtype}")
        if not 0 <= self.weight <= 1:
            raise ValueError(f"the weight of a teacher lies between 0 and 1, not at {self.weight}")
        if not (self.temperature > 0 and math.isfinite(self.temperature)):
            raise ValueError(f"a temperature is positive and finite, not {self.temperature}")

    def __len__(self) -> int:
        return len(self.said)

    @property
    def digest(self) -> str:
        """SHA-256 [hex] of all that it says, its weight and its temperature."""
        kind = f"{tuple(self.said.shape)} {self.weight.hex()} {self.temperature.hex()}\0"
        return hashlib.sha256(kind.encode() + self.said.contiguous().numpy().tobytes()).hexdigest()

    def divergence(self, task: Task, chosen: torch.Tensor, said: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return how far a model is from the teacher on the chosen samples: T^2 KL [nat], or mean squared difference.

        Args:
            task: what the model is for.
            chosen: indices of the samples.
            said: what the model says of them.
            labels: their labels, which say what counts.
        """
        taught = self.said[chosen].to(said.device)
        if task == "regression":
            return functional.mse_loss(said, taught)
        (model, _), (teacher, _) = counted(said, labels), counted(taught, labels)
        mine, theirs = (logits.div(self.temperature).log_softmax(1) for logits in (model, teacher))
        total = functional.kl_div(mine, theirs, reduction="sum", log_target=True)
        return self.temperature**2 * total / max(1, len(model))
