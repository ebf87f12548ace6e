"""What UMa and UMi of 3GPP TR 38.901 v16.1, clause 7.4, have in common: the same formulas with other constants."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .pathloss import PathLossModel, checked_distance_m
from .values import Values

ENVIRONMENT_HEIGHT_M = 1.0
"""Effective environment height hE (Table 7.4.1-1, note 1)."""

STANDARD_LIGHT_SPEED_MPS = 3.0e8
"""Propagation velocity to which the standard rounds in breakpoint distances (Table 7.4.1-1, notes 1 and 5)."""

ALWAYS_SEEN_M = 18.0
"""Horizontal distance up to which UMa and UMi always have line of sight (Table 7.4.2-1)."""


@dataclass(frozen=True)
class Urban(PathLossModel):
    """A two-slope model with an effective environment height.

    With d3D = sqrt(d2D^2 + (hBS - hUT)^2), f in GHz and log = log10 (Table 7.4.1-1)::

        LOS   A + B log d3D + 20 log f                                                     d2D <= dBP'
              A + 40 log d3D + 20 log f - (40 - B)/2 log(dBP'^2 + (hBS - hUT)^2)           d2D >= dBP'
        NLOS  max(LOS, a + b log d3D + c log f - e (hUT - 1.5))
        dBP'  4 (hBS - hE) (hUT - hE) f / c

    Attributes:
        seen: A and B.
        blocked: a, b, c and e.
        sight_decay_m: Distance over which line of sight is lost (Table 7.4.2-1) [m].
    """

    device_height_m: ClassVar[float] = 1.5
    site_heights_m: ClassVar[tuple[float, float]] = (1.5, 200.0)
    device_heights_m: ClassVar[tuple[float, float]] = (1.5, 22.5)
    nearest_2d_m: ClassVar[float] = 10.0
    farthest_m: ClassVar[float] = 5000.0
    seen: ClassVar[tuple[float, float]]
    blocked: ClassVar[tuple[float, float, float, float]]
    sight_decay_m: ClassVar[float]

    def breakpoint_m(
        self, carrier_hz: float, site_height_m: float | None = None, device_height_m: float | None = None
    ) -> float:
        """Return the breakpoint distance dBP' [m].

        Raises:
            ValueError: The carrier or a height is not one that the model takes.
        """
        self.check_carrier(carrier_hz)
        site_m, device_m = self.heights_m(site_height_m, device_height_m)
        effective_m2 = (site_m - ENVIRONMENT_HEIGHT_M) * (device_m - ENVIRONMENT_HEIGHT_M)
        return 4.0 * effective_m2 * carrier_hz / STANDARD_LIGHT_SPEED_MPS

    @abstractmethod
    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return the probability of line of sight of an outdoor device (Table 7.4.2-1)."""

    def _sight_at_street_level(self, distance_2d_m: Values) -> Values:
        """Return 1 up to 18 m, then 18/d + exp(-d/decay) (1 - 18/d)."""
        near = ALWAYS_SEEN_M / np.maximum(checked_distance_m(distance_2d_m), ALWAYS_SEEN_M)
        probability: Values = near + np.exp(-(ALWAYS_SEEN_M / self.sight_decay_m) / near) * (1.0 - near)
        return probability

    def _los_db(self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
        """Return the path loss with line of sight, written so that rounding cannot make it fall at the breakpoint.

        40 log d3D - (40 - B)/2 log(dBP'^2 + dh^2) is B log b + 40 log(d3D / b), with b the breakpoint's 3D distance.
        """
        intercept_db, slope_db = self.seen
        breakpoint_m = self.breakpoint_m(carrier_hz, site_height_m, device_height_m)
        breakpoint_3d_m = np.hypot(breakpoint_m, site_height_m - device_height_m)
        near_db = slope_db * np.log10(np.minimum(distance_3d_m, breakpoint_3d_m))
        both_db = near_db + 40.0 * np.log10(np.maximum(distance_3d_m / breakpoint_3d_m, 1.0))
        loss: Values = intercept_db + both_db + 20.0 * np.log10(carrier_hz / 1e9)
        return loss

    def _nlos_db(
        self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float
    ) -> Values:
        intercept_db, slope_db, carrier_db, height_db = self.blocked
        at_ground_db = intercept_db + slope_db * np.log10(distance_3d_m) + carrier_db * np.log10(carrier_hz / 1e9)
        loss: Values = at_ground_db - height_db * (device_height_m - 1.5)
        return loss
