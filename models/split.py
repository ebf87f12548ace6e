"""Split: who gets which samples: the test set, which no node sees; every node's own; and those that all know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from .dataset import Dataset, Indices
from .partition import Partition
from .shard import Shard
from .streams import Stream


@dataclass(frozen=True, eq=False)
class Split:
    """A dataset given out. The parts share no sample; `test` is for the observer alone.

    Attributes:
        test: the held-out samples.
        train: what each node trains on.
        validation: what each node evaluates on.
        classes: number of classes of the dataset.
        domains: numbers of the groups that each node trains on; of the classes where the data has no groups.
        test_domains: (samples,) the same of each test sample.
        left_out: number of samples that nobody holds because they equal one of the test set, or a public one.
        public: samples that every node knows and none holds as its own, if there are any.
    """

    test: Shard
    train: Mapping[str, Shard]
    validation: Mapping[str, Shard]
    classes: int = 0
    domains: Mapping[str, frozenset[int]] = field(default_factory=dict)
    test_domains: Indices = field(default_factory=lambda: np.zeros(0, np.int64))
    left_out: int = 0
    public: Shard | None = None


def split_data(
    dataset: Dataset,
    partition: Partition,
    nodes: Sequence[str],
    stream: Stream,
    test_fraction: float = 0.2,
    validation_fraction: float = 0.1,
    public_fraction: float = 0.0,
) -> Split:
    """Hold out the test set and the public samples, spread the rest, and split off each node's validation set.

    The test set takes the same fraction of every class, or of every group where the task has no classes, and depends
    on the stream and the fraction only, not on the nodes. A dataset with a test set of its own keeps that one,
    whatever the fraction. The public samples are the same fraction of what the test set leaves of every class or group.
    Equal samples are all in the test set or none, all public or none, and of those at one node all in its training set
    or all in its validation set. A node validates on one sample at least and trains on one at least.

    Raises:
        ValueError: a fraction is not between 0 and 1, nothing can be held out, or the partition leaves a node
            without two different samples.
    """
    if not (0 < test_fraction < 1 and 0 < validation_fraction < 1 and 0 <= public_fraction < 1):
        raise ValueError(
            f"fractions lie between 0 and 1, not {test_fraction} for test, {validation_fraction} for validation, "
            f"{public_fraction} for public"
        )
    everything = np.arange(len(dataset))
    test = _test(dataset, test_fraction, stream) if dataset.held_out is None else np.sort(dataset.held_out)
    rest = _without(dataset, everything, test)
    public = _stratified(dataset, rest, public_fraction, stream, "public") if public_fraction else everything[:0]
    if public_fraction and not len(public):
        raise ValueError(f"a public fraction of {public_fraction:g} of {len(rest)} samples is none at all")
    rest = _without(dataset, rest, public)
    domains = dataset.strata if dataset.groups is None else dataset.groups
    groups = None if dataset.groups is None else dataset.groups[rest]
    train, validation, trained = {}, {}, {}
    dealt = partition.split(dataset.strata[rest], nodes, lambda name: stream(f"partition: {name}"), groups)
    for node, held in dealt.items():
        if len(held) < 2:
            raise ValueError(f"{node} gets one sample, too few to train and validate: raise the partition's `minimum`")
        shuffled = rest[stream(f"validation: {node}").permutation(held)]
        count = min(max(1, round(validation_fraction * len(held))), len(held) - 1)
        chosen = _held_out(dataset, shuffled, count)
        if not chosen.any():
            raise ValueError(f"{node} gets {len(held)} samples that are all the same, too few to train and validate")
        validation[node], train[node] = _shard(dataset, shuffled[chosen]), _shard(dataset, shuffled[~chosen])
        trained[node] = frozenset(np.unique(domains[shuffled[~chosen]]).tolist())
    left_out = len(dataset) - len(test) - len(public) - len(rest)
    shared = _shard(dataset, public) if len(public) else None
    return Split(_shard(dataset, test), train, validation, dataset.classes, trained, domains[test], left_out, shared)


def _test(dataset: Dataset, fraction: float, stream: Stream) -> Indices:
    """Return sorted indices of the test set."""
    test = _stratified(dataset, np.arange(len(dataset)), fraction, stream, "test")
    if not 0 < len(test) < len(dataset):
        raise ValueError(f"a test set of {fraction:g} of {len(dataset)} samples leaves it or the nodes without any")
    return test


def _stratified(dataset: Dataset, among: Indices, fraction: float, stream: Stream, part: str) -> Indices:
    """Return sorted indices of the nearest whole number of samples to `fraction` of each stratum."""
    strata, kind = dataset.strata[dataset.originals[among]], "class" if dataset.task == "classification" else "group"
    chosen = []
    for stratum in np.unique(strata):
        members = stream(f"{part}: {kind} {stratum}").permutation(among[strata == stratum])
        chosen.append(members[_held_out(dataset, members, round(fraction * len(members)))])
    return np.sort(np.concatenate(chosen))


def _without(dataset: Dataset, indices: Indices, taken: Indices) -> Indices:
    """Return the indices of samples that equal none of those taken."""
    return indices[~np.isin(dataset.originals[indices], dataset.originals[taken])]


def _held_out(dataset: Dataset, shuffled: Indices, count: int) -> NDArray[np.bool_]:
    """Return which of the samples to hold out: the first that make up the count, equal ones all or none.

    Equal ones that would go beyond the count are passed over. If all would, the fewest are taken; but where all samples
    are equal, none is.
    """
    _, kind, sizes = np.unique(dataset.originals[shuffled], return_inverse=True, return_counts=True)
    if len(sizes) == len(shuffled):
        return np.arange(len(shuffled)) < count
    taken, room = np.zeros(len(sizes), bool), count
    for one in dict.fromkeys(kind.tolist()):
        if sizes[one] <= room:
            taken[one] = True
            room -= sizes[one]
    if count and len(sizes) > 1 and not taken.any():
        taken[sizes.argmin()] = True
    chosen: NDArray[np.bool_] = taken[kind]
    return chosen


def _shard(dataset: Dataset, indices: Indices) -> Shard:
    ordered = np.sort(indices)
    features, labels = torch.from_numpy(dataset.features[ordered]), torch.from_numpy(dataset.labels[ordered])
    return Shard(features, labels, dataset.scale, dataset.task)
