"""Split: who gets which samples: the test set, which no node sees, and every node's training and validation shards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .dataset import Dataset
from .partition import ClassesPerNode, Dirichlet, Iid, Indices
from .shard import Shard
from .streams import Stream


@dataclass(frozen=True, eq=False)
class Split:
    """A dataset given out. The three parts share no sample; `test` is for the observer alone."""

    test: Shard
    train: dict[str, Shard]
    validation: dict[str, Shard]


def split_data(
    dataset: Dataset,
    partition: Iid | Dirichlet | ClassesPerNode,
    nodes: Sequence[str],
    stream: Stream,
    test_fraction: float = 0.2,
    validation_fraction: float = 0.1,
) -> Split:
    """Hold out the test set, spread the rest over the nodes, and split off each node's validation set.

    The test set takes the same fraction of every class, and depends on the stream and the fraction only, not on the
    nodes. A node validates on one sample at least and trains on one at least.

    Raises:
        ValueError: a fraction is not between 0 and 1, or the partition leaves a node with fewer than two samples.
    """
    if not (0 < test_fraction < 1 and 0 < validation_fraction < 1):
        raise ValueError(
            f"fractions lie between 0 and 1, not {test_fraction} for test, {validation_fraction} for validation"
        )
    test = _stratified(dataset, test_fraction, stream)
    rest = np.setdiff1d(np.arange(len(dataset.labels)), test)
    train, validation = {}, {}
    for node, held in partition.split(dataset.labels[rest], nodes, lambda name: stream(f"partition: {name}")).items():
        if len(held) < 2:
            raise ValueError(f"{node} gets one sample, too few to train and validate: raise the partition's `minimum`")
        shuffled = rest[stream(f"validation: {node}").permutation(held)]
        count = min(max(1, round(validation_fraction * len(held))), len(held) - 1)
        validation[node], train[node] = _shard(dataset, shuffled[:count]), _shard(dataset, shuffled[count:])
    return Split(_shard(dataset, test), train, validation)


def _stratified(dataset: Dataset, fraction: float, stream: Stream) -> Indices:
    """Return sorted indices of the nearest whole number of samples to `fraction` of each class."""
    chosen = []
    for label in np.unique(dataset.labels):
        members = stream(f"test: class {label}").permutation(np.flatnonzero(dataset.labels == label))
        chosen.append(members[: round(fraction * len(members))])
    return np.sort(np.concatenate(chosen))


def _shard(dataset: Dataset, indices: Indices) -> Shard:
    ordered = np.sort(indices)
    features, labels = torch.from_numpy(dataset.features[ordered]), torch.from_numpy(dataset.labels[ordered])
    return Shard(features, labels, dataset.scale)
