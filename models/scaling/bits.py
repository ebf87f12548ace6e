"""Bits: a model's values rounded to what a format of few bits can carry."""

import torch

from wayfare.models.formats import FORMATS, Bits, format_of
from wayfare.models.model import Model, tensor_of


def scale_bits(model: Model, bits: Bits) -> Model:
    """Return the model as it travels in so many bits per weight.

    Every weight is rounded to the nearest value that the format can carry, and limited to its range (at 16 bits
    +-65504); at 32 the values stay, so what was once rounded stays rounded. Training returns a 32-bit model: scale
    again before sending.

    Raises:
        ValueError: there is no such format.
    """
    if bits not in FORMATS:
        raise ValueError(f"a model travels in {', '.join(map(repr, FORMATS))} bits per weight, not {bits!r}")
    return Model(
        model.structure,
        {name: _nearest(tensor, bits) for name, tensor in model.weights.items()} if bits != 32 else model.weights,
        bits,
        model.sparse,
    )


def _nearest(tensor: torch.Tensor, bits: Bits) -> torch.Tensor:
    values = tensor.numpy()
    return tensor_of(format_of(bits, values.shape).nearest(values))
