"""Small models, shards and jobs, and the digits, for the tests of this room."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from wayfare.models import (
    Dataset,
    Digits,
    LoRA,
    Model,
    Shard,
    Structure,
    TrainingJob,
    TrainingPlan,
    named_streams,
)
from wayfare.models.dataset import UNCOUNTED


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return Digits().load()


@pytest.fixture(scope="session")
def make_shard():
    def make(samples: int, features: int, classes: int, seed: int) -> Shard:
        rng = np.random.Generator(np.random.PCG64(seed))
        features_ = torch.from_numpy(rng.integers(0, 17, (samples, features), dtype=np.uint8))
        return Shard(features_, torch.from_numpy(rng.integers(0, classes, samples)), 1 / 16)

    return make


@pytest.fixture(scope="session")
def make_fitting(make_shard):
    """Make a shard that a model of any family can learn from, its features flat."""

    def make(structure: Structure, samples: int, seed: int) -> Shard:
        rng = np.random.Generator(np.random.PCG64(seed))
        width = math.prod(structure.input_shape)
        if structure.task == "classification":
            return make_shard(samples, width, structure.outputs, seed)
        if structure.task == "regression":
            features, labels = rng.normal(size=(samples, width)), rng.normal(size=(samples, structure.outputs))
            return Shard(torch.from_numpy(features).float(), torch.from_numpy(labels).float(), 1.0, "regression")
        text = torch.from_numpy(rng.integers(97, 123, (samples, width + 1)))
        labels = text[:, 1:].masked_fill(torch.from_numpy(rng.random((samples, width)) < 0.1), UNCOUNTED)
        return Shard(text[:, :-1].to(torch.uint8), labels, 1.0, "language")

    return make


@pytest.fixture(scope="session")
def make_jobs(make_fitting):
    """Jobs of one signature with different models, seeds and sizes of shard."""

    def make(structure: Structure, plan: TrainingPlan, count: int) -> list[TrainingJob]:
        return [
            TrainingJob(
                structure.initial(number), make_fitting(structure, 1 + number * 7 % 45, number), plan, seed=number
            )
            for number in range(count)
        ]

    return make


@pytest.fixture(scope="session")
def adapted_structure():
    return LoRA(rank=4).structure((16,), 10)


@pytest.fixture(scope="session")
def make_adapted(adapted_structure):
    """Make a model of adapters of any rank, whose factors are independent normal numbers."""

    def make(seed: int, rank: int = 4) -> Model:
        structure, stream = dataclasses.replace(adapted_structure, rank=rank), named_streams(seed)
        drawn = {name: stream(name).normal(size=shape) for name, shape in structure.shapes.items()}
        return Model(structure, {name: torch.from_numpy(values).float() for name, values in drawn.items()})

    return make


@pytest.fixture(scope="session")
def products():
    """Return what a model's adapters add to each layer: (alpha / rank) B A, float64."""

    def of(model: Model) -> dict[str, torch.Tensor]:
        weights, factor = model.weights, model.structure.alpha / model.structure.rank
        layers = [name.removesuffix(".lora_A.weight") for name in weights if ".lora_A." in name]
        return {
            layer: factor * weights[f"{layer}.lora_B.weight"].double() @ weights[f"{layer}.lora_A.weight"].double()
            for layer in layers
        }

    return of
