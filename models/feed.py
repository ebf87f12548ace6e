"""Feed: the minibatches of several jobs laid out as a stack of models reads them, a block of steps at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from .job import TrainingJob
from .minibatches import minibatches_from
from .stack import MLPStack
from .streams import generators

_VALUES_PER_JOB = 2**15  # of inputs laid out ahead; with it the length of a block depends on the job alone


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive steps of all jobs. Rows beyond a minibatch repeat its shard's first sample, with weight zero.

    Attributes:
        inputs: (jobs, steps, rows, features) float32.
        labels: (steps, jobs, rows) int64.
        weights: (steps, jobs, rows) float32, one over the number of samples in the minibatch.
    """

    inputs: torch.Tensor
    labels: torch.Tensor
    weights: torch.Tensor


class Feed:
    """The minibatches of jobs of one signature."""

    def __init__(self, jobs: Sequence[TrainingJob], stack: MLPStack) -> None:
        plan, (features, *_) = jobs[0].plan, stack.widths
        self._steps, self._rows = plan.steps, stack.rows
        self._length = min(plan.steps, max(1, _VALUES_PER_JOB // (stack.rows * features)))
        self._drawn = [
            minibatches_from(rng, len(job.shard), plan.steps, plan.batch_size, stack.rows)
            for job, rng in zip(jobs, generators([job.seed for job in jobs]), strict=True)
        ]
        self._inputs = [_widened(job.shard.rows, features) for job in jobs]
        self._labels = [job.shard.classes for job in jobs]
        self._room = torch.empty(len(jobs), self._length, stack.rows, features)

    def blocks(self) -> Iterator[Block]:
        """Yield all steps in order. A block's inputs are overwritten by the next block's."""
        for start in range(0, self._steps, self._length):
            yield self._block(start, min(start + self._length, self._steps))

    def _block(self, start: int, stop: int) -> Block:
        shape = (stop - start, len(self._drawn), self._rows)
        labels, weights = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.float32)
        inputs = self._room[:, : stop - start]
        laid_out = inputs.numpy()
        for place, drawn in enumerate(self._drawn):
            indices = drawn.indices[start:stop]
            # Clipping, of indices that need none, lets NumPy write to the room without a copy between.
            self._inputs[place].take(indices, 0, laid_out[place], "clip")
            labels[:, place] = self._labels[place].take(indices)
            weights[:, place] = drawn.weights[start:stop]
        return Block(inputs, torch.from_numpy(labels), torch.from_numpy(weights))


def _widened(inputs: NDArray[np.float32], features: int) -> NDArray[np.float32]:
    missing = features - inputs.shape[1]
    return np.pad(inputs, ((0, 0), (0, missing))) if missing else inputs
