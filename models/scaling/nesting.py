"""Nesting: which rows and columns of a parent's weights a sub-model holds, told by the two structures alone.

The units of a sub-model are the first of the parent's, layer by layer (HeteroFL, Diao et al. 2021, arXiv 2010.01264;
the ordered dropout of FjORD, Horvath et al. 2021, arXiv 2102.13451), its layers are the parent's first, and its head is
the parent's, as much of it as reads the units there are.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from wayfare.models.mlp import MLPStructure
from wayfare.models.model import Model, tensor_of
from wayfare.models.structure import Structure

from .anatomy import Axis, anatomy

# For each dimension of a tensor of the sub-model the indices into the parent's, as numpy.ix_ shapes them.
Place = tuple[NDArray[np.intp], ...]


def nested_places(parent: Structure, child: Structure) -> Mapping[str, tuple[str, Place]]:
    """Return, for every weight of a sub-model, the parent's weight that it is part of, and where.

    Raises:
        ValueError: the child is no sub-model of the parent.
    """
    if parent == child:
        return {name: (name, np.ix_(*map(np.arange, shape))) for name, shape in child.shapes.items()}
    _check_kinship(parent, child)
    ours, theirs = anatomy(parent), anatomy(child)
    nested = {}
    for name in child.shapes:
        source = _name_in_parent(parent, child, name)
        if source not in ours or len(ours[source]) != len(theirs[name]):
            raise ValueError(f"a model of {child} is no part of {parent}: its {name} has no counterpart")
        pairs = zip(ours[source], theirs[name], strict=True)
        nested[name] = source, np.ix_(*(_indices(own, held, name) for own, held in pairs))
    return nested


def part(model: Model, child: Structure) -> Model:
    """Return the sub-model of a structure that a model holds.

    Raises:
        ValueError: the structure is no sub-model's.
    """
    places = nested_places(model.structure, child)
    held = {name: model.weights[source].numpy()[place] for name, (source, place) in places.items()}
    return Model(child, {name: tensor_of(values) for name, values in held.items()})


def put_back(model: Model, trained: Model) -> Model:
    """Return a model with the part that a sub-model holds replaced by it.

    Raises:
        ValueError: it is no sub-model.
    """
    weights = {name: tensor.numpy().copy() for name, tensor in model.weights.items()}
    for name, (source, place) in nested_places(model.structure, trained.structure).items():
        weights[source][place] = trained.weights[name].numpy()
    return Model(model.structure, {name: tensor_of(values) for name, values in weights.items()})


def _check_kinship(parent: Structure, child: Structure) -> None:
    """Check what must be the same in both, beside the sizes of hidden layers."""
    kept = ("activation", "context", "kernel", "pooling", "norm", "tied", "shape")
    differ = [name for name in kept if getattr(parent, name, None) != getattr(child, name, None)]
    ends = ("family", "task", "input_shape", "outputs")
    differ += [name for name in ends if getattr(parent, name) != getattr(child, name)]
    if parent.family == "transformer" and not differ:
        sizes = [getattr(structure, "width", 0) // getattr(structure, "heads", 1) for structure in (parent, child)]
        differ += ["size of heads"] if sizes[0] != sizes[1] else []
    if parent.family in ("linear", "lora"):
        differ += ["rank, and adapters go back by product or by stacking" if parent.family == "lora" else "bias"]
    if differ:
        raise ValueError(f"a model of {child} is no part of {parent}: they differ in {', '.join(differ)}")


def _name_in_parent(parent: Structure, child: Structure, name: str) -> str:
    """Return the parent's name of a weight; an MLP counts its head among its layers."""
    layer = child.layer_of(name)
    if isinstance(child, MLPStructure) and layer == child.layers[-1]:
        return name.replace(layer, parent.layers[-1], 1)
    return name if layer in (parent.layers[:-1] if layer != "head" else parent.layers) else ""


def _indices(own: Axis, taken: Axis, name: str) -> NDArray[np.intp]:
    """Return the indices of the first units of an axis, in every part of it."""
    length, held = own.units * own.places, taken.units * taken.places
    # A head that now reads the channels of an image reads them as the numbers that it read before.
    fits = own.places == taken.places or own.places == 1
    if own.parts != taken.parts or held > length or not fits:
        raise ValueError(f"a sub-model's {name} has {held} entries where its parent has {length} of other units")
    return np.concatenate([start * length + np.arange(held) for start in range(own.parts)])
