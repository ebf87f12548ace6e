"""ScaleReport: what a model takes before and after it was scaled, and what was lost."""

from dataclasses import dataclass

from wayfare.models.model import Model
from wayfare.models.packing import pack_model

from .scale import Scale

# Weight, gradient, and two moments of Adam, float32 each.
_TRAINING_BYTES_PER_WEIGHT = 16


@dataclass(frozen=True)
class Footprint:
    """What a model takes.

    Attributes:
        size_bytes: as it travels, packed.
        memory_bytes: in training: weights, gradients and two numbers of the optimiser for each, in float32 whatever it
            travels in. Activations, and the frozen base of adapters, are not in it.
        forward_flop: of one forward pass over one sample.
        training_flop: of one training step per sample of its minibatch.
    """

    size_bytes: int
    memory_bytes: int
    forward_flop: int
    training_flop: int


@dataclass(frozen=True)
class ScaleReport:
    """What came of scaling a model.

    Attributes:
        scale: how it was scaled.
        before, after: what it took, and takes.
        error: from 0 to 1, the relative error of the weight matrices: the root of the share of their energy (sum of
            squares) that is lost. What a sub-model does not hold is lost; adapters that change rank count by their
            products. Growth loses nothing.
    """

    scale: Scale
    before: Footprint
    after: Footprint
    error: float


def footprint(model: Model) -> Footprint:
    """Return what a model takes."""
    structure = model.structure
    return Footprint(
        len(pack_model(model)),
        training_memory_bytes(structure.parameters),
        structure.forward_flop_per_sample,
        structure.training_flop_per_sample,
    )


def training_memory_bytes(parameters: int) -> int:
    """Return the memory for training so many weights [bytes], as a footprint counts it."""
    return parameters * _TRAINING_BYTES_PER_WEIGHT
