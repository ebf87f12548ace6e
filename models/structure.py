"""Structure: the exact shape of one model, known without any weights; and what a model family is."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from .arrangement import Arrangement, arrangement_of
from .dataset import Task
from .found_out import found_out
from .streams import generator

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from .model import Model
    from .shard import Shard

Size = Literal["tiny", "small", "medium", "large"]

_TASKS = ("classification", "language", "regression")


class Structure(ABC):
    """What every model family says about one of its models. A structure is a frozen dataclass of plain values.

    Attributes:
        family: the name that a scenario and a packet call the family by.
        libraries: packages, beside torch and numpy, whose version may move the bits of what the model computes.
    """

    family: ClassVar[str]
    libraries: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def task(self) -> Task:
        """What the model is for."""

    @property
    @abstractmethod
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample's features, as the model sees them; in a shard they may lie flat."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Classes, numbers or, for a language model, bytes that it chooses from."""

    @property
    @abstractmethod
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output. The weights of a layer are those named `<layer>.` and more."""

    @property
    @abstractmethod
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""

    @property
    @abstractmethod
    def layer_flop_per_sample(self) -> Mapping[str, int]:
        """Work of one forward pass over one sample [FLOP], by layer, from input to output.

        A part that is never trained, such as the base of an adapter, is here under a name that is not in `layers`.
        """

    @abstractmethod
    def draw(self, name: str, rng: "np.random.Generator") -> "NDArray[np.floating[Any]]":
        """Return the first values of the weight tensor of that name, drawn from its own generator."""

    @abstractmethod
    def forward(self, weights: "Mapping[str, torch.Tensor]", inputs: "torch.Tensor") -> "torch.Tensor":
        """Return what the model says of inputs, a pure function of tensors.

        Args:
            weights: float32 tensors of `shapes`, by name.
            inputs: what `prepare` returned.

        Returns:
            Logits (samples, classes), or (samples, length, bytes) of a language model, or numbers (samples, outputs).
        """

    def prepare(self, features: "torch.Tensor", scale: float) -> "torch.Tensor":
        """Return the inputs that some samples' raw features (samples, ...) are: float32, scaled and in shape."""
        return features.float().reshape(len(features), *self.input_shape) * scale

    @property
    def needs(self) -> tuple[int | str, ...] | None:
        """What another process gives `fetch` before it can compute with the structure; None if no other can."""
        return ()

    @classmethod
    def fetch(cls, *needs: Any) -> None:
        """Load what models of the family need besides their weights.

        Raises:
            ValueError: It cannot be loaded, or they need nothing.
        """
        if needs:
            raise ValueError(f"models of family {cls.family} need nothing besides their weights, not {needs}")

    @found_out
    def parameters(self) -> int:
        """Number of weights, biases included."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    @found_out
    def arrangement(self) -> Arrangement:
        """How the weights lie side by side."""
        return arrangement_of(*self.shapes.items())

    @property
    def forward_flop_per_sample(self) -> int:
        """Work of one forward pass over one sample [FLOP]."""
        return sum(self.layer_flop_per_sample.values())

    @property
    def training_flop_per_sample(self) -> int:
        """Work of one training step per sample of its minibatch [FLOP], when all layers are trained."""
        return self.training_flop()

    def training_flop(self, frozen: Sequence[str] = ()) -> int:
        """Return the work of one training step per sample of its minibatch [FLOP], with some layers left as they are.

        The backward pass of a layer costs twice its forward pass: once for the gradient by its weights and once for
        that by its inputs (Kaplan et al., "Scaling Laws for Neural Language Models", 2020, section 2.1; Hobbhahn and
        Sevilla, "What's the backward-forward FLOP ratio for neural networks?", 2021). A frozen layer needs the second
        only, and none where nothing before it is trained.
        """
        total, reached = 0, False
        for layer, forward in self.layer_flop_per_sample.items():
            trained = layer in self.layers and layer not in frozen
            reached = reached or trained
            total += forward * (3 if trained else 2 if reached else 1)
        return total

    def layer_of(self, name: str) -> str:
        """Return the layer that a weight tensor belongs to."""
        return next(layer for layer in self.layers if name.startswith(f"{layer}."))

    def check(self, shard: "Shard") -> None:
        """Check that the model can see, and learn from, a shard.

        Raises:
            ValueError: the shard is empty, or has another task, other shapes or labels that the model does not have.
        """
        samples = len(shard)
        if not samples or shard.features.numel() != samples * math.prod(self.input_shape):
            shape = tuple(shard.features.shape)
            raise ValueError(f"a model of {_sizes(self.input_shape)} inputs cannot see a shard of {shape}")
        if shard.task != self.task:
            raise ValueError(f"a model for {self.task} cannot learn from a shard for {shard.task}")
        if self.task == "regression" and shard.labels.shape[1] != self.outputs:
            raise ValueError(f"the shard has {shard.labels.shape[1]} numbers to predict, the model {self.outputs}")
        if self.task == "classification" and len(shard.counts) > self.outputs:
            raise ValueError(f"the shard has label {len(shard.counts) - 1}, the model {self.outputs} classes")

    def initial(self, seed: int) -> "Model":
        """Return the model with its first, random weights: every tensor's come from a stream of its own."""
        import torch

        from .model import Model

        drawn = {name: self.draw(name, generator(seed, "initial", name)) for name in self.shapes}
        return Model(self, {name: torch.from_numpy(values.astype("float32")) for name, values in drawn.items()})

    def specification(self) -> dict[str, Any]:
        """Return the whole structure as JSON-able data. The task is left out where it is classification."""
        # fields() wants a dataclass, which every structure is, and this class is not.
        named = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        if named.get("task") == "classification":
            del named["task"]
        return {"family": self.family} | {
            name: list(value) if isinstance(value, tuple) else value for name, value in named.items()
        }

    @classmethod
    def from_specification(cls, specification: Mapping[str, Any]) -> Self:
        """Return the structure that `specification()` described.

        Raises:
            ValueError: the specification has missing or unknown keys, is of another family, or makes no sense.
        """
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        given = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in specification.items()
            if name != "family"
        }
        if specification.get("family") != cls.family or not names - {"task"} <= given.keys() <= names:
            raise ValueError(f"not the specification of a model of family {cls.family}: {dict(specification)}")
        return cls(**given)


class Family(Protocol):
    """A model family as a scenario chooses it."""

    def structure(self, shape: tuple[int, ...], classes: int, task: Task = "classification") -> Structure:
        """Return the structure for a dataset.

        Args:
            shape: of one sample's features.
            classes: possible labels; numbers to predict in a regression; for a language model, 256.
            task: what the dataset is for.

        Raises:
            ValueError: the family has no model for such data.
        """
        ...


def check_whole(what: str, values: Any, most: int, least: int = 1) -> None:
    """Check that a structure's numbers are whole and within bounds; they may come from a packet.

    Raises:
        ValueError: `values` is no tuple, or one of them is no whole number or out of bounds.
    """
    if not isinstance(values, tuple) or any(type(value) is not int or not least <= value <= most for value in values):
        raise ValueError(f"{what} must be whole numbers from {least} to {most}, not {values!r}")


def check_task(family: str, task: str, *known: Task) -> None:
    """Check that a family has models for a task.

    Raises:
        ValueError: it has none.
    """
    if task not in known:
        unknown = "" if task in _TASKS else ", an unknown task"
        raise ValueError(f"family {family} has no model for {task!r}{unknown}; it is for {' and '.join(known)}")


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
