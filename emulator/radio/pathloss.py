"""What every propagation model gives: path loss, chance of line of sight, spread and reach of the shadowing.

Distances in metres, carrier in hertz, losses in dB; scalars or arrays. Where all models deviate from their standard:

* a model begins at a nearest distance, and anything nearer is evaluated there;
* it ends at a farthest distance, and anything farther follows the same formula without a warrant;
* the standard fixes the height of a UMa, UMi or InH site; other heights enter the formula as they are.

Not modelled: fast fading, buildings' walls (O2I, TR 38.901 clause 7.4.3) and blockage (clause 7.6.4).
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from .values import Values

Sight = bool | NDArray[np.bool_]
"""Whether there is line of sight; an array broadcasts against the distances."""


@dataclass(frozen=True)
class PathLossModel(ABC):
    """A propagation model: its constants here, its parameters in the fields of the subclass.

    Attributes:
        title: What the model is called.
        source: Where its formulas stand.
        carriers_hz: Lowest and highest carrier frequency [Hz].
        site_height_m: Antenna height of a site, where nothing else is said [m].
        device_height_m: Antenna height of a device, where nothing else is said [m].
        site_heights_m: Lowest and highest antenna of a site that the formulas take [m].
        device_heights_m: Lowest and highest antenna of a device that the formulas take [m].
        nearest_2d_m: Horizontal distance at which the model begins [m].
        nearest_3d_m: Distance between the antennas at which the model begins [m].
        farthest_m: Distance at which its warrant ends [m].
        sigmas_db: Standard deviation of the shadow fading, with and without line of sight [dB].
        decorrelations_m: Decorrelation distance of the shadow fading, with and without line of sight [m].
    """

    title: ClassVar[str]
    source: ClassVar[str]
    carriers_hz: ClassVar[tuple[float, float]] = (0.5e9, 100e9)
    site_height_m: ClassVar[float]
    device_height_m: ClassVar[float]
    site_heights_m: ClassVar[tuple[float, float]]
    device_heights_m: ClassVar[tuple[float, float]]
    nearest_2d_m: ClassVar[float] = 0.0
    nearest_3d_m: ClassVar[float] = 0.0
    farthest_m: ClassVar[float]
    sigmas_db: ClassVar[tuple[float, float]]
    decorrelations_m: ClassVar[tuple[float, float]]

    def path_loss_db(
        self,
        distance_2d_m: Values,
        carrier_hz: float,
        *,
        los: Sight,
        site_height_m: float | None = None,
        device_height_m: float | None = None,
    ) -> Values:
        """Return the median path loss, shadowing excluded [dB]; without line of sight never less than with it.

        Args:
            distance_2d_m: Horizontal distance between site and device [m].
            carrier_hz: Carrier frequency [Hz].
            los: Whether there is line of sight; an array broadcasts against the distance.
            site_height_m: Antenna height of the site, hBS; by default the model's [m].
            device_height_m: Antenna height of the device, hUT; by default the model's [m].

        Raises:
            ValueError: The carrier, a height or a distance is not one that the model takes.
        """
        self.check_carrier(carrier_hz)
        site_m, device_m = self.heights_m(site_height_m, device_height_m)
        distance_m = self.distance_3d_m(distance_2d_m, site_m, device_m)
        seen_db = self._los_db(distance_m, carrier_hz, site_m, device_m)
        if np.all(los):
            blocked_db = seen_db
        else:
            blocked_db = np.maximum(seen_db, self._nlos_db(distance_m, carrier_hz, site_m, device_m))
        # np.where makes an array of a scalar; the empty index makes it a scalar again.
        return cast(Values, np.where(los, seen_db, blocked_db)[()])

    @abstractmethod
    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return the probability of line of sight at a horizontal distance [m].

        Raises:
            ValueError: A distance is negative or not finite, or the height is not one that the model takes.
        """

    def shadow_sigma_db(
        self,
        distance_2d_m: Values,
        carrier_hz: float,
        *,
        los: Sight,
        site_height_m: float | None = None,
        device_height_m: float | None = None,
    ) -> Values:
        """Return the standard deviation of the log-normal shadow fading [dB]; arguments as for `path_loss_db`."""
        return cast(Values, np.where(los, *self.sigmas_db)[()])

    def decorrelation_m(self, los: Sight) -> float | NDArray[np.float64]:
        """Return the distance over which the shadow fading's autocorrelation falls to 1/e [m]."""
        distance_m: float | NDArray[np.float64] = np.where(los, *self.decorrelations_m)[()]
        return distance_m

    def check_carrier(self, carrier_hz: float) -> None:
        """Check that the model holds at a carrier frequency [Hz].

        Raises:
            ValueError: It does not.
        """
        low_hz, high_hz = self.carriers_hz
        if not low_hz <= carrier_hz <= high_hz:
            raise ValueError(
                f"carrier is {carrier_hz / 1e9:g} GHz; the {self.title} model holds from {low_hz / 1e9:g} to "
                f"{high_hz / 1e9:g} GHz"
            )

    def heights_m(self, site_height_m: float | None, device_height_m: float | None) -> tuple[float, float]:
        """Return both antenna heights, the model's own where one is None [m].

        Raises:
            ValueError: A height is not one that the model takes.
        """
        site_m = self.site_height_m if site_height_m is None else site_height_m
        device_m = self.device_height_m if device_height_m is None else device_height_m
        ends = (("site", site_m, self.site_heights_m), ("device", device_m, self.device_heights_m))
        for end, height_m, (low_m, high_m) in ends:
            if not low_m <= height_m <= high_m:
                raise ValueError(
                    f"{end} height is {height_m:g} m; the {self.title} model takes {low_m:g} to {high_m:g} m"
                )
        return site_m, device_m

    def distance_3d_m(self, distance_2d_m: Values, site_height_m: float, device_height_m: float) -> Values:
        """Return the distance between the antennas, at least the nearest that the model knows [m]."""
        reach_m = np.maximum(checked_distance_m(distance_2d_m), self.nearest_2d_m)
        distance: Values = np.maximum(np.hypot(reach_m, site_height_m - device_height_m), self.nearest_3d_m)
        return distance

    def nearest_m(self, site_height_m: float, device_height_m: float) -> float:
        """Return the horizontal distance at which the model begins; anything nearer is evaluated there [m]."""
        level_m = math.sqrt(max(self.nearest_3d_m**2 - (site_height_m - device_height_m) ** 2, 0.0))
        return max(self.nearest_2d_m, level_m)

    @abstractmethod
    def _los_db(self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
        """Return the path loss with line of sight [dB]."""

    @abstractmethod
    def _nlos_db(
        self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float
    ) -> Values:
        """Return the path loss without line of sight, where that is more than with it [dB]."""


def checked_distance_m(distance_2d_m: Values) -> Values:
    """Return the distance.

    Raises:
        ValueError: It is negative or not finite.
    """
    fits = math.inf > distance_2d_m >= 0.0 if isinstance(distance_2d_m, float) else _all_fit(distance_2d_m)
    if not fits:
        raise ValueError(f"distance is {distance_2d_m!r} m; it must be finite and not negative")
    return distance_2d_m


def _all_fit(distances_m: NDArray[np.float64]) -> bool:
    return bool(np.all(np.isfinite(distances_m) & (np.asarray(distances_m) >= 0.0)))
