"""Training jobs: a fixed number of steps on a fixed shard: cost is known before, and the result is a pure function."""

import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from .model import Model, hash_model
from .shard import Shard
from .streams import hashed_seed

_SOURCES = ("trainer.py", "feed.py", "stack.py", "optimisers.py", "minibatches.py", "mlp.py", "shard.py", "streams.py")


@dataclass(frozen=True)
class TrainingPlan:
    """How to train: how many steps, on how many samples each, with which optimiser.

    Every job starts its optimiser afresh: momentum and Adam's moments do not survive a job, so a model that trains for
    ten steps twice is not the model that trains for twenty.

    Attributes:
        steps: optimiser steps.
        batch_size: samples in a minibatch; a smaller shard, or the end of an epoch, makes a smaller one.
        optimiser: "sgd" (as in torch: v = momentum v + g, w -= learning_rate v) or "adam" (beta .9 and .999).
        learning_rate: step width.
        momentum: of sgd; adam takes none.
    """

    steps: int
    batch_size: int
    optimiser: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1:
            raise ValueError(f"training takes one or more steps and samples: {self.steps} steps of {self.batch_size}")
        if self.optimiser not in ("sgd", "adam"):
            raise ValueError(f"unknown optimiser {self.optimiser!r}; there are sgd and adam")
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ValueError(f"a learning rate is positive and finite, not {self.learning_rate}")
        if not 0 <= self.momentum < 1 or (self.optimiser == "adam" and self.momentum):
            raise ValueError(f"momentum is at least 0 and below 1, and 0 for adam, not {self.momentum}")

    def samples(self, held: int) -> int:
        """Return how many samples pass through training, counted once a step, for a node that holds so many."""
        full, rest = divmod(self.steps, math.ceil(held / self.batch_size))
        return full * held + rest * self.batch_size


@dataclass(frozen=True, eq=False)
class TrainingJob:
    """A model to train on a shard by a plan, with the seed for the order of samples."""

    model: Model
    shard: Shard
    plan: TrainingPlan
    seed: int

    def __post_init__(self) -> None:
        shapes = list(self.model.structure.shapes.values())
        if not len(self.shard) or self.shard.features.shape[1] != shapes[0][-1]:
            raise ValueError(
                f"a model of {shapes[0][-1]} inputs cannot train on a shard of {tuple(self.shard.features.shape)}"
            )
        if int(self.shard.labels.max()) >= shapes[-1][0]:
            raise ValueError(f"the shard has label {int(self.shard.labels.max())}, the model {shapes[-1][0]} classes")

    @property
    def samples(self) -> int:
        """Number of samples that pass through training, counted once a step."""
        return self.plan.samples(len(self.shard))

    @property
    def work_flop(self) -> int:
        """Work of the whole job [FLOP], known before it runs."""
        return self.samples * self.model.structure.training_flop_per_sample

    @property
    def signature(self) -> str:
        """What jobs must have in common to be computed in one batch: structure and plan."""
        return json.dumps([self.model.structure.specification(), asdict(self.plan)], sort_keys=True)

    def key(self, fingerprint: Mapping[str, str]) -> str:
        """Return the SHA-256 [hex] of everything that the result depends on.

        That is the weights, the structure, the plan, the seed, the shard's content, the source of the trainer (its
        paddings included) and the fingerprint of the machine.
        """
        described = [
            self.signature,
            self.model.bits,
            self.seed,
            self.shard.digest,
            _trainer_source(),
            dict(fingerprint),
        ]
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode() + b"\0")
        hash_model(digest, self.model)
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What came of a job: the trained model (32 bits), the mean of the minibatches' losses, and the samples it took."""

    model: Model
    loss: float
    samples: int


def job_seed(scenario_seed: int, node: str, task: str, number: int) -> int:
    """Return the seed of a node's job of that number in a task: 63 bits, from names, never from time or a counter."""
    return hashed_seed(scenario_seed, "job", node, task, number)


@functools.cache
def _trainer_source() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"\0".join((folder / name).read_bytes() for name in _SOURCES)).hexdigest()
