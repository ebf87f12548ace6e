"""Scaling a model in all ways at once, and what it loses by that."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wayfare.models.model import Model

from .bits import scale_bits
from .growth import deepen, widen
from .nesting import part
from .rank import product_energy, scale_rank
from .report import ScaleReport, footprint
from .scale import Scale
from .sizes import resized, shortened
from .sparsity import sparsify


def scale_model(model: Model, scale: Scale, seed: int = 0) -> tuple[Model, ScaleReport]:
    """Return the model at a scale, and what that saves and loses: depth first, then width, rank, sparsity and bits.

    Args:
        model: what is scaled.
        scale: how.
        seed: for what is drawn where a model grows.

    Raises:
        ValueError: a model of this family does not scale so.
    """
    shaped, kept = reshape(model, scale, seed)
    scaled = scale_bits(sparsify(shaped, scale.sparsity), scale.bits)
    error = error_of(kept * kept_share(shaped, scaled))
    return scaled, ScaleReport(scale, footprint(model), footprint(scaled), error)


def reshape(model: Model, scale: Scale, seed: int = 0) -> tuple[Model, float]:
    """Return the dense 32-bit model at a scale's depth, width and rank, and the share of its energy that is left."""
    shaped, kept = Model(model.structure, model.weights), 1.0
    wider, deeper = partial(widen, seed=seed, units=scale.units), partial(deepen, seed=seed)
    for share, grow, shrunk in ((scale.depth, deeper, shortened), (scale.width, wider, resized)):
        if share > 1:
            shaped = grow(shaped, share)
        elif share < 1:
            whole, shaped = shaped, part(shaped, shrunk(shaped.structure, share))
            kept *= _share(_energy(shaped), _energy(whole))
    if scale.rank is not None:
        whole, shaped = shaped, scale_rank(shaped, scale.rank, seed)
        if shaped is not whole:
            kept *= min(1.0, _share(product_energy(shaped), product_energy(whole)))
    return shaped, kept


def kept_share(whole: Model, scaled: Model) -> float:
    """Return the share of the energy of a model's matrices that is left in one of the same structure."""
    matrices = [name for name, tensor in whole.weights.items() if tensor.ndim > 1]
    with np.errstate(invalid="ignore"):  # infinity less infinity, of a model that diverged
        lost = sum(_squares(scaled.weights[name].numpy() - whole.weights[name].numpy()) for name in matrices)
    return 1.0 - min(1.0, lost / _energy(whole)) if lost else 1.0


def error_of(kept: float) -> float:
    """Return the relative error of weights that keep a share of their energy."""
    return math.sqrt(max(0.0, 1.0 - kept))


def _energy(model: Model) -> float:
    """Return the sum of the squares of a model's matrices; vectors, such as norms, would drown small weights."""
    return sum(_squares(tensor.numpy()) for tensor in model.weights.values() if tensor.ndim > 1)


def _squares(values: NDArray[np.float32]) -> float:
    """Return the sum of squares, by NumPy, whose sums do not depend on the number of threads."""
    return float(np.square(values, dtype=np.float64).sum())


def _share(some: float, of: float) -> float:
    return some / of if of else 1.0
