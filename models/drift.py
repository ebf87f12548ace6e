"""Drift: how the data of nodes changes with virtual time.

A drift is a pure function of time: at any moment it is in some phase, and a phase says what every node holds. Only the
parts of a split move, each with its training and its validation samples, so a sample that validates once never trains,
no sample is at two nodes at once, and the samples of the test set are at no node at any time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import numpy as np
from annotated_types import Ge, Gt

from .streams import Stream

if TYPE_CHECKING:
    from .shard import Shard
    from .split import Split

Test = Literal["fixed", "follows"]
_NS = 1e9


class Drift(Protocol):
    """A way in which the data of nodes changes with time."""

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the parts that the data is dealt into: those of the nodes, and of further ones.

        Raises:
            ValueError: the drift is not possible with these nodes.
        """
        ...

    def phase(self, time_s: float) -> int:
        """Return the number of the phase at a time [s]; it never falls."""
        ...

    def next_change_s(self, time_s: float) -> float | None:
        """Return when the phase after that of a time begins [s], or None if it is the last."""
        ...

    def split(self, dealt: "Split", nodes: Sequence[str], phase: int, stream: Stream) -> "Split":
        """Return what every node holds in a phase, out of the parts that were dealt.

        Raises:
            ValueError: the drift is not possible with this data.
        """
        ...


@dataclass(frozen=True)
class Steady:
    """Every node keeps the data it has."""

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the nodes."""
        return list(nodes)

    def phase(self, _: float) -> int:
        """Return 0."""
        return 0

    def next_change_s(self, _: float) -> None:
        """Return None."""

    def split(self, dealt: "Split", *_: object) -> "Split":
        """Return what was dealt."""
        return dealt


@dataclass(frozen=True)
class Rotation:
    """Data moves from node to node in rounds: node i has part i first, then part i + 1, and so on in a circle.

    With more parts than nodes the others wait, as where a few devices pass through many places. With the partition
    `groups` each part is one or more natural groups.
    """

    every_s: Annotated[float, "Time that a node has one part.", Ge(1e-9)]
    parts: Annotated[int | None, "Parts that the data is dealt into; by default one for each node.", Ge(2)] = None
    test: Annotated[
        Test, "Whether the test set stays the same, or has only the groups (else classes) that nodes hold at the time."
    ] = "fixed"

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the nodes, then of the parts that wait at first.

        Raises:
            ValueError: there are more nodes than parts, or a single part.
        """
        count = self.parts or len(nodes)
        if count < max(2, len(nodes)):
            raise ValueError(f"{count} parts cannot rotate over {len(nodes)} nodes: at least 2 parts, and one a node")
        return [*nodes, *(f"part {number}" for number in range(len(nodes) + 1, count + 1))]

    def phase(self, time_s: float) -> int:
        """Return how many times the parts have moved."""
        return _ns(time_s) // _ns(self.every_s)

    def next_change_s(self, time_s: float) -> float:
        """Return when they move next [s]."""
        return (self.phase(time_s) + 1) * _ns(self.every_s) / _NS

    def split(self, dealt: "Split", nodes: Sequence[str], phase: int, _: Stream) -> "Split":
        """Return the parts at their nodes."""
        parts = list(dealt.train)
        held = {node: parts[(number + phase) % len(parts)] for number, node in enumerate(nodes)}
        return _at_nodes(dealt, held, self.test)


@dataclass(frozen=True)
class Switch:
    """At one moment every node's data goes to another node, drawn at random: nobody keeps what it had."""

    at_s: Annotated[float, "The moment.", Ge(0)]

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the nodes.

        Raises:
            ValueError: there is only one.
        """
        return _pairs(nodes)

    def phase(self, time_s: float) -> int:
        """Return 0 before the moment and 1 from then on."""
        return int(_ns(time_s) >= _ns(self.at_s))

    def next_change_s(self, time_s: float) -> float | None:
        """Return the moment [s], before it."""
        return None if self.phase(time_s) else self.at_s

    def split(self, dealt: "Split", nodes: Sequence[str], phase: int, stream: Stream) -> "Split":
        """Return the parts at their nodes."""
        return _at_nodes(dealt, _exchanged(nodes, stream), "fixed") if phase else dealt


@dataclass(frozen=True)
class Mixture:
    """Every node's data goes to another node, drawn at random, bit by bit: what a node holds is a mixture meanwhile."""

    start_s: Annotated[float, "When it begins.", Ge(0)]
    end_s: Annotated[float, "When all has moved.", Gt(0)]
    steps: Annotated[int, "Number of equal steps, the last at the end.", Ge(1)] = 10

    def __post_init__(self) -> None:
        """Refuse an end that is not after the start."""
        if _ns(self.end_s) <= _ns(self.start_s):
            raise ValueError(f"the mixture ends at {self.end_s:g} s and starts at {self.start_s:g} s; it takes time")

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the nodes.

        Raises:
            ValueError: there is only one.
        """
        return _pairs(nodes)

    def phase(self, time_s: float) -> int:
        """Return how many steps are done."""
        start, end = _ns(self.start_s), _ns(self.end_s)
        return min(max(0, (_ns(time_s) - start) * self.steps // (end - start)), self.steps)

    def next_change_s(self, time_s: float) -> float | None:
        """Return when the next step is [s], before the last."""
        done, start, end = self.phase(time_s), _ns(self.start_s), _ns(self.end_s)
        # Rounded up to the nanosecond, so that the step is done when its time has come.
        return None if done == self.steps else (start - (start - end) * (done + 1) // self.steps) / _NS

    def split(self, dealt: "Split", nodes: Sequence[str], phase: int, stream: Stream) -> "Split":
        """Return the mixtures at their nodes: a part's samples go in a random order of its own, and each goes once."""
        if phase in (0, self.steps):
            return _at_nodes(dealt, _exchanged(nodes, stream), "fixed") if phase else dealt
        train, validation, domains = {}, {}, {}
        for node, other in _exchanged(nodes, stream).items():
            train[node] = self._mixed(dealt.train, node, other, phase, stream)
            validation[node] = self._mixed(dealt.validation, node, other, phase, stream)
            domains[node] = dealt.domains[node] | dealt.domains[other]
        return replace(dealt, train=train, validation=validation, domains=domains)

    def _mixed(self, shards: "Mapping[str, Shard]", node: str, other: str, phase: int, stream: Stream) -> "Shard":
        """Return what has not left the node, and what has left the other."""
        pieces = []
        for part, gone in ((node, False), (other, True)):
            shard = shards[part]
            order = stream(f"leaving {part}").permutation(len(shard))
            count = len(shard) * phase // self.steps
            chosen = np.sort(order[:count] if gone else order[count:])
            pieces.append(replace(shard, features=shard.features[chosen], labels=shard.labels[chosen]))
        return pieces[0].concatenate(pieces)


