"""UMi: the street canyon of 3GPP TR 38.901 v16.1, clause 7.4."""

from dataclasses import dataclass
from typing import ClassVar

from .urban import Urban
from .values import Values


@dataclass(frozen=True)
class UMi(Urban):
    """A small cell below the roofs of a street (Tables 7.4.1-1, 7.4.2-1 and 7.5-6, UMi - Street Canyon).

    ``LOS: A = 32.4, B = 21;  NLOS: a = 22.4, b = 35.3, c = 21.3, e = 0.3``; see `Urban`.
    """

    title: ClassVar[str] = "UMi"
    source: ClassVar[str] = "3GPP TR 38.901 v16.1, Table 7.4.1-1, UMi street canyon"
    site_height_m: ClassVar[float] = 10.0
    sigmas_db: ClassVar[tuple[float, float]] = (4.0, 7.82)
    decorrelations_m: ClassVar[tuple[float, float]] = (10.0, 13.0)
    seen: ClassVar[tuple[float, float]] = (32.4, 21.0)
    blocked: ClassVar[tuple[float, float, float, float]] = (22.4, 35.3, 21.3, 0.3)
    sight_decay_m: ClassVar[float] = 36.0

    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return 1 up to 18 m, then 18/d + exp(-d/36) (1 - 18/d); the height does not matter."""
        return self._sight_at_street_level(distance_2d_m)
