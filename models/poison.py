"""Poison: nodes whose samples have wrong labels on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len

if TYPE_CHECKING:
    from .shard import Shard
    from .split import Split


@dataclass(frozen=True)
class Poison:
    """Label flipping: at some nodes every sample of class l has the label L - 1 - l, of L classes.

    As Fang et al. have it (USENIX Security 2020, arXiv 1911.11815), after Biggio et al. 2012 (arXiv 1206.6389). Such a
    node trains, evaluates and sends like any other, and honestly says what labels it has. The test set stays right.
    """

    nodes: Annotated[tuple[str, ...], "The nodes that have wrong labels.", Len(1)]

    def check(self, holders: Sequence[str], task: str) -> None:
        """Refuse nodes without data, and data without classes.

        Raises:
            ValueError: there is one.
        """
        missing = [node for node in self.nodes if node not in holders]
        if missing:
            raise ValueError(f"no data is at {', '.join(map(repr, missing))}; it is at {', '.join(holders)}")
        if task != "classification":
            raise ValueError(f"labels are flipped in classification, not in {task}")

    def spoil(self, split: "Split") -> "Split":
        """Return what is held, with the wrong labels."""
        return replace(
            split,
            train={node: self._of(node, shard, split.classes) for node, shard in split.train.items()},
            validation={node: self._of(node, shard, split.classes) for node, shard in split.validation.items()},
        )

    def _of(self, node: str, shard: "Shard", classes: int) -> "Shard":
        return replace(shard, labels=classes - 1 - shard.labels) if node in self.nodes else shard
