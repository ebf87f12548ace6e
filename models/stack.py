"""MLPStack: the parameters of several MLPs of one structure side by side, and their passes as batched matrix products.

Every width and every minibatch is padded with zeros to a multiple of 16, and the whole to a multiple of 64, so that
each model's rows start on a 64-byte boundary and no vector loop ends in a scalar remainder, which would serve the last
model only.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeGuard

import numpy as np
import torch
from numpy.typing import NDArray

from .arrangement import Place, padded
from .flat_weights import FlatWeights
from .linear import LinearStructure
from .mlp import MLPStructure
from .model import Model
from .structure import Structure

_NEVER = -1e30  # bias of a class that does not exist: its probability is exactly 0


def stackable(structure: Structure) -> TypeGuard[MLPStructure | LinearStructure]:
    """Say whether models of a structure can be stacked: linear ones and MLPs, both with biases, that classify."""
    if isinstance(structure, LinearStructure):
        return structure.bias and structure.task == "classification"
    return isinstance(structure, MLPStructure) and structure.task == "classification"


class MLPStack:
    """Models of one structure, stacked: copies of their weights, to be trained in place.

    Attributes:
        rows: samples that each model sees in a pass, padded.
        parameters, gradients: flat tensors; `weights` (models, out, in) and `biases` (models, 1, out) of each layer
            are views into the first.
    """

    def __init__(self, models: Sequence[Model], structure: MLPStructure | LinearStructure, samples: int) -> None:
        self.structure, self.count, self.rows = structure, len(models), padded(samples)
        self.widths = [padded(width) for width in structure.widths]
        per_model = sum(i * o + o for i, o in pairwise(self.widths))
        self.parameters = torch.zeros(padded(self.count * per_model, 64))
        self.gradients = torch.zeros_like(self.parameters)
        self.weights, self.biases = self._views(self.parameters)
        self._weight_gradients, self._bias_gradients = self._views(self.gradients)
        self._transposed = [weight.transpose(1, 2) for weight in self.weights]
        self._outputs = [torch.empty(self.count, self.rows, width) for width in self.widths[1:]]
        self._errors = [torch.empty_like(output) for output in self._outputs]
        self._activation = structure.activation if isinstance(structure, MLPStructure) else "relu"
        # Jobs of a round begin with one model: then one copy of it is broadcast.
        distinct = models[:1] if all(model is models[0] for model in models) else models
        self._fill(self.weights, self.biases, _rows([model.packed for model in distinct]))
        self.biases[-1][:, :, self.structure.widths[-1] :] = _NEVER

    def _views(self, flat: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        weights, biases, start = [], [], 0
        for inputs, outputs in pairwise(self.widths):
            middle, end = start + self.count * inputs * outputs, start + self.count * (inputs + 1) * outputs
            weights.append(flat[start:middle].view(self.count, outputs, inputs))
            biases.append(flat[middle:end].view(self.count, 1, outputs))
            start = end
        return weights, biases

    def _fill(self, weights: Sequence[torch.Tensor], biases: Sequence[torch.Tensor], rows: torch.Tensor) -> None:
        """Fill views of a flat tensor with the numbers of each model, or of one for all: (models or 1, weights)."""
        places = self.structure.arrangement.places
        for number, layer in enumerate(self.structure.layers):
            inputs, outputs = self.structure.widths[number : number + 2]
            weights[number][:, :outputs, :inputs] = _in_rows(rows, places[f"{layer}.weight"])
            biases[number][:, 0, :outputs] = _in_rows(rows, places[f"{layer}.bias"])

    def laid_out(self, tensors: Sequence[Mapping[str, torch.Tensor]], rest: torch.Tensor | None = None) -> torch.Tensor:
        """Return tensors of each model's weights, by name, laid out as the parameters are.

        Args:
            tensors: one mapping for each model.
            rest: what the padding holds; without it, zeros.
        """
        flat = torch.zeros_like(self.parameters) if rest is None else rest.clone()
        arrangement = self.structure.arrangement
        self._fill(*self._views(flat), _rows([FlatWeights.of(arrangement, named).packed for named in tensors]))
        return flat

    def gradients_of(self, layers: Sequence[str]) -> list[torch.Tensor]:
        """Return the gradients of some layers, views to be changed in place."""
        numbers = [self.structure.layers.index(layer) for layer in layers]
        return [part[number] for number in numbers for part in (self._weight_gradients, self._bias_gradients)]

    def models(self) -> list[Model]:
        """Return copies of the models as they are now, each in memory of its own."""
        arrangement = self.structure.arrangement
        packed = np.empty((self.count, arrangement.weights), dtype=np.float32)
        rows = torch.from_numpy(packed)
        for number, layer in enumerate(self.structure.layers):
            inputs, outputs = self.structure.widths[number : number + 2]
            _in_rows(rows, arrangement.places[f"{layer}.weight"]).copy_(self.weights[number][:, :outputs, :inputs])
            _in_rows(rows, arrangement.places[f"{layer}.bias"]).copy_(self.biases[number][:, 0, :outputs])
        return [Model(self.structure, FlatWeights.of_numbers(arrangement, row)) for row in packed]

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the logits (models, rows, classes) for inputs (models, rows, features), all padded."""
        seen = inputs
        for number, output in enumerate(self._outputs):
            torch.baddbmm(self.biases[number], seen, self._transposed[number], out=output)
            if output is not self._outputs[-1]:
                _ACTIVATIONS[self._activation](output)
            seen = output
        return seen

    def backward(self, inputs: torch.Tensor, error: torch.Tensor) -> None:
        """Set the gradients, given the inputs of the last forward pass and the gradient of the loss by its logits."""
        for number in range(len(self.weights) - 1, -1, -1):
            seen = self._outputs[number - 1] if number else inputs
            torch.bmm(error.transpose(1, 2), seen, out=self._weight_gradients[number])
            torch.sum(error, 1, keepdim=True, out=self._bias_gradients[number])
            if number:
                torch.bmm(error, self.weights[number], out=self._errors[number - 1])
                error = self._errors[number - 1]
                _DERIVATIVES[self._activation](error, self._outputs[number - 1])


def _rows(packed: Sequence[NDArray[np.float32]]) -> torch.Tensor:
    """Return the weights of models, a row each."""
    return torch.from_numpy(np.stack(packed))


def _in_rows(rows: torch.Tensor, place: Place) -> torch.Tensor:
    """Return the tensors of one name (models, *shape) as a view into the weights of models, a row each."""
    return rows.as_strided((len(rows), *place.shape), (rows.shape[1], *place.strides), place.first)


def _relu_derivative(error: torch.Tensor, output: torch.Tensor) -> None:
    error.mul_(output.sign_())


def _tanh_derivative(error: torch.Tensor, output: torch.Tensor) -> None:
    error.addcmul_(error, output.square_(), value=-1)


# Both work in place; the derivatives may spoil the output, which backward needs no more.
_ACTIVATIONS = {"relu": torch.relu_, "tanh": torch.tanh_}
_DERIVATIVES = {"relu": _relu_derivative, "tanh": _tanh_derivative}
