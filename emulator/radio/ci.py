"""CI: close-in free space with a path-loss exponent, and gaseous absorption above 100 GHz."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .gas import specific_attenuation_db_per_km
from .pathloss import PathLossModel
from .umi import UMi
from .values import Values

LIGHT_SPEED_MPS = 299_792_458.0
"""Speed of light in vacuum, exact in the SI."""


@dataclass(frozen=True)
class CI(PathLossModel):
    """Free space over the first metre, then a power law: what is used above 100 GHz, where TR 38.901 ends.

    With d3D in metres and f in hertz::

        20 log(4 pi f / c) + 10 n log d3D + gamma(f) d3D / 1000

    The form is that of Sun et al., Propagation Path Loss Models for 5G Urban Micro- and Macro-Cellular Scenarios (VTC
    Spring 2016, arXiv 1511.07311); gamma is the specific attenuation of ITU-R P.676-12, in air of 15 degrees Celsius,
    1013.25 hPa and 7.5 g/m3 of water vapour.

    The defaults are those of a street: n = 2 with line of sight is free space; n = 3.19 without it, with its 8.2 dB of
    shadow fading, is the optional UMi formula of TR 38.901, Table 7.4.1-1. Line of sight, its 4 dB of shadow fading and
    the decorrelation distances are those of UMi. Measured below 100 GHz all of them: above it they are an assumption.

    Attributes:
        exponent_los: Path-loss exponent n with line of sight.
        exponent_nlos: Path-loss exponent n without line of sight; the loss is never less than with it.
        absorption_from_hz: Carrier above which absorption is added [Hz].
    """

    title: ClassVar[str] = "CI"
    source: ClassVar[str] = "close-in free space, Sun et al. 2016; absorption of ITU-R P.676-12, Annex 1"
    carriers_hz: ClassVar[tuple[float, float]] = (0.5e9, 1000e9)
    site_height_m: ClassVar[float] = UMi.site_height_m
    device_height_m: ClassVar[float] = UMi.device_height_m
    site_heights_m: ClassVar[tuple[float, float]] = (0.0, 1000.0)
    device_heights_m: ClassVar[tuple[float, float]] = (0.0, 1000.0)
    nearest_3d_m: ClassVar[float] = 1.0
    farthest_m: ClassVar[float] = 5000.0
    sigmas_db: ClassVar[tuple[float, float]] = (4.0, 8.2)
    decorrelations_m: ClassVar[tuple[float, float]] = UMi.decorrelations_m

    exponent_los: float = 2.0
    exponent_nlos: float = 3.19
    absorption_from_hz: float = 100e9

    def __post_init__(self) -> None:
        for sight, exponent in (("with", self.exponent_los), ("without", self.exponent_nlos)):
            if not 0.0 < exponent < math.inf:
                raise ValueError(f"path-loss exponent {sight} line of sight is {exponent!r}; it must be positive")

    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return that of UMi."""
        return UMi().los_probability(distance_2d_m)

    def _los_db(self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
        return self._power_law_db(distance_3d_m, carrier_hz, self.exponent_los)

    def _nlos_db(
        self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float
    ) -> Values:
        return self._power_law_db(distance_3d_m, carrier_hz, self.exponent_nlos)

    def _power_law_db(self, distance_3d_m: Values, carrier_hz: float, exponent: float) -> Values:
        first_metre_db = 20.0 * math.log10(4.0 * math.pi * carrier_hz / LIGHT_SPEED_MPS)
        absorbs = carrier_hz > self.absorption_from_hz
        absorbed_db_per_m = specific_attenuation_db_per_km(carrier_hz) / 1000.0 if absorbs else 0.0
        loss: Values = first_metre_db + 10.0 * exponent * np.log10(distance_3d_m) + absorbed_db_per_m * distance_3d_m
        return loss
