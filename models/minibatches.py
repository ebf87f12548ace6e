"""Minibatches: which samples each step of a job sees, drawn from the job's own seed."""

import math
from dataclasses import dataclass
from functools import lru_cache

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
    """Return the minibatches of a job, from its seed."""
    return minibatches_from(np.random.Generator(np.random.PCG64(seed)), held, steps, batch_size, rows)


def minibatches_from(rng: np.random.Generator, held: int, steps: int, batch_size: int, rows: int) -> Minibatches:
    """Return the minibatches of a job: every epoch is a new permutation of the samples held, cut in order.

    The last minibatch of an epoch has what is left over. Each is laid out in `rows` rows, of which it fills at most
    `batch_size`.
    """
    per_epoch = math.ceil(held / batch_size)
    epochs = math.ceil(steps / per_epoch)
    order = np.zeros((epochs, per_epoch * batch_size), dtype=np.int64)
    for epoch in range(epochs):
        order[epoch, :held] = rng.permutation(held)
    indices = order.reshape(-1, batch_size)[:steps]
    if rows > batch_size:
        indices = np.pad(indices, ((0, 0), (0, rows - batch_size)))
    return Minibatches(indices, _weights(held, steps, batch_size, rows))


@lru_cache(maxsize=256)
def _weights(held: int, steps: int, batch_size: int, rows: int) -> NDArray[np.float32]:
    """Return what each row counts, not to be written; it is the same for all who hold so many samples."""
    per_epoch = math.ceil(held / batch_size)
    weights, left_over = np.zeros((steps, rows), dtype=np.float32), held - (per_epoch - 1) * batch_size
    weights[:, :batch_size] = 1 / batch_size
    last = weights[per_epoch - 1 :: per_epoch]
    last[:, left_over:] = 0.0
    last[:, :left_over] = 1 / left_over
    weights.flags.writeable = False
    return weights
