"""Blobs: classes as Gaussian clouds, for which the best accuracy that any classifier can have is known."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from .dataset import Dataset
from .streams import Stream


@dataclass(frozen=True)
class Blobs:
    """Gaussian clouds of unit variance around equally distant centres, one a class.

    The centres are orthogonal vectors of one length, mirrored in a random plane so that no feature is the mark of a
    class. The best classifier takes the nearest, and is right with the probability of detecting orthogonal signals:
    integral of phi(u - d / sqrt 2) Phi(u)^(classes - 1) du, where d is the distance (Proakis, Digital Communications,
    section 5.2).
    """

    classes: Annotated[int, "Clouds.", Ge(2), Le(256)] = 10
    samples: Annotated[int, "Samples of each class.", Ge(1)] = 200
    features: Annotated[int, "Dimensions, at least as many as classes.", Ge(2)] = 16
    distance: Annotated[float, "Between any two centres, in standard deviations.", Gt(0)] = 5.0

    def __post_init__(self) -> None:
        """Refuse fewer dimensions than centres."""
        if self.features < self.classes:
            raise ValueError(f"{self.classes} orthogonal centres need as many dimensions; raise `features`")

    @property
    def best_accuracy(self) -> float:
        """The probability that the nearest centre is the right one."""
        grid = np.linspace(-10, 10, 4001)
        right = np.array([(0.5 * math.erfc(-(u + self._length) / math.sqrt(2))) ** (self.classes - 1) for u in grid])
        density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
        return float(np.trapezoid(right * density, grid))

    def load(self, stream: Stream) -> Dataset:
        """Return the samples, class by class."""
        normal = stream("plane").standard_normal(self.features)
        axes = np.eye(self.features)[: self.classes] - np.outer(2 * normal[: self.classes], normal) / (normal**2).sum()
        labels = np.repeat(np.arange(self.classes), self.samples)
        noise = stream("noise").standard_normal((len(labels), self.features))
        return Dataset(
            (self._length * axes[labels] + noise).astype(np.float32),
            labels,
            classes=self.classes,
            scale=1.0,
            name="blobs",
            source=f"made: {self.classes} Gaussian clouds {self.distance:g} standard deviations apart",
            optimum=self.best_accuracy,
        )

    @property
    def _length(self) -> float:
        """Distance of a centre from the origin."""
        return self.distance / math.sqrt(2)
