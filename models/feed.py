"""Feed: the minibatches of several jobs laid out as a stack of models reads them, a block of steps at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import pad

from .job import TrainingJob
from .minibatches import draw_minibatches
from .stack import MLPStack

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
            draw_minibatches(len(job.shard), plan.steps, plan.batch_size, stack.rows, job.seed) for job in jobs
        ]
        self._inputs = [_widened(job.shard.inputs.flatten(1), features) for job in jobs]
        self._labels = [job.shard.labels.numpy() for job in jobs]
        self._room = torch.empty(len(jobs), self._length, stack.rows, features)

    def blocks(self) -> Iterator[Block]:
        """Yield all steps in order. A block's inputs are overwritten by the next block's."""
        for start in range(0, self._steps, self._length):
            yield self._block(start, min(start + self._length, self._steps))

    def _block(self, start: int, stop: int) -> Block:
        shape = (stop - start, len(self._drawn), self._rows)
        labels, weights = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.float32)
        inputs = self._room[:, : stop - start]
        for place, drawn in enumerate(self._drawn):
            indices = drawn.indices[start:stop]
            chosen = torch.from_numpy(indices).flatten()
            torch.index_select(self._inputs[place], 0, chosen, out=inputs[place].flatten(0, 1))
            labels[:, place] = self._labels[place][indices]
            weights[:, place] = drawn.weights[start:stop]
        return Block(inputs, torch.from_numpy(labels), torch.from_numpy(weights))


def _widened(inputs: torch.Tensor, features: int) -> torch.Tensor:
    missing = features - inputs.shape[1]
    return pad(inputs, (0, missing)) if missing else inputs
