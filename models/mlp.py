"""MLP: the multi-layer perceptron family, fully connected layers with one activation between them.

Each layer is `layer<i>.weight` (out, in) and `layer<i>.bias` (out,), as in torch.nn.Linear. There is no dropout
and no normalisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from annotated_types import Gt, Le

from .streams import generator

if TYPE_CHECKING:
    from .model import Model

Activation = Literal["relu", "tanh"]


@dataclass(frozen=True)
class MLP:
    """A multi-layer perceptron with a softmax over the classes."""

    hidden: Annotated[
        tuple[Annotated[int, Gt(0), Le(65_536)], ...], "Widths of the hidden layers, from input to output."
    ] = (32,)
    activation: Annotated[Activation, "Non-linearity after each hidden layer."] = "relu"

    def structure(self, features: int, classes: int) -> "MLPStructure":
        """Return the structure for inputs of `features` numbers and `classes` possible labels."""
        return MLPStructure((features, *self.hidden, classes), self.activation)


@dataclass(frozen=True)
class MLPStructure:
    """The widths of an MLP, inputs and classes included."""

    family: ClassVar[str] = "mlp"
    widths: tuple[int, ...]
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or any(type(width) is not int or width < 1 for width in self.widths):
            raise ValueError(
                f"an MLP needs two or more positive whole widths, inputs and classes included: {self.widths}"
            )
        if self.activation not in ("relu", "tanh"):
            raise ValueError(f"unknown activation {self.activation!r}; an MLP has relu or tanh")

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output."""
        return tuple(f"layer{number}" for number in range(1, len(self.widths)))

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in zip(self.layers, pairwise(self.widths), strict=True):
            shapes[f"{layer}.weight"] = (outputs, inputs)
            shapes[f"{layer}.bias"] = (outputs,)
        return shapes

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(inputs * outputs + outputs for inputs, outputs in pairwise(self.widths))

    @property
    def forward_flop_per_sample(self) -> int:
        """Work of one forward pass over one sample [FLOP].

        2 * in * out for each matrix (a multiplication and an addition per weight), out for each bias and out for each
        hidden activation; the softmax is not counted.
        """
        layers = sum(2 * inputs * outputs + outputs for inputs, outputs in pairwise(self.widths))
        return layers + sum(self.widths[1:-1])

    @property
    def training_flop_per_sample(self) -> int:
        """Work of a training step per sample of its minibatch [FLOP]: three forward passes.

        The backward pass costs twice the forward pass (Kaplan et al., "Scaling Laws for Neural Language Models", 2020,
        section 2.1; Hobbhahn and Sevilla, "What's the backward-forward FLOP ratio for neural networks?", 2021).
        """
        return 3 * self.forward_flop_per_sample

    def initial(self, seed: int) -> "Model":
        """Return the model with weights and biases uniform in +-1/sqrt(in), torch.nn.Linear's rule."""
        import torch

        from .model import Model

        weights = {}
        for name, shape in self.shapes.items():
            bound = self.widths[self.layers.index(name.partition(".")[0])] ** -0.5
            drawn = generator(seed, "initial", name).uniform(-bound, bound, shape)
            weights[name] = torch.from_numpy(drawn.astype("float32"))
        return Model(self, weights)

    def specification(self) -> dict[str, Any]:
        """Return the whole structure as JSON-able data."""
        return {"family": self.family, "widths": list(self.widths), "activation": self.activation}

    @classmethod
    def from_specification(cls, specification: Mapping[str, Any]) -> Self:
        """Return the structure that `specification()` described.

        Raises:
            ValueError: the specification has missing or unknown keys, or is not that of an MLP.
        """
        if set(specification) != {"family", "widths", "activation"} or specification["family"] != cls.family:
            raise ValueError(f"not the specification of an MLP: {dict(specification)}")
        if not isinstance(specification["widths"], list | tuple):
            raise ValueError(f"the widths of an MLP are a list of whole numbers, not {specification['widths']!r}")
        return cls(tuple(specification["widths"]), specification["activation"])
