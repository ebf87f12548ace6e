"""MLP: the multi-layer perceptron family, fully connected layers with one activation between them.

Each layer is `layer<i>.weight` (out, in) and `layer<i>.bias` (out,), as in torch.nn.Linear. There is no dropout
and no normalisation. Features of any shape are flattened.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from annotated_types import Gt, Le

from .dataset import Task
from .found_out import found_out
from .structure import Size, Structure, check_task, check_whole

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

Activation = Literal["relu", "tanh"]

# Large is the 2NN of McMahan et al. 2017 (arXiv 1602.05629).
_SIZES: dict[Size, tuple[int, ...]] = {"tiny": (16,), "small": (32,), "medium": (128, 64), "large": (200, 200)}


@dataclass(frozen=True)
class MLP:
    """A multi-layer perceptron with a softmax over the classes, or numbers to predict."""

    size: Annotated[Size, "Named size: hidden layers of 16, of 32, of 128 and 64, or of 200 and 200."] = "small"
    hidden: Annotated[
        tuple[Annotated[int, Gt(0), Le(65_536)], ...] | None,
        "Widths of the hidden layers, from input to output, instead of those of the size.",
    ] = None
    activation: Annotated[Activation, "Non-linearity after each hidden layer."] = "relu"

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "classification") -> "MLPStructure":
        """Return the structure for samples of a shape, and `classes` labels or numbers to predict."""
        hidden = _SIZES[self.size] if self.hidden is None else self.hidden
        return MLPStructure((math.prod(shape), *hidden, classes), self.activation, task)


@dataclass(frozen=True)
class MLPStructure(Structure):
    """The widths of an MLP, inputs and classes included."""

    family: ClassVar[str] = "mlp"
    widths: tuple[int, ...]
    activation: Activation = "relu"
    task: Task = "classification"

    def __post_init__(self) -> None:
        check_whole("the widths of an MLP", self.widths, 2**31)
        check_task(self.family, self.task, "classification", "regression")
        if len(self.widths) < 2:
            raise ValueError(f"an MLP needs two or more widths, inputs and classes included: {self.widths}")
        if self.activation not in ("relu", "tanh"):
            raise ValueError(f"unknown activation {self.activation!r}; an MLP has relu or tanh")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Number of features."""
        return self.widths[:1]

    @property
    def outputs(self) -> int:
        """Classes, or numbers to predict."""
        return self.widths[-1]

    @found_out
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output."""
        return tuple(f"layer{number}" for number in range(1, len(self.widths)))

    @found_out
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in zip(self.layers, pairwise(self.widths), strict=True):
            shapes[f"{layer}.weight"] = (outputs, inputs)
            shapes[f"{layer}.bias"] = (outputs,)
        return shapes

    @property
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample [FLOP], by layer.

        2 * in * out for each matrix (a multiplication and an addition per weight), out for each bias and out for each
        hidden activation; the softmax is not counted.
        """
        flop = {}
        for layer, (inputs, outputs) in zip(self.layers, pairwise(self.widths), strict=True):
            flop[layer] = 2 * inputs * outputs + outputs + (outputs if layer != self.layers[-1] else 0)
        return flop

    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return values uniform in +-1/sqrt(in), weights and biases alike: torch.nn.Linear's rule."""
        bound = self.widths[self.layers.index(self.layer_of(name))] ** -0.5
        return rng.uniform(-bound, bound, self.shapes[name])

    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return the logits (samples, classes) or numbers (samples, outputs)."""
        import torch

        seen = inputs
        for layer in self.layers:
            seen = torch.nn.functional.linear(seen, weights[f"{layer}.weight"], weights[f"{layer}.bias"])
            if layer != self.layers[-1]:
                seen = torch.relu(seen) if self.activation == "relu" else torch.tanh(seen)
        return seen
