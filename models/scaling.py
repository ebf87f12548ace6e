"""Scaling a model to fit a link: fewer bits per weight."""

import torch

from .model import Bits, Model

_LARGEST_FLOAT16 = 65504.0


def scale_bits(model: Model, bits: Bits) -> Model:
    """Return the model as it travels in so many bits per weight.

    At 16 bits every weight is rounded to the nearest float16 (and limited to +-65504, its largest); at 32 the values
    stay, so what was once rounded stays rounded. Training returns a 32-bit model: scale again before sending.
    """
    if bits == 32:
        return Model(model.structure, model.weights, bits=32)
    return Model(model.structure, {name: _round16(tensor) for name, tensor in model.weights.items()}, bits=bits)


def _round16(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.clamp(-_LARGEST_FLOAT16, _LARGEST_FLOAT16).to(torch.float16).to(torch.float32)
