"""Growth: a model made wider or deeper without changing what it says (Net2Net, Chen et al. 2016, arXiv 1511.05641)."""

import numpy as np
import torch
from numpy.typing import NDArray

from wayfare.models.cnn import CNNStructure
from wayfare.models.model import Model
from wayfare.models.streams import generator
from wayfare.models.transformer import TransformerStructure

from .anatomy import Axis, anatomy
from .scale import Units
from .sizes import lengthened, resized


def widen(model: Model, width: float, seed: int | None = None, units: Units = "copies") -> Model:
    """Return a model with more units that says the same, to rounding.

    Args:
        model: what grows.
        width: how many times as many units each hidden layer gets.
        seed: of what is drawn.
        units: what the new ones are. Copies of the first, second, ... share the outgoing weights of their unit: in
            equal parts, or, given a seed, in parts drawn from it; equal copies would get equal gradients for ever.
            Fresh ones begin as those of an untrained model, and nobody listens to them yet: their outgoing weights are
            zero (network morphism, Wei et al. 2016, arXiv 1603.01670).

    Raises:
        ValueError: the family has no hidden units; the number of a transformer's heads would not be a multiple of what
            it was, so that its layer normalisations would see another mean, as they would with fresh units; or channels
            are normalised in groups.
    """
    structure, grown = model.structure, resized(model.structure, width)
    if width < 1:
        raise ValueError(f"a model does not widen to {width} of its width")
    if isinstance(structure, TransformerStructure) and isinstance(grown, TransformerStructure):
        if grown.heads % structure.heads:
            raise ValueError(f"{structure.heads} heads cannot become {grown.heads} unchanged: take a whole multiple")
        if units == "fresh":
            raise ValueError("fresh units change what the layer normalisations of a transformer see: take copies")
    elif isinstance(structure, CNNStructure) and structure.norm != "none" and width > 1:
        raise ValueError("a CNN with group normalisation cannot grow wider unchanged: copies change the groups' means")
    before, after = anatomy(structure), anatomy(grown)
    if units == "fresh":
        drawn = grown.initial(0 if seed is None else seed).weights
        return Model(grown, {name: _beside(model.weights[name], drawn[name], after[name]) for name in drawn})
    copies = _Copies(seed)
    weights = {name: copies.of(tensor, before[name], after[name]) for name, tensor in model.weights.items()}
    return Model(grown, weights)


def deepen(model: Model, depth: float, seed: int = 0) -> Model:
    """Return a model with more layers before the head that says the same.

    A further layer of an MLP or CNN is fully connected and hands on what it reads; a further block of a transformer
    adds nothing yet to what it reads, its other weights being drawn from the seed.

    Raises:
        ValueError: the family has no such layers, or the model's activation does not hand on what it reads.
    """
    if depth < 1:
        raise ValueError(f"a model does not deepen to {depth} of its depth")
    structure, grown = model.structure, lengthened(model.structure, depth)
    weights = {}
    for name, shape in grown.shapes.items():
        layer = grown.layer_of(name)
        if layer in structure.layers[:-1]:
            weights[name] = model.weights[name]
        elif layer == grown.layers[-1]:
            weights[name] = model.weights[name.replace(layer, structure.layers[-1], 1)]
        elif not isinstance(structure, TransformerStructure):
            weights[name] = torch.eye(*shape) if len(shape) == 2 else torch.zeros(shape)
        elif name.endswith(("mixing.weight", "narrowing.weight")):
            weights[name] = torch.zeros(shape)
        else:
            drawn = grown.draw(name, generator(seed, "deepen", name))
            weights[name] = torch.from_numpy(drawn.astype("float32"))
    return Model(grown, weights)


def _beside(tensor: torch.Tensor, drawn: torch.Tensor, axes: tuple[Axis, ...]) -> torch.Tensor:
    """Return drawn weights with a tensor's own in the first places, which read nothing of the units that are new."""
    grown = drawn.clone()
    own = tuple(slice(size) for size in tensor.shape)
    for dimension, axis in enumerate(axes):
        if axis.group is not None and axis.reads:
            new = list(own)
            new[dimension] = slice(tensor.shape[dimension], None)
            grown[tuple(new)] = 0.0
    grown[own] = tensor
    return grown


class _Copies:
    """Which unit each new one copies, and its share of what is read from that unit, by group of units."""

    def __init__(self, seed: int | None) -> None:
        self._seed = seed
        self._shares: dict[str, NDArray[np.float64]] = {}

    def of(self, tensor: torch.Tensor, before: tuple[Axis, ...], after: tuple[Axis, ...]) -> torch.Tensor:
        """Return a tensor with rows and columns for all the units that there are after."""
        grown = tensor.to(torch.float64)
        for dimension, (old, new) in enumerate(zip(before, after, strict=True)):
            if old.group is None:
                continue
            copied = np.arange(new.units) % old.units
            inside = (copied[:, None] * old.places + np.arange(old.places)).ravel()
            index = [part * old.units * old.places + inside for part in range(old.parts)]
            grown = grown.index_select(dimension, torch.from_numpy(np.concatenate(index)))
            if old.reads:
                share = np.tile(self._share(old.group, copied).repeat(old.places), old.parts)
                grown = grown * torch.from_numpy(share).view(-1, *[1] * (grown.ndim - dimension - 1))
        return grown.to(torch.float32).contiguous()

    def _share(self, group: str, copied: NDArray[np.int64]) -> NDArray[np.float64]:
        if group not in self._shares:
            drawn = np.ones(len(copied))
            if self._seed is not None:
                drawn = generator(self._seed, "widen", group).uniform(0.5, 1.5, len(copied))
            self._shares[group] = drawn / np.bincount(copied, weights=drawn)[copied]
        return self._shares[group]
