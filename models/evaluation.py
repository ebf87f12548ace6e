"""Evaluation: how well a model does on a shard."""

from dataclasses import dataclass

import torch

from .mlp import MLPStructure
from .model import Model
from .shard import Shard
from .stack import MLPStack
from .trainer import run_on_one_thread


@dataclass(frozen=True)
class Evaluation:
    """Fraction of samples classified correctly (0 to 1), mean cross-entropy [nat], number of samples."""

    accuracy: float
    loss: float
    samples: int


def evaluate(model: Model, shard: Shard) -> Evaluation:
    """Return how well a model does on a shard; of equal logits the first class counts as its answer.

    The model passes alone over the whole shard, padded as in training, so the bits depend on these two alone.

    Raises:
        ValueError: the shard is empty or does not fit the model.
        TypeError: there is no evaluation for the model's family.
    """
    structure = model.structure
    if not isinstance(structure, MLPStructure):
        raise TypeError(f"there is no evaluation for models of family {structure.family!r}")
    if not len(shard) or shard.features.shape[1] != structure.widths[0]:
        raise ValueError(f"a model of {structure.widths[0]} inputs cannot see a shard of {tuple(shard.features.shape)}")
    run_on_one_thread()
    stack = MLPStack([model], structure, len(shard))
    inputs = torch.zeros(1, stack.rows, stack.widths[0])
    inputs[0, : len(shard), : structure.widths[0]] = shard.inputs
    logarithms = torch.log_softmax(stack.forward(inputs)[0, : len(shard), : structure.widths[-1]], 1)
    loss = -logarithms.gather(1, shard.labels[:, None]).to(torch.float64).mean()
    right = int((logarithms.argmax(1) == shard.labels).sum())
    return Evaluation(right / len(shard), float(loss), len(shard))
