"""Objective: what a model of each task is trained to make small, and what counts as right."""

import torch
from torch.nn import functional

from .dataset import UNCOUNTED, Task


def losses(task: Task, said: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the loss of everything that counts, one after the other.

    Args:
        task: classification and language: the cross-entropy [nat] of each sample or byte; regression: each number's
            squared error.
        said: what a model said of some samples: logits (samples, classes) or (samples, length, bytes), or numbers
            (samples, outputs).
        labels: the samples' labels, as a shard holds them.
    """
    if task == "regression":
        return (said - labels).square().flatten()
    said, labels = counted(said, labels)
    return functional.cross_entropy(said, labels, reduction="none")


def mean_loss(task: Task, said: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean of `losses`; zero where nothing counts."""
    each = losses(task, said, labels)
    return each.sum() / max(1, len(each))


def counted(said: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits (counted, classes) and labels (counted,) of what counts."""
    said, labels = said.flatten(0, -2), labels.flatten()
    if not bool((labels == UNCOUNTED).any()):
        return said, labels
    return said[labels != UNCOUNTED], labels[labels != UNCOUNTED]
