"""Evaluation: how well a model does on a shard, and what it says of its samples."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from .model import Model
from .objective import counted, losses
from .shard import Shard
from .stack import MLPStack, stackable
from .structure import Structure
from .trainer import run_on_one_thread

_FLOP_AT_ONCE = 2**32  # memory of a pass grows with its work, and this is less than 1 GB of it
_MOST_SAMPLES = 256


@dataclass(frozen=True)
class Evaluation:
    """How well a model does on a shard.

    Attributes:
        accuracy: fraction of samples, or of the bytes that count, that the model gets right (0 to 1). In a regression,
            the coefficient of determination R^2, at most 1; where all numbers to predict are equal it is 1 if the model
            hits them and else 0, as scikit-learn has it.
        loss: mean cross-entropy [nat], or mean squared error.
        samples: number of samples.
    """

    accuracy: float
    loss: float
    samples: int


def evaluate(model: Model, shard: Shard) -> Evaluation:
    """Return how well a model does on a shard; of equal logits the first class counts as its answer.

    A model that can be stacked passes alone over the whole shard, padded as in training; any other passes over chunks
    of a size that is the structure's own. So the bits depend on model and shard alone.

    Raises:
        ValueError: the shard is empty or does not fit the model.
    """
    structure = model.structure
    structure.check(shard)
    run_on_one_thread()
    if structure.task == "regression":
        return _evaluate_regression(model, shard)
    total, right, items = 0.0, 0, 0
    for said, labels in _stacked(model, shard) if stackable(structure) else _chunks(model, shard):
        chosen, true = counted(said, labels)
        total += float(losses(structure.task, said, labels).to(torch.float64).sum())
        right += int((chosen.argmax(1) == true).sum())
        items += len(true)
    return Evaluation(right / max(1, items), total / max(1, items), len(shard))


def predict(model: Model, shard: Shard) -> torch.Tensor:
    """Return what a model says of each sample: logits (samples, classes) or (samples, length, bytes), or numbers.

    Raises:
        ValueError: the shard is empty or does not fit the model.
    """
    model.structure.check(shard)
    run_on_one_thread()
    return torch.cat([said for said, _ in _chunks(model, shard)])


def _evaluate_regression(model: Model, shard: Shard) -> Evaluation:
    wrong = sum(float(losses("regression", *chunk).to(torch.float64).sum()) for chunk in _chunks(model, shard))
    labels = shard.labels.to(torch.float64)
    spread = float((labels - labels.mean(0)).square().sum())
    accuracy = 1 - wrong / spread if spread else float(not wrong)
    return Evaluation(accuracy, wrong / labels.numel(), len(shard))


def _stacked(model: Model, shard: Shard) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield the logits (samples, classes) and labels of the whole shard."""
    structure = model.structure
    assert stackable(structure)
    stack = MLPStack([model], structure, len(shard))
    inputs = torch.zeros(1, stack.rows, stack.widths[0])
    inputs[0, : len(shard), : structure.widths[0]] = shard.inputs.flatten(1)
    yield stack.forward(inputs)[0, : len(shard), : structure.widths[-1]], shard.labels


def _chunks(model: Model, shard: Shard) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield what the model says, and the labels, of a bounded number of samples at a time."""
    structure, size = model.structure, _chunk_size(model.structure)
    with torch.no_grad():
        for start in range(0, len(shard), size):
            chosen = slice(start, start + size)
            inputs = structure.prepare(shard.features[chosen], shard.scale)
            yield structure.forward(model.weights, inputs), shard.labels[chosen]


def _chunk_size(structure: Structure) -> int:
    """Return how many samples to pass at once: fewer where one passes through many operations."""
    return max(1, min(_MOST_SAMPLES, _FLOP_AT_ONCE // structure.forward_flop_per_sample))