@dataclass(frozen=True)
class LabelRotation:
    """What samples mean changes: in every round each label becomes the next, the last one the first.

    The test set follows by default, for its old labels are wrong then; where it stays fixed, the accuracy is that on
    the first meaning.
    """

    every_s: Annotated[float, "Length of a round.", Ge(1e-9)]
    by: Annotated[int, "How many labels further each label moves.", Ge(1)] = 1
    test: Annotated[Test, "Whether the labels of the test set stay, or change as well."] = "follows"

    def part_names(self, nodes: Sequence[str]) -> list[str]:
        """Return the names of the nodes."""
        return list(nodes)

    def phase(self, time_s: float) -> int:
        """Return how many times labels have moved."""
        return _ns(time_s) // _ns(self.every_s)

    def next_change_s(self, time_s: float) -> float:
        """Return when they move next [s]."""
        return (self.phase(time_s) + 1) * _ns(self.every_s) / _NS

    def split(self, dealt: "Split", _: Sequence[str], phase: int, __: Stream) -> "Split":
        """Return the shards with the labels of a phase.

        Raises:
            ValueError: the data has no classes.
        """
        if dealt.test.task != "classification":
            raise ValueError(f"labels rotate in classification alone, not in {dealt.test.task}")

        def moved(shard: "Shard") -> "Shard":
            return replace(shard, labels=(shard.labels + phase * self.by) % dealt.classes)

        return replace(
            dealt,
            test=moved(dealt.test) if self.test == "follows" else dealt.test,
            train={node: moved(shard) for node, shard in dealt.train.items()},
            validation={node: moved(shard) for node, shard in dealt.validation.items()},
        )


DRIFTS: dict[str, type[Drift]] = {
    "steady": Steady,
    "rotation": Rotation,
    "switch": Switch,
    "mixture": Mixture,
    "label-rotation": LabelRotation,
}


def _ns(time_s: float) -> int:
    """Return a time in whole nanoseconds, in which 0.3 s is three times 0.1 s."""
    return round(time_s * _NS)


def _pairs(nodes: Sequence[str]) -> list[str]:
    if len(nodes) < 2:
        raise ValueError(f"data moves between two or more nodes, not {list(nodes)}")
    return list(nodes)


def _exchanged(nodes: Sequence[str], stream: Stream) -> dict[str, str]:
    """Return whose part each node gets: one random cycle through all (Sattolo 1986), so that no node keeps its own."""
    whose, rng = list(nodes), stream("exchange")
    for last in range(len(whose) - 1, 0, -1):
        other = int(rng.integers(last))
        whose[last], whose[other] = whose[other], whose[last]
    return dict(zip(nodes, whose, strict=True))


def _at_nodes(dealt: "Split", held: dict[str, str], test: Test) -> "Split":
    """Return the split in which each node holds the part named for it."""
    domains = {node: dealt.domains[part] for node, part in held.items()}
    seen = np.isin(dealt.test_domains, sorted(frozenset[int]().union(*domains.values())))
    whole = test == "fixed" or seen.all() or not seen.any()
    shard = dealt.test
    return replace(
        dealt,
        test=shard if whole else replace(shard, features=shard.features[seen], labels=shard.labels[seen]),
        train={node: dealt.train[part] for node, part in held.items()},
        validation={node: dealt.validation[part] for node, part in held.items()},
        domains=domains,
        test_domains=dealt.test_domains if whole else dealt.test_domains[seen],
    )
