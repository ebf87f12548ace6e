"""Quadratics: clients with objectives a x^2 + b x (Li and Lyu, NeurIPS 2023, arXiv 2311.03154), as data."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Len

from .dataset import Dataset
from .streams import Stream

_FLATTEST = 2.0**-20
"""Feature of a client without curvature. Its gradient 2 z (z x - y) is b to the last bit of float32 where |x| is below
2^14 |b|, for z x is then below half a unit in the last place of y = -b / 2z, and powers of two round nothing."""


@dataclass(frozen=True)
class Quadratics:
    """Clients with objectives a x^2 + b x, as linear regression without bias: the one weight is x.

    Client i is group i and has copies of one sample, z = sqrt(a_i) and y = -b_i / 2z. Its squared error
    (z x - y)^2 is F_i(x) and a constant, so that any minibatch gives the exact gradient 2 a_i x + b_i. The test set
    is the mean objective F as one more such sample; the loss on it is exactly F(x) - min F. Use the partition `groups`
    in the order `given`, with as many nodes as clients, plain SGD, and a linear model with one weight.
    """

    curvatures: Annotated[tuple[Annotated[float, Ge(0)], ...], "The a of each client.", Len(1)] = (0.5, 0.5)
    slopes: Annotated[tuple[float, ...], "The b of each client.", Len(1)] = (10.0, -10.0)
    samples: Annotated[int, "Copies that each client holds.", Ge(2)] = 16

    def __post_init__(self) -> None:
        """Refuse what has no minimum.

        Raises:
            ValueError: the numbers of curvatures and slopes differ, or no client has curvature.
        """
        if len(self.curvatures) != len(self.slopes):
            raise ValueError(f"{len(self.curvatures)} curvatures and {len(self.slopes)} slopes; each client has both")
        if not sum(self.curvatures) > 0:
            raise ValueError("no client has curvature, so the mean objective has no minimum: raise one of `curvatures`")

    @property
    def minimum_at(self) -> float:
        """The x at which the mean objective is least."""
        return -sum(self.slopes) / (2 * sum(self.curvatures))

    def load(self, _: Stream | None = None) -> Dataset:
        """Return each client's copies, then the one sample of the test set."""
        clients = len(self.slopes)
        curvatures = [*self.curvatures, sum(self.curvatures) / clients]
        slopes = [*self.slopes, sum(self.slopes) / clients]
        rows = np.array([_sample(a, b) for a, b in zip(curvatures, slopes, strict=True)], np.float32)
        whose = np.append(np.repeat(np.arange(clients), self.samples), clients)
        return Dataset(
            np.ascontiguousarray(rows[whose, :1]),
            np.ascontiguousarray(rows[whose, 1:]),
            classes=1,
            scale=1.0,
            name="quadratics",
            source="made: quadratic objectives (Li and Lyu 2023)",
            task="regression",
            groups=whose,
            group_names=(*(f"client {number}" for number in range(1, clients + 1)), "mean of all"),
            held_out=np.array([clients * self.samples]),
            optimum=0.0,
            replicas=True,
        )


def _sample(curvature: float, slope: float) -> tuple[float, float]:
    """Return z and y with (z x - y)^2 = a x^2 + b x and a constant."""
    if curvature == 0 and slope == 0:
        return 0.0, 0.0
    feature = math.sqrt(curvature) or _FLATTEST
    return feature, -slope / (2 * feature)
