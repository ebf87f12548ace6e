"""RMa: the rural macro cell of 3GPP TR 38.901 v16.1, clause 7.4."""

import math
from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np

from .pathloss import PathLossModel, Sight, checked_distance_m
from .urban import STANDARD_LIGHT_SPEED_MPS
from .values import Values

BEYOND_BREAKPOINT_SIGMA_DB = 6.0
"""Standard deviation of the shadow fading with line of sight beyond the breakpoint (Table 7.4.1-1)."""


@dataclass(frozen=True)
class RMa(PathLossModel):
    """A high site over open country with low houses (Tables 7.4.1-1, 7.4.2-1 and 7.5-6, RMa).

    With d in metres, f in GHz, log = log10, h the buildings' height and W the streets' width [m]::

        PL1(d)  20 log(40 pi d f / 3) + min(0.03 h^1.72, 10) log d - min(0.044 h^1.72, 14.77) + 0.002 log(h) d
        LOS     PL1(d3D)                                                         d2D <= dBP = 2 pi hBS hUT f / c
                PL1(dBP) + 40 log(d3D / dBP)                                     d2D >= dBP
        NLOS    max(LOS, 161.04 - 7.1 log W + 7.5 log h - (24.37 - 3.7 (h/hBS)^2) log hBS
                         + (43.42 - 3.1 log hBS)(log d3D - 3) + 20 log f - (3.2 (log(11.75 hUT))^2 - 4.97))

    The two LOS formulas do not quite meet. Where the second begins below the first (by some 1e-5 dB, at breakpoints
    of kilometres) the loss stays at what it had reached, so that it never falls with distance. The warrant ends at
    10 km with line of sight and at 5 km without.

    Attributes:
        building_height_m: Average building height h, 5 to 50 m.
        street_width_m: Average street width W, 5 to 50 m.
    """

    title: ClassVar[str] = "RMa"
    source: ClassVar[str] = "3GPP TR 38.901 v16.1, Table 7.4.1-1, RMa"
    carriers_hz: ClassVar[tuple[float, float]] = (0.5e9, 30e9)
    site_height_m: ClassVar[float] = 35.0
    device_height_m: ClassVar[float] = 1.5
    site_heights_m: ClassVar[tuple[float, float]] = (10.0, 150.0)
    device_heights_m: ClassVar[tuple[float, float]] = (1.0, 10.0)
    nearest_2d_m: ClassVar[float] = 10.0
    farthest_m: ClassVar[float] = 10000.0
    sigmas_db: ClassVar[tuple[float, float]] = (4.0, 8.0)
    decorrelations_m: ClassVar[tuple[float, float]] = (37.0, 120.0)

    building_height_m: float = 5.0
    street_width_m: float = 20.0

    def __post_init__(self) -> None:
        sizes = (("building height", self.building_height_m), ("street width", self.street_width_m))
        for what, size_m in sizes:
            if not 5.0 <= size_m <= 50.0:
                raise ValueError(f"{what} is {size_m:g} m; the RMa model takes 5 to 50 m")

    def breakpoint_m(
        self, carrier_hz: float, site_height_m: float | None = None, device_height_m: float | None = None
    ) -> float:
        """Return the breakpoint distance dBP [m].

        Raises:
            ValueError: The carrier or a height is not one that the model takes.
        """
        self.check_carrier(carrier_hz)
        site_m, device_m = self.heights_m(site_height_m, device_height_m)
        return 2.0 * math.pi * site_m * device_m * carrier_hz / STANDARD_LIGHT_SPEED_MPS

    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return 1 up to 10 m, then exp(-(d - 10)/1000); the height does not matter."""
        probability: Values = np.exp(-np.maximum(checked_distance_m(distance_2d_m) - 10.0, 0.0) / 1000.0)
        return probability

    def shadow_sigma_db(
        self,
        distance_2d_m: Values,
        carrier_hz: float,
        *,
        los: Sight,
        site_height_m: float | None = None,
        device_height_m: float | None = None,
    ) -> Values:
        """Return 4 dB with line of sight up to the breakpoint, 6 dB beyond it, and 8 dB without [dB]."""
        near_db, blocked_db = self.sigmas_db
        near = np.less_equal(distance_2d_m, self.breakpoint_m(carrier_hz, site_height_m, device_height_m))
        seen_db = np.where(near, near_db, BEYOND_BREAKPOINT_SIGMA_DB)
        return cast(Values, np.where(los, seen_db, blocked_db)[()])

    def _los_db(self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
        breakpoint_m = self.breakpoint_m(carrier_hz, site_height_m, device_height_m)
        breakpoint_3d_m = np.hypot(breakpoint_m, site_height_m - device_height_m)
        near_db = self._first_slope_db(np.minimum(distance_3d_m, breakpoint_3d_m), carrier_hz)
        far_db = self._first_slope_db(breakpoint_m, carrier_hz) + 40.0 * np.log10(distance_3d_m / breakpoint_m)
        loss: Values = np.where(distance_3d_m > breakpoint_3d_m, np.maximum(near_db, far_db), near_db)[()]
        return loss

    def _nlos_db(
        self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float
    ) -> Values:
        height_m, log_site = self.building_height_m, math.log10(site_height_m)
        around_db = 161.04 - 7.1 * math.log10(self.street_width_m) + 7.5 * math.log10(height_m)
        site_db = (24.37 - 3.7 * (height_m / site_height_m) ** 2) * log_site
        device_db = 3.2 * math.log10(11.75 * device_height_m) ** 2 - 4.97
        distance_db = (43.42 - 3.1 * log_site) * (np.log10(distance_3d_m) - 3.0)
        loss: Values = around_db - site_db + distance_db + 20.0 * np.log10(carrier_hz / 1e9) - device_db
        return loss

    def _first_slope_db(self, distance_m: Values, carrier_hz: float) -> Values:
        """Return PL1 [dB]."""
        grown = self.building_height_m**1.72
        spread_db = 20.0 * np.log10(40.0 * math.pi * distance_m * (carrier_hz / 1e9) / 3.0)
        clutter_db = min(0.03 * grown, 10.0) * np.log10(distance_m) - min(0.044 * grown, 14.77)
        loss: Values = spread_db + clutter_db + 0.002 * math.log10(self.building_height_m) * distance_m
        return loss
