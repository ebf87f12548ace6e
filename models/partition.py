"""Partitions: ways of spreading samples over nodes. Every sample goes to exactly one node."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from .dataset import Indices
from .streams import Stream

Minimum = Annotated[int, "Samples that every node gets at least.", Ge(1)]


class Partition(Protocol):
    """A way of spreading samples over nodes."""

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Args:
            labels: (samples,) what the partition goes by: the class of each sample, or its group where there are none.
            nodes: Names of the nodes.
            stream: Chance by name.
            groups: (samples,) the natural group of each sample.

        Raises:
            ValueError: the samples cannot be spread so.
        """
        ...


@dataclass(frozen=True)
class Iid:
    """Every node gets an equal number of samples, drawn at random from all."""

    minimum: Minimum = 10

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Raises:
            ValueError: there are too few samples for `minimum` each.
        """
        _check(labels, nodes, self.minimum)
        shuffled = stream("order").permutation(len(labels))
        return dict(zip(nodes, map(np.sort, np.array_split(shuffled, len(nodes))), strict=True))


@dataclass(frozen=True)
class Dirichlet:
    """Each class is spread over the nodes in random proportions; the smaller alpha, the fewer nodes hold most of it.

    Proportions are Dirichlet(alpha) over nodes for each class, as in Yurochkin et al. 2019 (arXiv 1905.12022). A node's
    draws come from its own stream. Nodes left with fewer than `minimum` samples get the missing ones from the largest.
    """

    alpha: Annotated[
        float, "Concentration: towards 0 each class is at one node, towards infinity at all alike.", Gt(0)
    ] = 0.3
    minimum: Minimum = 10

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Raises:
            ValueError: there are too few samples for `minimum` each.
        """
        _check(labels, nodes, self.minimum)
        classes = np.unique(labels)
        logarithms = np.stack(
            [_log_gamma_draws(self.alpha, len(classes), stream(f"share of {node}")) for node in nodes]
        )
        shares = np.exp(logarithms - logarithms.max(axis=0))
        parts: list[list[Indices]] = [[] for _ in nodes]
        for column, label in enumerate(classes):
            members = stream(f"order of class {label}").permutation(np.flatnonzero(labels == label))
            ends = np.cumsum(shares[:, column]) / shares[:, column].sum()
            cuts = np.round(ends[:-1] * len(members)).astype(int)
            for part, piece in zip(parts, np.split(members, cuts), strict=True):
                part.append(piece)
        held = _level([np.concatenate(part) for part in parts], self.minimum)
        return dict(zip(nodes, map(np.sort, held), strict=True))


@dataclass(frozen=True)
class ClassesPerNode:
    """Each node holds samples of a fixed number of classes, as in the pathological split of McMahan et al. 2017.

    Classes are dealt so that their numbers of holders differ by at most one; the holders of a class share it equally.
    """

    classes: Annotated[int, "Classes that each node holds.", Ge(1)] = 2
    minimum: Minimum = 10

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Raises:
            ValueError: there are fewer classes than a node should hold, too few nodes to hold all classes, or too few
                samples for `minimum` each.
        """
        _check(labels, nodes, self.minimum)
        present = np.unique(labels)
        if self.classes > len(present):
            raise ValueError(f"a node cannot hold {self.classes} classes: the data has {len(present)}")
        if self.classes * len(nodes) < len(present):
            raise ValueError(
                f"{len(nodes)} nodes of {self.classes} classes cannot hold {len(present)}: raise `classes` or add nodes"
            )
        holders = self._deal(len(present), len(nodes), stream("deal"))
        parts: list[list[Indices]] = [[] for _ in nodes]
        for label, holding in zip(present, holders, strict=True):
            members = stream(f"order of class {label}").permutation(np.flatnonzero(labels == label))
            for node, piece in zip(holding, np.array_split(members, len(holding)), strict=True):
                parts[node].append(piece)
        held = dict(zip(nodes, (np.sort(np.concatenate(part)) for part in parts), strict=True))
        return _at_least(held, self.minimum)

    def _deal(self, classes: int, nodes: int, rng: np.random.Generator) -> list[list[int]]:
        """Return the nodes that hold each class: every node takes the classes least held so far, ties at random."""
        holders: list[list[int]] = [[] for _ in range(classes)]
        for node in range(nodes):
            order = sorted(rng.permutation(classes), key=lambda one: len(holders[one]))
            for one in order[: self.classes]:
                holders[one].append(node)
        return holders


@dataclass(frozen=True)
class Quantity:
    """Nodes hold different numbers of samples of the same kind; the smaller alpha, the fewer nodes hold most of them.

    Sizes are Dirichlet(alpha) over nodes, samples are drawn at random from all, as the quantity skew of Li et al. 2022
    (arXiv 2102.02079), whose alpha is the default. Nodes left with fewer than `minimum` get the missing ones from the
    largest.
    """

    alpha: Annotated[
        float, "Concentration: towards 0 one node holds all, towards infinity all hold the same.", Gt(0)
    ] = 0.5
    minimum: Minimum = 10

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Raises:
            ValueError: there are too few samples for `minimum` each.
        """
        _check(labels, nodes, self.minimum)
        logarithms = np.array([_log_gamma_draws(self.alpha, 1, stream(f"share of {node}"))[0] for node in nodes])
        ends = np.cumsum(np.exp(logarithms - logarithms.max()))
        cuts = np.round(ends[:-1] / ends[-1] * len(labels)).astype(int)
        held = _level(np.split(stream("order").permutation(len(labels)), cuts), self.minimum)
        return dict(zip(nodes, map(np.sort, held), strict=True))


