"""Training jobs: a fixed number of steps on a fixed shard: cost is known before, and the result is a pure function."""

import functools
import hashlib
import inspect
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

import torch

from .found_out import found_out
from .model import Model, hash_model
from .shard import Shard
from .streams import hashed_seed
from .structure import Structure
from .teacher import Teacher

_SOURCES = (
    "trainer.py",
    "device.py",
    "feed.py",
    "stack.py",
    "arrangement.py",
    "flat_weights.py",
    "plain.py",
    "objective.py",
    "teacher.py",
    "terms.py",
    "optimisers.py",
    "minibatches.py",
    "structure.py",
    "shard.py",
    "streams.py",
    "pcg64.py",
    "backbone.py",
)


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
        proximal: FedProx's mu (Li et al. 2020, arXiv 1812.06127): how strongly the job's anchor pulls.
        frozen: layers that stay as they are.
    """

    steps: int
    batch_size: int
    optimiser: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.0
    proximal: float = 0.0
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch_size < 1:
            raise ValueError(f"training takes one or more steps and samples: {self.steps} steps of {self.batch_size}")
        if self.optimiser not in ("sgd", "adam"):
            raise ValueError(f"unknown optimiser {self.optimiser!r}; there are sgd and adam")
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ValueError(f"a learning rate is positive and finite, not {self.learning_rate}")
        if not 0 <= self.momentum < 1 or (self.optimiser == "adam" and self.momentum):
            raise ValueError(f"momentum is at least 0 and below 1, and 0 for adam, not {self.momentum}")
        if not (self.proximal >= 0 and math.isfinite(self.proximal)):
            raise ValueError(f"a pull is at least 0 and finite, not {self.proximal}")

    def samples(self, held: int) -> int:
        """Return how many samples pass through training, counted once a step, for a node that holds so many."""
        full, rest = divmod(self.steps, math.ceil(held / self.batch_size))
        return full * held + rest * self.batch_size


class Signature(NamedTuple):
    """Structure, plan, and kinds of what is added: jobs of equal signatures are computed together."""

    structure: Structure
    plan: TrainingPlan
    corrected: bool
    taught: bool


@dataclass(frozen=True, eq=False)
class TrainingJob:
    """A model to train on a shard by a plan, with the seed for the order of samples.

    Attributes:
        model, shard, plan, seed: what is trained, on what, how, and in which order.
        anchor: towards which the plan's `proximal` pulls; without one, the model as it begins.
        correction: added to the gradients of each step, by name of the weight (SCAFFOLD's c - c_i, arXiv 1910.06378).
        teacher: what another model said of the shard.
    """

    model: Model
    shard: Shard
    plan: TrainingPlan
    seed: int
    anchor: Model | None = None
    correction: Mapping[str, torch.Tensor] | None = None
    teacher: Teacher | None = None

    def __post_init__(self) -> None:
        structure = self.model.structure
        structure.check(self.shard)
        if self.plan.frozen:
            self._check_frozen(structure.layers)
        if self.anchor is not None and self.anchor.structure != structure:
            raise ValueError(f"an anchor has the model's structure, not {self.anchor.structure}")
        if self.correction is not None and {
            name: tuple(tensor.shape) for name, tensor in self.correction.items()
        } != dict(structure.shapes):
            raise ValueError(f"a correction has a tensor for each weight of the model, not {sorted(self.correction)}")
        if self.teacher is not None and len(self.teacher) != len(self.shard):
            raise ValueError(f"the teacher speaks of {len(self.teacher)} samples, the shard has {len(self.shard)}")

    def _check_frozen(self, layers: Sequence[str]) -> None:
        unknown = sorted(set(self.plan.frozen) - set(layers))
        if unknown or set(self.plan.frozen) == set(layers):
            there = ", ".join(layers)
            raise ValueError(f"cannot freeze {', '.join(unknown) or 'every layer'}; the model has {there}")

    @found_out
    def samples(self) -> int:
        """Number of samples that pass through training, counted once a step."""
        return self.plan.samples(len(self.shard))

    @found_out
    def work_flop(self) -> int:
        """Work of the whole job [FLOP], known before it runs; what a teacher's words cost is not in it."""
        return self.samples * _training_flop(self.model.structure, self.plan.frozen)

    @found_out
    def signature(self) -> "Signature":
        """What jobs must have in common to be computed in one batch."""
        return Signature(self.model.structure, self.plan, self.correction is not None, self.teacher is not None)

    def key(self, fingerprint: Mapping[str, str]) -> str:
        """Return the SHA-256 [hex] of everything that the result depends on.

        That is all weights (the anchor's and the correction too), the structure, the plan, the seed, the shard's and
        the teacher's content, the source of the trainer (its paddings included) and of the model's family, and the
        fingerprint of the machine.
        """
        structure = type(self.model.structure)
        described = [
            self.model.structure.specification(),
            asdict(self.plan),
            [self.correction is not None, self.teacher is not None],
            self.model.bits,
            self.seed,
            self.shard.digest,
            self.teacher and self.teacher.digest,
            self.anchor is not None,
            _trainer_source(),
            _family_source(structure),
            [f"{name} {_version(name)}" for name in structure.libraries],
            dict(fingerprint),
        ]
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode() + b"\0")
        for model in filter(None, (self.model, self.anchor)):
            hash_model(digest, model)
        if self.correction is not None:
            for name in self.model.weights:
                digest.update(self.correction[name].numpy().tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What came of a job.

    Attributes:
        model: as trained, in 32 bits.
        loss: mean over the minibatches of their mean loss on the labels; what anchor and teacher add is not in it.
        samples: how many it took, counted once a step.
    """

    model: Model
    loss: float
    samples: int


def circumstances(structure: type[Structure]) -> dict[str, str]:
    """Return what a result depends on beside its job and the machine: sources, and versions of a family's libraries."""
    versions = {name: _version(name) for name in structure.libraries}
    return {"trainer": _trainer_source(), "family": _family_source(structure), **versions}


def job_seed(scenario_seed: int, node: str, task: str, number: int) -> int:
    """Return the seed of a node's job of that number in a task: 63 bits, from names, never from time or a counter."""
    return hashed_seed(scenario_seed, "job", node, task, number)


@functools.lru_cache(maxsize=256)
def _training_flop(structure: Structure, frozen: tuple[str, ...]) -> int:
    return structure.training_flop(frozen)


@functools.cache
def _trainer_source() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"\0".join((folder / name).read_bytes() for name in _SOURCES)).hexdigest()


@functools.cache
def _family_source(structure: type[Structure]) -> str:
    return hashlib.sha256(Path(inspect.getfile(structure)).read_bytes()).hexdigest()


@functools.cache
def _version(library: str) -> str:
    return metadata.version(library)
