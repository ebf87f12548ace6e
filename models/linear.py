"""Linear: the family of linear models: multinomial logistic regression, or linear regression.

The one layer is `layer1.weight` (out, in) and `layer1.bias` (out,), as in an MLP without hidden layers; but it
begins at zero.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from .dataset import Task
from .found_out import found_out
from .structure import Structure, check_task, check_whole

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Linear:
    """A linear model: logistic regression over the classes, or linear regression where there are numbers to predict."""

    bias: Annotated[bool, "Whether a constant is added to each output."] = True

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "classification") -> "LinearStructure":
        """Return the structure for samples of a shape, and `classes` labels or numbers to predict."""
        return LinearStructure((math.prod(shape), classes), self.bias, task)


@dataclass(frozen=True)
class LinearStructure(Structure):
    """Inputs and outputs of a linear model."""

    family: ClassVar[str] = "linear"
    widths: tuple[int, int]
    bias: bool = True
    task: Task = "classification"

    def __post_init__(self) -> None:
        check_whole("the widths of a linear model", self.widths, 2**31)
        check_task(self.family, self.task, "classification", "regression")
        if len(self.widths) != 2 or type(self.bias) is not bool:
            raise ValueError(f"a linear model has inputs and outputs, and a bias or none: {self.widths}, {self.bias}")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Number of features."""
        return self.widths[:1]

    @property
    def outputs(self) -> int:
        """Classes, or numbers to predict."""
        return self.widths[1]

    @found_out
    def layers(self) -> tuple[str, ...]:
        """Name of the only layer."""
        return ("layer1",)

    @found_out
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of the weight matrix and, if there is one, of the bias."""
        inputs, outputs = self.widths
        return {"layer1.weight": (outputs, inputs)} | ({"layer1.bias": (outputs,)} if self.bias else {})

    @property
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample [FLOP], counted as in an MLP: 2 * in * out, and out for the bias."""
        inputs, outputs = self.widths
        return {"layer1": 2 * inputs * outputs + (outputs if self.bias else 0)}

    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return zeros: the loss is convex, so there is no symmetry to break."""
        import numpy as np

        return np.zeros(self.shapes[name])

    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return the logits (samples, classes) or numbers (samples, outputs)."""
        import torch

        return torch.nn.functional.linear(inputs, weights["layer1.weight"], weights.get("layer1.bias"))
