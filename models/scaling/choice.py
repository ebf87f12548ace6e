"""Choosing the scale at which a model fits a link or a node."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from wayfare.models.adapter import LoRAStructure
from wayfare.models.formats import Bits
from wayfare.models.layouts import shape_bytes
from wayfare.models.model import Model
from wayfare.models.packing import pack_model

from .bits import scale_bits
from .report import ScaleReport, footprint, training_memory_bytes
from .scale import Choices, Scale
from .scaler import error_of, kept_share, reshape
from .sparsity import kept_weights, sparsify

_ANY = Choices()


def scale_to(
    model: Model,
    *,
    size_bytes: float = math.inf,
    memory_bytes: float = math.inf,
    flop_per_sample: float = math.inf,
    choices: Choices = _ANY,
) -> tuple[Model, ScaleReport]:
    """Return the model at the scale that loses least and stays within limits.

    Of all combinations the one with the least error of `ScaleReport`; of equal ones the first, in the order of the
    choices: by depth, width, rank, sparsity and bits. A shape whose own error is no better than the best found so far
    is not looked into, nor a combination whose codes, before rounding makes more of them zero, are too many. Model,
    limits and choices alone decide.

    Args:
        model: what must fit.
        size_bytes: most bytes of the packed model: what a link can carry in the time there is.
        memory_bytes: most memory in training, as `Footprint` counts it.
        flop_per_sample: most work of one training step per sample.
        choices: what to choose from.

    Raises:
        ValueError: nothing that may be chosen is so small, and the message names the smallest there is; or the family
            cannot take any of it.
    """
    shapes = sorted(_shapes(model, choices), key=lambda shape: error_of(shape.kept))
    if not shapes:
        raise ValueError(f"a model of family {model.structure.family} has none of the scales in {choices}")
    fitting = [
        shape
        for shape in shapes
        if training_memory_bytes(shape.model.structure.parameters) <= memory_bytes
        and shape.model.structure.training_flop_per_sample <= flop_per_sample
    ]
    best: tuple[Model, Scale, float] | None = None
    for shape in fitting:
        for scaled, scale, error in _compressed(shape, choices, size_bytes, math.inf if best is None else best[2]):
            best = scaled, scale, error
    if best is None:
        limits = {"bytes": size_bytes, "bytes of memory": memory_bytes, "FLOP per sample": flop_per_sample}
        raise ValueError(_too_large(shapes, choices, limits))
    scaled, scale, error = best
    return scaled, ScaleReport(scale, footprint(model), footprint(scaled), error)


@dataclass(frozen=True, eq=False)
class _Shape:
    """A model at some depth, width and rank, and the share of energy it keeps."""

    model: Model
    scale: Scale
    kept: float


def _shapes(model: Model, choices: Choices) -> Iterator[_Shape]:
    """Yield the model at every depth, width and rank that there may be and that its family can take."""
    seen = set()
    for depth, width, rank in product(choices.depths, choices.widths, _ranks(model, choices.ranks)):
        scale = Scale(width, depth, rank)
        try:
            shaped, kept = reshape(model, scale)
        except ValueError:
            continue
        if shaped.structure not in seen:
            seen.add(shaped.structure)
            yield _Shape(shaped, scale, kept)


def _ranks(model: Model, chosen: Sequence[int]) -> Sequence[int | None]:
    if not isinstance(model.structure, LoRAStructure):
        return [None]
    largest = model.structure.rank
    if chosen:
        return [rank for rank in chosen if rank <= largest]
    return [largest >> halvings for halvings in range(largest.bit_length())]


def _compressed(
    shape: _Shape, choices: Choices, size_bytes: float, least: float
) -> Iterator[tuple[Model, Scale, float]]:
    """Yield what of a shape fits into bytes and loses less than anything before."""
    for sparsity in choices.sparsities:
        small = [bits for bits in choices.bits if _code_bytes(shape.model, sparsity, bits) <= size_bytes]
        sparse = sparsify(shape.model, sparsity) if small else shape.model
        if error_of(shape.kept * kept_share(shape.model, sparse)) >= least:
            continue
        for bits in small:
            scaled = scale_bits(sparse, bits)
            error = error_of(shape.kept * kept_share(shape.model, scaled))
            if error < least and len(pack_model(scaled)) <= size_bytes:
                least = error
                yield scaled, Scale(shape.scale.width, shape.scale.depth, shape.scale.rank, sparsity, bits), error


def _code_bytes(model: Model, sparsity: float, bits: Bits) -> int:
    """Return the size of a model's codes and scales at a sparsity and bits, without the header [bytes]."""
    kept = {shape: kept_weights(shape, 1 - sparsity) for shape in model.structure.shapes.values()}
    return sum(shape_bytes(shape, bits, kept[shape] if sparsity else None) for shape in model.structure.shapes.values())


def _too_large(shapes: Sequence[_Shape], choices: Choices, limits: Mapping[str, float]) -> str:
    """Say what was asked, and the least that each could be."""
    smallest = min(shapes, key=lambda shape: shape.model.structure.parameters).model
    least = [
        footprint(scale_bits(sparsify(smallest, sparsity), bits))
        for sparsity, bits in product(choices.sparsities, choices.bits)
    ]
    size, memory = min(taken.size_bytes for taken in least), least[0].memory_bytes
    flop = min(shape.model.structure.training_flop_per_sample for shape in shapes)
    asked = ", ".join(f"{limit:.15g} {unit}" for unit, limit in limits.items() if limit < math.inf)
    return (
        f"no scale that may be chosen fits into {asked}: the smallest takes {size} bytes, {memory} bytes of memory and "
        f"{flop} FLOP per sample"
    )
