"""Path loss and line of sight in a street canyon: the UMi scenario of 3GPP TR 38.901 v16.1, clause 7.4.

Distances in metres, carrier in hertz, losses in dB; scalars or arrays. Where this deviates from the standard:

* the model begins at a horizontal distance of 10 m, and anything nearer is evaluated at 10 m;
* it ends at 5 km, and anything farther follows the same formula without a warrant;
* the standard fixes the site height at 10 m; other heights enter the formula as they are.

Not modelled: fast fading, spatial correlation of the shadowing (clause 7.4.4), buildings' walls (O2I, clause 7.4.3),
oxygen absorption and blockage (clause 7.6).
"""

import numpy as np
from numpy.typing import NDArray

from .values import Values

MIN_DISTANCE_M = 10.0
"""Smallest horizontal distance of the model (Table 7.4.1-1)."""

CARRIER_RANGE_HZ = (0.5e9, 100e9)
"""Carrier frequencies of the model (Table 7.4.1-1, note 2)."""

ENVIRONMENT_HEIGHT_M = 1.0
"""Effective environment height hE in UMi (Table 7.4.1-1, note 1)."""

BREAKPOINT_LIGHT_SPEED_MPS = 3.0e8
"""Propagation velocity that the standard rounds to in the breakpoint distance (Table 7.4.1-1, note 1)."""

UMI_SHADOW_DB = {True: 4.0, False: 7.82}
"""Standard deviation of the shadow fading [dB], with and without line of sight (Table 7.4.1-1)."""


def umi_path_loss_db(
    distance_2d_m: Values,
    carrier_hz: float,
    *,
    los: bool | NDArray[np.bool_],
    site_height_m: float = 10.0,
    device_height_m: float = 1.5,
) -> Values:
    """Return the median path loss, shadowing excluded [dB].

    With d3D = sqrt(d2D^2 + (hBS - hUT)^2), f in GHz and log = log10 (Table 7.4.1-1, UMi - Street Canyon)::

        LOS   32.4 + 21 log d3D + 20 log f                                         d2D <= dBP'
              32.4 + 40 log d3D + 20 log f - 9.5 log(dBP'^2 + (hBS - hUT)^2)       d2D >= dBP'
        NLOS  max(LOS, 22.4 + 35.3 log d3D + 21.3 log f - 0.3 (hUT - 1.5))

    Args:
        distance_2d_m: Horizontal distance between site and device [m].
        carrier_hz: Carrier frequency [Hz].
        los: Whether there is line of sight; an array broadcasts against the distance.
        site_height_m: Antenna height of the site, hBS [m].
        device_height_m: Antenna height of the device, hUT [m].

    Raises:
        ValueError: The carrier is outside 0.5 to 100 GHz, a height not above 1 m, or a distance negative or not finite.
    """
    reach_m = _horizontal_m(distance_2d_m)
    carrier_db = np.log10(_carrier_ghz(carrier_hz))
    distance_3d_m = np.hypot(reach_m, site_height_m - device_height_m)
    loss_los = 32.4 + _los_slope_db(distance_3d_m, carrier_hz, site_height_m, device_height_m) + 20.0 * carrier_db
    blocked = 22.4 + 35.3 * np.log10(distance_3d_m) + 21.3 * carrier_db - 0.3 * (device_height_m - 1.5)
    # np.where makes an array of a scalar; the empty index makes it a scalar again.
    loss: Values = np.where(los, loss_los, np.maximum(loss_los, blocked))[()]
    return loss


def umi_los_probability(distance_2d_m: Values) -> Values:
    """Return the probability of line of sight (Table 7.4.2-1, UMi - Street Canyon), for an outdoor device.

    1 up to 18 m, then 18/d + exp(-d/36) (1 - 18/d).

    Raises:
        ValueError: A distance is negative or not finite.
    """
    near = 18.0 / np.maximum(_horizontal_m(distance_2d_m), 18.0)
    probability: Values = near + np.exp(-0.5 / near) * (1.0 - near)
    return probability


def umi_breakpoint_m(carrier_hz: float, site_height_m: float = 10.0, device_height_m: float = 1.5) -> float:
    """Return the breakpoint distance dBP' = 4 h'BS h'UT f/c [m], heights above the environment (note 1).

    Raises:
        ValueError: The carrier is outside 0.5 to 100 GHz, or a height not above 1 m.
    """
    _carrier_ghz(carrier_hz)
    if not min(site_height_m, device_height_m) > ENVIRONMENT_HEIGHT_M:
        raise ValueError(
            f"antenna heights are {site_height_m:g} m (site) and {device_height_m:g} m (device); "
            f"the UMi model needs both above its environment height of {ENVIRONMENT_HEIGHT_M:g} m"
        )
    effective_m2 = (site_height_m - ENVIRONMENT_HEIGHT_M) * (device_height_m - ENVIRONMENT_HEIGHT_M)
    return 4.0 * effective_m2 * carrier_hz / BREAKPOINT_LIGHT_SPEED_MPS


def _los_slope_db(distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
    """Return the distance term of the LOS formula, written so that rounding cannot make it fall at the breakpoint.

    40 log d3D - 9.5 log(dBP'^2 + dh^2) is 21 log b + 40 log(d3D / b), with b the breakpoint's own 3D distance.
    """
    breakpoint_m = umi_breakpoint_m(carrier_hz, site_height_m, device_height_m)
    breakpoint_3d_m = np.hypot(breakpoint_m, site_height_m - device_height_m)
    near_db = 21.0 * np.log10(np.minimum(distance_3d_m, breakpoint_3d_m))
    slope: Values = near_db + 40.0 * np.log10(np.maximum(distance_3d_m / breakpoint_3d_m, 1.0))
    return slope


def _horizontal_m(distance_2d_m: Values) -> Values:
    """Return the distance, at least 10 m."""
    if not np.all(np.isfinite(distance_2d_m) & (np.asarray(distance_2d_m) >= 0.0)):
        raise ValueError(f"distance is {distance_2d_m!r} m; it must be finite and not negative")
    reach_m: Values = np.maximum(distance_2d_m, MIN_DISTANCE_M)
    return reach_m


def _carrier_ghz(carrier_hz: float) -> float:
    """Return the carrier in GHz, the unit of the standard's formulas."""
    low_hz, high_hz = CARRIER_RANGE_HZ
    if not low_hz <= carrier_hz <= high_hz:
        raise ValueError(f"carrier is {carrier_hz / 1e9:g} GHz; the UMi model holds from 0.5 to 100 GHz")
    return carrier_hz / 1e9
