"""Sizes: the structure of a family with more or fewer units in a layer, or more or fewer layers.

Every size becomes the smallest whole number that is not below its share: ceil(share * size). Inputs and outputs stay.
"""

import math
from dataclasses import replace
from functools import singledispatch

from wayfare.models.cnn import CNNStructure
from wayfare.models.linear import LinearStructure
from wayfare.models.mlp import MLPStructure
from wayfare.models.structure import Structure
from wayfare.models.transformer import TransformerStructure

_ROUNDING = 1e-9  # 0.1 * 30 is a little more than 3


@singledispatch
def resized(structure: Structure, width: float) -> Structure:
    """Return the structure with a share of the units of every hidden layer; of a transformer, of its heads, whole.

    Raises:
        ValueError: the family has no hidden units, or these cannot become so many.
    """
    raise ValueError(f"the width of a {structure.family} model cannot be scaled: {_why_not(structure)}")


@resized.register
def _(structure: MLPStructure, width: float) -> Structure:
    hidden = _shares(structure.widths[1:-1], width)
    if not hidden:
        raise ValueError("the width of an MLP without hidden layers cannot be scaled")
    return replace(structure, widths=(structure.widths[0], *hidden, structure.widths[-1]))


@resized.register
def _(structure: CNNStructure, width: float) -> Structure:
    return replace(structure, channels=_shares(structure.channels, width), hidden=_shares(structure.hidden, width))


@resized.register
def _(structure: TransformerStructure, width: float) -> Structure:
    heads = _share(structure.heads, width)
    return replace(structure, heads=heads, width=heads * structure.width // structure.heads)


@singledispatch
def shortened(structure: Structure, depth: float) -> Structure:
    """Return the structure with the first layers only, a share of them, at least one, and the head.

    The head reads what the last layer kept has in common with the layer it read before: the smaller number of units.

    Raises:
        ValueError: the family has no layers to leave out, or the head could not read what the kept ones say.
    """
    raise ValueError(f"the depth of a {structure.family} model cannot be scaled: {_why_not(structure)}")


@shortened.register
def _(structure: MLPStructure, depth: float) -> Structure:
    hidden = structure.widths[1:-1]
    if not hidden:
        raise ValueError("the depth of an MLP without hidden layers cannot be scaled")
    kept = hidden[: _share(len(hidden), depth)]
    return replace(structure, widths=(structure.widths[0], *kept[:-1], min(kept[-1], hidden[-1]), structure.widths[-1]))


@shortened.register
def _(structure: CNNStructure, depth: float) -> Structure:
    channels, hidden = structure.channels, structure.hidden
    kept = _share(len(channels) + len(hidden), depth)
    places = structure.shapes["head.weight" if not hidden else "dense1.weight"][1] // channels[-1]
    if kept > len(channels):
        dense = hidden[: kept - len(channels)]
        return replace(structure, hidden=(*dense[:-1], min(dense[-1], hidden[-1])))
    if kept < len(channels) and structure.pooling > 1:
        raise ValueError(
            f"{len(channels) - kept} of a CNN's convolutions cannot be left out: each pools the image by "
            f"{structure.pooling}, and without them its next layer would see another number of pixels"
        )
    read = channels[-1] if not hidden else hidden[-1] // places
    if not read:
        raise ValueError(f"the head of this CNN reads {hidden[-1]} numbers, fewer than the {places} of one channel")
    return replace(structure, channels=(*channels[: kept - 1], min(channels[kept - 1], read)), hidden=())


@shortened.register
def _(structure: TransformerStructure, depth: float) -> Structure:
    return replace(structure, blocks=_share(structure.blocks, depth))


@singledispatch
def lengthened(structure: Structure, depth: float) -> Structure:
    """Return the structure with more layers before the head, `depth` times as many.

    Raises:
        ValueError: a further layer could not hand on what it reads.
    """
    raise ValueError(f"the depth of a {structure.family} model cannot be scaled: {_why_not(structure)}")


@lengthened.register
def _(structure: MLPStructure, depth: float) -> Structure:
    hidden = structure.widths[1:-1]
    if not hidden or structure.activation != "relu":
        raise ValueError(
            f"an MLP of widths {structure.widths} and {structure.activation} cannot grow deeper unchanged: only after "
            "a hidden layer with relu does a further one hand on what it reads"
        )
    more = _share(len(hidden), depth) - len(hidden)
    return replace(structure, widths=(*structure.widths[:-1], *(hidden[-1],) * more, structure.widths[-1]))


@lengthened.register
def _(structure: CNNStructure, depth: float) -> Structure:
    layers = len(structure.channels) + len(structure.hidden)
    read = structure.shapes["head.weight"][1]
    return replace(structure, hidden=(*structure.hidden, *(read,) * (_share(layers, depth) - layers)))


@lengthened.register
def _(structure: TransformerStructure, depth: float) -> Structure:
    return replace(structure, blocks=_share(structure.blocks, depth))


def _shares(sizes: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(_share(size, share) for size in sizes)


def _share(size: int, share: float) -> int:
    return max(1, math.ceil(size * share - _ROUNDING))


def _why_not(structure: Structure) -> str:
    if isinstance(structure, LinearStructure):
        return "it has inputs and outputs and nothing between"
    return "its family says nothing of hidden layers" if structure.family != "lora" else "its base is frozen; take rank"
