"""What the models and samples that arrive must have in common with those of the run."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wayfare.models.shard import Shard
    from wayfare.models.structure import Structure

    from .packets.packet import Contents


@dataclass(frozen=True)
class Likeness:
    """What every node of a run knows of its task: then nothing that arrives can be of another.

    Attributes:
        structure: Of the run's model; those that arrive may be of another family or size.
        samples: Some samples of the run.
    """

    structure: "Structure"
    samples: "Shard | None" = None

    def check(self, contents: "Contents") -> None:
        """Check what has arrived.

        Raises:
            ValueError: It is a model with other inputs, outputs or task, or samples of another kind.
        """
        if getattr(contents, "structure", None) is self.structure:
            return
        from wayfare.models.model import Model
        from wayfare.models.shard import Shard

        if isinstance(contents, Model):
            self._check_model(contents.structure)
        elif isinstance(contents, Shard):
            self.structure.check(contents)
            if self.samples is not None and _kind(contents) != _kind(self.samples):
                raise ValueError(f"samples of {_kind(contents)}, where those of the run are {_kind(self.samples)}")

    def _check_model(self, other: "Structure") -> None:
        mine, theirs = ((one.task, math.prod(one.input_shape), one.outputs) for one in (self.structure, other))
        if mine != theirs:
            raise ValueError(f"a model of {theirs}, where those of the run are {mine}: task, inputs, outputs")


def _kind(shard: "Shard") -> tuple[object, ...]:
    return (shard.task, shard.scale, shard.features.dtype, shard.features.shape[1:], shard.labels.shape[1:])
