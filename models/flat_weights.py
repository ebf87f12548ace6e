"""FlatWeights: the weights of a model side by side, as a file has them, until somebody asks for tensors."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from .arrangement import Arrangement

_NONE = np.empty(0, np.float32)


class FlatWeights(Mapping[str, torch.Tensor]):
    """Float32 weights by name, in canonical order.

    What is packed, unpacked, stacked and merged as a whole never becomes tensors. Those that are made are the weights
    from there on, each on a 64-byte boundary, as the bits of results rely on.

    Attributes:
        arrangement: where each lies.
    """

    __slots__ = ("_file", "_numbers", "_packed", "_tensors", "arrangement")

    def __init__(self, arrangement: Arrangement, file: bytes) -> None:
        """Take weights as a file has them: after the arrangement's head."""
        self.arrangement = arrangement
        self._file: bytes | None = file
        self._packed: NDArray[np.float32] = np.frombuffer(file, "<f4", offset=len(arrangement.head))
        self._numbers: torch.Tensor | None = None
        self._tensors: dict[str, torch.Tensor] = {}

    @classmethod
    def of_numbers(cls, arrangement: Arrangement, numbers: NDArray[np.float32]) -> "FlatWeights":
        """Return copies of weights (arrangement.weights,) that lie as in a file."""
        return cls(arrangement, b"".join((arrangement.head, numbers.data)))

    @classmethod
    def of(cls, arrangement: Arrangement, weights: Mapping[str, torch.Tensor]) -> "FlatWeights":
        """Return copies of weights."""
        return cls.of_numbers(arrangement, _side_by_side(arrangement, weights))

    @property
    def file(self) -> bytes:
        """The weights as a safetensors file."""
        return FlatWeights.of(self.arrangement, self._tensors).file if self._file is None else self._file

    @property
    def packed(self) -> NDArray[np.float32]:
        """The weights (arrangement.weights,) as they lie in a file; nobody can change them."""
        return _side_by_side(self.arrangement, self._tensors) if self._file is None else self._packed

    @property
    def is_unchanged(self) -> bool:
        """Whether no operation of torch has changed a tensor in place, by torch's own count."""
        return self._numbers is None or self._numbers._version == 0

    def __reduce__(self) -> tuple[type["FlatWeights"], tuple[Arrangement, bytes]]:
        """Copy and pickle the bytes alone."""
        return FlatWeights, (self.arrangement, self.file)

    def __getitem__(self, name: str) -> torch.Tensor:
        if self._file is not None:
            self._make_tensors()
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrangement.names)

    def __len__(self) -> int:
        return len(self.arrangement.names)

    def _make_tensors(self) -> None:
        numbers, packed = torch.zeros(self.arrangement.room), self._packed
        array = numbers.numpy()
        for name in self.arrangement.names:
            _, shape, strides, size, first, at = self.arrangement.places[name]
            array[at : at + size] = packed[first : first + size]
            self._tensors[name] = numbers.as_strided(shape, strides, at)
        self._numbers, self._packed, self._file = numbers, _NONE, None


def _side_by_side(arrangement: Arrangement, weights: Mapping[str, torch.Tensor]) -> NDArray[np.float32]:
    """Return copies of weights as they lie in a file."""
    return np.concatenate([weights[name].numpy().reshape(-1) for name in arrangement.places])
