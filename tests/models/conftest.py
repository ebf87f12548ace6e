"""Small models, shards and jobs, and the digits, for the tests of this room."""

import numpy as np
import pytest
import torch

from wayfare.models import Dataset, Digits, MLPStructure, Shard, TrainingJob, TrainingPlan


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
def make_jobs(make_shard):
    """Jobs of one signature with different models, seeds and sizes of shard."""

    def make(structure: MLPStructure, plan: TrainingPlan, count: int) -> list[TrainingJob]:
        return [
            TrainingJob(
                structure.initial(number),
                make_shard(1 + number * 7 % 45, structure.widths[0], structure.widths[-1], number),
                plan,
                seed=number,
            )
            for number in range(count)
        ]

    return make
