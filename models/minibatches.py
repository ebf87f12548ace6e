"""Minibatches: which samples each step of a job sees, drawn from the job's own seed."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Minibatches:
    """The samples of every step.

    Attributes:
        indices: (steps, rows) int64, the samples first, then zeros.
        weights: (steps, rows) float32, one over the number of samples for each of them, then zeros.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float32]


def draw_minibatches(held: int, steps: int, batch_size: int, rows: int, seed: int) -> Minibatches:
    """Return the minibatches of a job: every epoch is a new permutation of the samples held, cut in order.

    The last minibatch of an epoch has what is left over. Each is laid out in `rows` rows, of which it fills at most
    `batch_size`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    per_epoch = math.ceil(held / batch_size)
    epochs = math.ceil(steps / per_epoch)
    order = np.full((epochs, per_epoch * batch_size), -1)
    for epoch in range(epochs):
        order[epoch, :held] = rng.permutation(held)
    drawn = np.full((steps, rows), -1)
    drawn[:, :batch_size] = order.reshape(-1, batch_size)[:steps]
    present = drawn >= 0
    weights = present / present.sum(axis=1, keepdims=True)
    return Minibatches(np.maximum(drawn, 0), weights.astype(np.float32))
