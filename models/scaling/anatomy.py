"""Anatomy: which units the dimensions of a model's weights stand for, so that width means the same in every family."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise

from wayfare.models.cnn import CNNStructure
from wayfare.models.mlp import MLPStructure
from wayfare.models.structure import Structure
from wayfare.models.transformer import TransformerStructure


@dataclass(frozen=True)
class Axis:
    """One dimension of a weight tensor: `parts` times `units` times `places` entries.

    Attributes:
        units: number of units.
        group: the units' name, shared by all tensors that write to them or read from them; without one they are the
            model's inputs or outputs, or otherwise fixed.
        parts: how often all units are there, as in queries, keys and values.
        places: entries of one unit, as in the pixels of a channel.
        reads: whether the tensor reads from the units, so that copies of a unit share its entry.
    """

    units: int
    group: str | None = None
    parts: int = 1
    places: int = 1
    reads: bool = False


@singledispatch
def anatomy(structure: Structure) -> Mapping[str, tuple[Axis, ...]]:
    """Return the axes of every weight tensor of a structure, by name.

    Raises:
        ValueError: the family has no hidden units that could be more or fewer.
    """
    raise ValueError(f"a model of family {structure.family} has no hidden units: its width and depth cannot be scaled")


@anatomy.register
def _(structure: MLPStructure) -> Mapping[str, tuple[Axis, ...]]:
    groups = (None, *structure.layers[:-1], None)
    axes: dict[str, tuple[Axis, ...]] = {}
    for layer, widths, (read, written) in zip(
        structure.layers, pairwise(structure.widths), pairwise(groups), strict=True
    ):
        inputs, outputs = Axis(widths[0], read, reads=True), Axis(widths[1], written)
        axes |= {f"{layer}.weight": (outputs, inputs), f"{layer}.bias": (outputs,)}
    return axes


@anatomy.register
def _(structure: CNNStructure) -> Mapping[str, tuple[Axis, ...]]:
    shapes, axes = structure.shapes, dict[str, tuple[Axis, ...]]()
    read, units = None, structure.shape[2] if len(structure.shape) == 3 else 1
    for layer in structure.layers:
        shape = shapes[f"{layer}.weight"]
        inputs = Axis(units, read, places=shape[1] // units, reads=True)
        read = None if layer == "head" else layer
        units = shape[0]
        outputs = Axis(units, read)
        axes[f"{layer}.weight"] = (outputs, inputs, *(Axis(side) for side in shape[2:]))
        for name in ("bias", "norm.weight", "norm.bias"):
            if f"{layer}.{name}" in shapes:
                axes[f"{layer}.{name}"] = (outputs,)
    return axes


@anatomy.register
def _(structure: TransformerStructure) -> Mapping[str, tuple[Axis, ...]]:
    width, shapes = structure.width, structure.shapes
    stream, heads, wide = Axis(width, "stream"), Axis(width, "heads"), Axis(4 * width, "wide")
    parts = {
        "attention": (Axis(width, "heads", parts=3), _reading(stream)),
        "mixing": (stream, _reading(heads)),
        "widening": (wide, _reading(stream)),
        "narrowing": (stream, _reading(wide)),
    }
    fixed = {name: (Axis(shape[0]), stream) for name, shape in shapes.items() if name.startswith("embedding.")}
    axes: dict[str, tuple[Axis, ...]] = dict(fixed)
    for layer in structure.layers[1:-1]:
        for part, (outputs, inputs) in parts.items():
            named = {"norm.weight": (stream,), "norm.bias": (stream,), "weight": (outputs, inputs), "bias": (outputs,)}
            axes |= {f"{layer}.{part}.{end}": axis for end, axis in named.items() if f"{layer}.{part}.{end}" in shapes}
    # The embedding, which writes to the stream, is the tied head too: then copies share in what the norm hands on.
    last = _reading(stream) if structure.tied else stream
    axes |= {"head.norm.weight": (last,), "head.norm.bias": (last,)}
    return axes if structure.tied else axes | {"head.weight": (Axis(shapes["head.weight"][0]), _reading(stream))}


def _reading(axis: Axis) -> Axis:
    return Axis(axis.units, axis.group, axis.parts, axis.places, reads=True)
