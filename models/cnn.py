"""CNN: the family of small convolutional networks for images.

Each convolution is `conv<i>.weight` (out, in, kernel, kernel) and `conv<i>.bias` (out,), stride 1 and padded so that
the image keeps its size; then, where there is normalisation, `conv<i>.norm.weight` and `.bias`; then ReLU and max
pooling. Fully connected layers `dense<i>` with ReLU may follow, and `head` ends it. There is no batch normalisation:
its running statistics are neither weights nor the same at every node.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len

from .dataset import Task
from .found_out import found_out
from .structure import Size, Structure, check_task, check_whole

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

Norm = Literal["none", "group"]
Width = Annotated[int, Gt(0), Le(4096)]

_MOST_GROUPS = 8

# Channels, kernel, hidden. Large is the CNN of McMahan et al. 2017 (arXiv 1602.05629).
_SIZES: dict[Size, tuple[tuple[int, ...], int, tuple[int, ...]]] = {
    "tiny": ((4, 8), 3, ()),
    "small": ((8, 16), 3, ()),
    "medium": ((16, 32), 3, (64,)),
    "large": ((32, 64), 5, (512,)),
}


@dataclass(frozen=True)
class CNN:
    """A convolutional network for images (height, width) or (height, width, channels)."""

    size: Annotated[
        Size,
        "Named size: 4 and 8 channels; 8 and 16; 16 and 32 with 64 hidden; 32 and 64 of kernel 5 with 512 hidden.",
    ] = "small"
    channels: Annotated[
        tuple[Width, ...] | None, "Channels of each convolution, instead of those of the size.", Len(1)
    ] = None
    kernel: Annotated[int | None, "Side of the kernels, odd, instead of that of the size.", Ge(1), Le(31)] = None
    hidden: Annotated[
        tuple[Width, ...] | None, "Widths of fully connected layers before the last, instead of those of the size."
    ] = None
    pooling: Annotated[int, "Side of the max pooling after each convolution; 1 is none.", Ge(1), Le(16)] = 2
    norm: Annotated[Norm, "Normalisation after each convolution: none, or in up to 8 groups of channels."] = "none"

    def __post_init__(self) -> None:
        if self.kernel is not None and self.kernel % 2 == 0:
            raise ValueError(f"the kernel of a CNN has an odd side, so that images keep their size, not {self.kernel}")

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "classification") -> "CNNStructure":
        """Return the structure for images of a shape, and `classes` labels or numbers to predict."""
        channels, kernel, hidden = _SIZES[self.size]
        return CNNStructure(
            shape,
            classes,
            channels if self.channels is None else self.channels,
            kernel if self.kernel is None else self.kernel,
            hidden if self.hidden is None else self.hidden,
            self.pooling,
            self.norm,
            task,
        )


@dataclass(frozen=True)
class CNNStructure(Structure):
    """Image shape, outputs, and all sizes between."""

    family: ClassVar[str] = "cnn"
    shape: tuple[int, ...]
    classes: int
    channels: tuple[int, ...]
    kernel: int
    hidden: tuple[int, ...] = ()
    pooling: int = 2
    norm: Norm = "none"
    task: Task = "classification"

    def __post_init__(self) -> None:
        check_whole("an image's shape, classes, channels, kernel, hidden widths and pooling", self._numbers(), 65_536)
        check_task(self.family, self.task, "classification", "regression")
        if len(self.shape) not in (2, 3):
            raise ValueError(
                f"a CNN needs images (height, width) or (height, width, channels), not samples of shape {self.shape}"
            )
        if not self.channels or self.kernel % 2 == 0 or self.norm not in ("none", "group"):
            raise ValueError(
                f"a CNN has channels, a kernel of odd side and norm none or group: {self.channels}, {self.kernel}, "
                f"{self.norm!r}"
            )
        if min(self._sides[-1]) < 1:
            raise ValueError(
                f"an image of {self.shape[0]} x {self.shape[1]} is too small for {len(self.channels)} poolings by "
                f"{self.pooling}"
            )

    def _numbers(self) -> Any:
        """Return all numbers as one tuple, or what cannot be one."""
        groups = (self.shape, (self.classes, self.kernel, self.pooling), self.channels, self.hidden)
        return sum(groups, ()) if all(isinstance(group, tuple) for group in groups) else groups

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Height and width, and channels where there are several."""
        return self.shape

    @property
    def outputs(self) -> int:
        """Classes, or numbers to predict."""
        return self.classes

    @found_out
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output."""
        convolutions = (f"conv{number}" for number in range(1, len(self.channels) + 1))
        return (*convolutions, *(f"dense{number}" for number in range(1, len(self.hidden) + 1)), "head")

    @found_out
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, (inputs, outputs) in self._widths.items():
            kernel = (self.kernel, self.kernel) if layer.startswith("conv") else ()
            shapes |= {f"{layer}.weight": (outputs, inputs, *kernel), f"{layer}.bias": (outputs,)}
            if kernel and self.norm == "group":
                shapes |= {f"{layer}.norm.weight": (outputs,), f"{layer}.norm.bias": (outputs,)}
        return shapes

    @property
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample [FLOP], by layer.

        2 for each weight at each place where it is used, 1 for each bias and ReLU there; normalisation, pooling and
        softmax are not counted.
        """
        places = [height * width for height, width in self._sides[:-1]] + [1] * (len(self.hidden) + 1)
        flop = {}
        for (layer, (inputs, outputs)), uses in zip(self._widths.items(), places, strict=True):
            square = self.kernel**2 if layer.startswith("conv") else 1
            flop[layer] = uses * (2 * inputs * outputs * square + outputs * (1 if layer == "head" else 2))
        return flop

    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return values uniform in +-1/sqrt(inputs of a unit), torch.nn.Conv2d's rule; a norm begins as identity."""
        import numpy as np

        shape = self.shapes[name]
        if ".norm." in name:
            return np.full(shape, 1.0 if name.endswith("weight") else 0.0)
        bound = math.prod(self.shapes[f"{self.layer_of(name)}.weight"][1:]) ** -0.5
        return rng.uniform(-bound, bound, shape)

    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return the logits (samples, classes) or numbers (samples, outputs)."""
        from torch.nn import functional

        seen = inputs.unsqueeze(1) if len(self.shape) == 2 else inputs.movedim(3, 1)
        for layer in self.layers:
            weight, bias = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
            if layer.startswith("conv"):
                seen = functional.conv2d(seen, weight, bias, padding="same")
                if self.norm == "group":
                    norm = weights[f"{layer}.norm.weight"], weights[f"{layer}.norm.bias"]
                    seen = functional.group_norm(seen, _groups(len(bias)), *norm)
                seen = functional.max_pool2d(functional.relu(seen), self.pooling)
            else:
                seen = functional.linear(seen.flatten(1), weight, bias)
                seen = functional.relu(seen) if layer != "head" else seen
        return seen

    @property
    def _sides(self) -> list[tuple[int, int]]:
        """Height and width before each convolution, and after the last pooling."""
        sides = [(self.shape[0], self.shape[1])]
        for _ in self.channels:
            sides.append((sides[-1][0] // self.pooling, sides[-1][1] // self.pooling))
        return sides

    @property
    def _widths(self) -> dict[str, tuple[int, int]]:
        """Inputs and outputs of each layer's units."""
        height, width = self._sides[-1]
        inputs = (self.shape[2] if len(self.shape) == 3 else 1, *self.channels[:-1])
        dense = (self.channels[-1] * height * width, *self.hidden)
        outputs = (*self.channels, *self.hidden, self.classes)
        return dict(zip(self.layers, zip((*inputs, *dense), outputs, strict=True), strict=True))


def _groups(channels: int) -> int:
    """Return the largest number of groups, at most 8, into which channels divide."""
    return next(groups for groups in range(_MOST_GROUPS, 0, -1) if channels % groups == 0)
