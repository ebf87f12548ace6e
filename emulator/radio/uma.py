"""UMa: the urban macro cell of 3GPP TR 38.901 v16.1, clause 7.4."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .urban import Urban
from .values import Values

SEES_FARTHER_FROM_M = 13.0
"""Height above which a device more often has line of sight to a UMa site (Table 7.4.2-1)."""


@dataclass(frozen=True)
class UMa(Urban):
    """A site above the roofs of a city (Tables 7.4.1-1, 7.4.2-1 and 7.5-6, UMa).

    ``LOS: A = 28.0, B = 22;  NLOS: a = 13.54, b = 39.08, c = 20, e = 0.6``; see `Urban`.

    Up to 13 m of device height the environment height hE is 1 m. Above it the standard draws hE: 1 m with probability
    1 / (1 + C(d2D, hUT)), else one of 12, 15, ... m, which only moves the breakpoint. Here hE stays 1 m, the likeliest
    value, so that a link budget needs no random number.
    """

    title: ClassVar[str] = "UMa"
    source: ClassVar[str] = "3GPP TR 38.901 v16.1, Table 7.4.1-1, UMa"
    site_height_m: ClassVar[float] = 25.0
    sigmas_db: ClassVar[tuple[float, float]] = (4.0, 6.0)
    decorrelations_m: ClassVar[tuple[float, float]] = (37.0, 50.0)
    seen: ClassVar[tuple[float, float]] = (28.0, 22.0)
    blocked: ClassVar[tuple[float, float, float, float]] = (13.54, 39.08, 20.0, 0.6)
    sight_decay_m: ClassVar[float] = 63.0

    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return 1 up to 18 m, then [18/d + exp(-d/63) (1 - 18/d)] [1 + C' 5/4 (d/100)^3 exp(-d/150)].

        C' = ((hUT - 13) / 10)^1.5 above 13 m of device height, else 0. Just beyond 18 m a high device would get more
        than 1 by the standard's formula; it gets 1.
        """
        _, device_m = self.heights_m(None, device_height_m)
        at_street_level = self._sight_at_street_level(distance_2d_m)
        above = (max(device_m - SEES_FARTHER_FROM_M, 0.0) / 10.0) ** 1.5
        bonus = above * 1.25 * (distance_2d_m / 100.0) ** 3 * np.exp(-distance_2d_m / 150.0)
        probability: Values = np.minimum(at_street_level * (1.0 + bonus), 1.0)
        return probability
