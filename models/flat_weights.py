"""FlatWeights: the weights of a model side by side, as a file has them, until somebody asks for tensors."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from .arrangement import Arrangement


class FlatWeights(Mapping[str, torch.Tensor]):
    """Float32 weights by name, in canonical order.

    What is packed, unpacked, stacked and merged as a whole never becomes tensors. Those that are made are the weights
    from there on, each on a 64-byte boundary, as the bits of results rely on.

    Attributes:
        arrangement: where each lies.
    """

    __slots__ = ("_numbers", "_packed", "_tensors", "arrangement")

    def __init__(self, arrangement: Arrangement, packed: NDArray[np.float32]) -> None:
        """Take weights (arrangement.weights,) as they lie in a file; nobody can change them from there on."""
        packed.flags.writeable = False
        self.arrangement = arrangement
        self._packed: NDArray[np.float32] | None = packed
        self._numbers: torch.Tensor | None = None
        self._tensors: dict[str, torch.Tensor] = {}

    @classmethod
    def of(cls, arrangement: Arrangement, weights: Mapping[str, torch.Tensor]) -> "FlatWeights":
        """Return copies of weights."""
        return cls(arrangement, _side_by_side(arrangement, weights))

    @property
    def packed(self) -> NDArray[np.float32]:
        """The weights (arrangement.weights,) as they lie in a file."""
        return _side_by_side(self.arrangement, self._tensors) if self._packed is None else self._packed

    @property
    def is_unchanged(self) -> bool:
        """Whether no operation of torch has changed a tensor in place, by torch's own count."""
        return self._numbers is None or self._numbers._version == 0

    def __getitem__(self, name: str) -> torch.Tensor:
        if self._packed is not None:
            self._make_tensors(self._packed)
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrangement.names)

    def __len__(self) -> int:
        return len(self.arrangement.names)

    def _make_tensors(self, packed: NDArray[np.float32]) -> None:
        numbers = torch.zeros(self.arrangement.room)
        array = numbers.numpy()
        for name in self.arrangement.names:
            _, shape, strides, size, first, at = self.arrangement.places[name]
            array[at : at + size] = packed[first : first + size]
            self._tensors[name] = numbers.as_strided(shape, strides, at)
        self._numbers, self._packed = numbers, None


def _side_by_side(arrangement: Arrangement, weights: Mapping[str, torch.Tensor]) -> NDArray[np.float32]:
    """Return copies of weights as they lie in a file."""
    return np.concatenate([weights[name].numpy().reshape(-1) for name in arrangement.places])
