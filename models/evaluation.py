"""Evaluation: how well a model does on a shard, and what it says of its samples."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from .arrangement import padded
from .linear import LinearStructure
from .mlp import MLPStructure
from .model import Model
from .objective import counted, losses
from .shard import Shard
from .stack import MLPStack, stackable
from .structure import Structure
from .trainer import run_on_one_thread

_FLOP_AT_ONCE = 2**32  # memory of a pass grows with its work, and this is less than 1 GB of it
_MOST_SAMPLES = 256
_VALUES_TOGETHER = 2**20  # of the inputs and outputs of all layers of models that pass together: 4 MB


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

    Raises:
        ValueError: the shard is empty or does not fit the model.
    """
    return evaluate_all([model], shard)[0]


def evaluate_all(models: Sequence[Model], shard: Shard) -> list[Evaluation]:
    """Return how well each of some models does on a shard.

    Models of one structure that can be stacked pass together over the whole shard, padded as in training; any other
    passes alone, over chunks of a size that is the structure's own. The bits of each depend on model and shard alone.

    Raises:
        ValueError: the shard is empty or does not fit one of the models.
    """
    run_on_one_thread()
    places: dict[Structure, list[int]] = defaultdict(list)
    for place, model in enumerate(models):
        places[model.structure].append(place)
    found: dict[int, Evaluation] = {}
    for structure, group in places.items():
        structure.check(shard)
        evaluate_group = _evaluate_stacked if stackable(structure) else _evaluate_one_by_one
        found |= zip(group, evaluate_group([models[place] for place in group], shard), strict=True)
    return [found[place] for place in range(len(models))]


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


def _evaluate_one_by_one(models: Sequence[Model], shard: Shard) -> list[Evaluation]:
    regression = models[0].structure.task == "regression"
    return [(_evaluate_regression if regression else _evaluate_classes)(model, shard) for model in models]


def _evaluate_classes(model: Model, shard: Shard) -> Evaluation:
    total, right, items = 0.0, 0, 0
    for said, labels in _chunks(model, shard):
        chosen, true = counted(said, labels)
        total += float(losses(model.structure.task, said, labels).to(torch.float64).sum())
        right += int((chosen.argmax(1) == true).sum())
        items += len(true)
    return Evaluation(right / max(1, items), total / max(1, items), len(shard))


def _evaluate_stacked(models: Sequence[Model], shard: Shard) -> list[Evaluation]:
    structure, samples = models[0].structure, len(shard)
    assert stackable(structure)
    together = max(1, _VALUES_TOGETHER // (padded(samples) * sum(padded(width) for width in structure.widths)))
    evaluations = []
    for first in range(0, len(models), together):
        said = _said_by(models[first : first + together], structure, shard)
        labels = shard.labels.expand(len(said), samples)
        each = functional.cross_entropy(said.flatten(0, 1), labels.flatten(), reduction="none").to(torch.float64)
        right = (said.argmax(2) == labels).sum(1).tolist()
        totals = [float(own.sum()) for own in each.view(len(said), samples).unbind()]
        for hits, total in zip(right, totals, strict=True):
            evaluations.append(Evaluation(hits / samples, total / samples, samples))
    return evaluations


def _said_by(models: Sequence[Model], structure: MLPStructure | LinearStructure, shard: Shard) -> torch.Tensor:
    """Return the logits (models, samples, classes) of the whole shard."""
    stack = MLPStack(models, structure, len(shard))
    inputs = torch.zeros(stack.rows, stack.widths[0])
    inputs[: len(shard), : structure.widths[0]] = shard.inputs.flatten(1)
    said = stack.forward(inputs.expand(len(models), *inputs.shape))
    return said[:, : len(shard), : structure.widths[-1]].contiguous()


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