@dataclass(frozen=True)
class ByGroup:
    """Each node holds whole natural groups: speakers, domains or files. Numbers of groups differ by at most one."""

    order: Annotated[
        Literal["random", "given"], "Whether groups are dealt at random, or in their order to the nodes in theirs."
    ] = "random"
    minimum: Minimum = 10

    def split(
        self, labels: Indices, nodes: Sequence[str], stream: Stream, groups: Indices | None = None
    ) -> dict[str, Indices]:
        """Return the sorted indices of each node's samples.

        Raises:
            ValueError: the data has no groups, fewer than there are nodes, or too few samples in some for `minimum`.
        """
        if groups is None:
            raise ValueError("the dataset has no natural groups; choose another partition")
        _check(labels, nodes, self.minimum)
        present = np.unique(groups)
        if len(present) < len(nodes):
            raise ValueError(f"{len(present)} groups are too few for {len(nodes)} nodes: each gets one at least")
        order = stream("order of groups").permutation(present) if self.order == "random" else present
        dealt = np.array_split(order, len(nodes))
        held = {node: np.flatnonzero(np.isin(groups, own)) for node, own in zip(nodes, dealt, strict=True)}
        return _at_least(held, self.minimum)


PARTITIONS: dict[str, type[Partition]] = {
    "iid": Iid,
    "dirichlet": Dirichlet,
    "classes": ClassesPerNode,
    "quantity": Quantity,
    "groups": ByGroup,
}


def _check(labels: Indices, nodes: Sequence[str], minimum: int) -> None:
    if not nodes or len(set(nodes)) != len(nodes):
        raise ValueError(f"a partition needs one or more nodes with different names, not {list(nodes)}")
    if len(labels) < minimum * len(nodes):
        raise ValueError(
            f"{len(labels)} samples are too few for {len(nodes)} nodes with `minimum: {minimum}` each: "
            f"lower `minimum` or use at most {len(labels) // minimum} nodes"
        )


def _at_least(held: dict[str, Indices], minimum: int) -> dict[str, Indices]:
    """Return what the nodes hold, if it is enough."""
    short = min(held, key=lambda node: len(held[node]))
    if len(held[short]) < minimum:
        raise ValueError(f"{short} gets {len(held[short])} samples, fewer than `minimum: {minimum}`")
    return held


def _log_gamma_draws(alpha: float, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return logarithms of Gamma(alpha) draws; by way of Gamma(alpha + 1) they do not underflow for a small alpha."""
    return np.log(rng.standard_gamma(alpha + 1, count)) + np.log1p(-rng.random(count)) / alpha


def _level(held: list[Indices], minimum: int) -> list[Indices]:
    """Move samples from the largest holder, one by one, to those with fewer than `minimum`."""
    for poor in range(len(held)):
        while len(held[poor]) < minimum:
            rich = max(range(len(held)), key=lambda node: (len(held[node]), -node))
            held[poor] = np.append(held[poor], held[rich][-1])
            held[rich] = held[rich][:-1]
    return held
