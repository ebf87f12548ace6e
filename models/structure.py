"""Structure: the exact shape of one model, known without any weights."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

if TYPE_CHECKING:
    from .model import Model


class Structure(Protocol):
    """What every model family says about one of its models."""

    family: ClassVar[str]

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, from input to output."""
        ...

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of every weight tensor, by name, in canonical order."""
        ...

    @property
    def parameters(self) -> int:
        """Number of weights."""
        ...

    @property
    def forward_flop_per_sample(self) -> int:
        """Work of one forward pass over one sample [FLOP]."""
        ...

    @property
    def training_flop_per_sample(self) -> int:
        """Work of one training step per sample of its minibatch [FLOP]."""
        ...

    def initial(self, seed: int) -> "Model":
        """Return the model with its first, random weights."""
        ...

    def specification(self) -> dict[str, Any]:
        """Return the whole structure as JSON-able data."""
        ...

    @classmethod
    def from_specification(cls, specification: Mapping[str, Any]) -> Self:
        """Return the structure that `specification()` described."""
        ...
