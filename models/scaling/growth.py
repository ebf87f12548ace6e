"""Growth: a model made wider or deeper without changing what it says (Net2Net, Chen et al. 2016, arXiv 1511.05641)."""

import numpy as np
import torch
from numpy.typing import NDArray

from wayfare.models.cnn import CNNStructure
from wayfare.models.model import Model
from wayfare.models.streams import generator
from wayfare.models.transformer import TransformerStructure

from .anatomy import Axis, anatomy
from .sizes import lengthened, resized


def widen(model: Model, width: float, seed: int | None = None) -> Model:
    """Return a model with more units that says the same, to rounding: new units are copies of the first, second, ...

    The copies of a unit share its outgoing weights: in equal parts, or, given a seed, in parts drawn from it. Equal
    copies would get equal gradients for ever; with unequal parts they part in training, and no noise is needed.

    Raises:
        ValueError: the family has no hidden units; the number of a transformer's heads would not be a multiple of what
            it was, so that its layer normalisations would see another mean; or channels are normalised in groups.
    """
    structure, grown = model.structure, resized(model.structure, width)
    if width < 1:
        raise ValueError(f"a model does not widen to {width} of its width")
    if isinstance(structure, TransformerStructure) and isinstance(grown, TransformerStructure):
        if grown.heads % structure.heads:
            raise ValueError(f"{structure.heads} heads cannot become {grown.heads} unchanged: take a whole multiple")
    elif isinstance(structure, CNNStructure) and structure.norm != "none" and width > 1:
        raise ValueError("a CNN with group normalisation cannot grow wider unchanged: copies change the groups' means")
    copies = _Copies(seed)
    before, after = anatomy(structure), anatomy(grown)
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
