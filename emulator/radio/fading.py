"""Line of sight and shadow fading of links whose ends move: correlated in space, 3GPP TR 38.901 v16.1.

Shadow fading follows clause 7.4.4. Line of sight is spatially consistent as in clause 7.6.3.3: a Gaussian number per
link, of the correlation distance of Table 7.6.3.1-2, is compared with the probability at the link's distance.
Links are independent of each other.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from .cell import Cell
from .deviates import Keys, normal_deviates
from .shadowing import moved_shadow_db
from .sidelink import Sidelink

Numbers = NDArray[np.float64]

LOS_DECORRELATION_M = {"uma": 50.0, "umi": 50.0, "rma": 60.0, "inh": 10.0, "ci": 50.0}
"""TR 38.901, Table 7.6.3.1-2; close-in free space takes that of UMi."""


class FadingLaw(Protocol):
    """What decides the fading of a link at a distance."""

    @property
    def los_decorrelation_m(self) -> float:
        """Return the correlation distance of the state of sight [m]."""

    def los_probability(self, distance_m: Numbers) -> Numbers:
        """Return the probability of line of sight; 0 or 1 where it is imposed."""

    def sigma_db(self, distance_m: Numbers, los: NDArray[np.bool_]) -> Numbers:
        """Return the standard deviation of the shadow fading; 0 where there is none [dB]."""

    def decorrelation_m(self, los: NDArray[np.bool_]) -> Numbers:
        """Return the decorrelation distance of the shadow fading [m]."""


@dataclass(frozen=True)
class CellFading:
    """The fading of links to sites."""

    cell: Cell

    @property
    def los_decorrelation_m(self) -> float:
        """Return the correlation distance of the state of sight [m]."""
        return LOS_DECORRELATION_M[self.cell.model]

    def los_probability(self, distance_m: Numbers) -> Numbers:
        """Return that of the cell's model, or what the cell imposes."""
        if self.cell.line_of_sight != "probability":
            return np.full(np.shape(distance_m), 1.0 if self.cell.line_of_sight == "always" else 0.0)
        return self.cell.path_loss.los_probability(distance_m, self.cell.heights_m[1])

    def sigma_db(self, distance_m: Numbers, los: NDArray[np.bool_]) -> Numbers:
        """Return that of the cell's model [dB]."""
        site_m, device_m = self.cell.heights_m
        sigma = self.cell.path_loss.shadow_sigma_db(
            distance_m, self.cell.carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m
        )
        return np.asarray(sigma) * self.cell.shadowing

    def decorrelation_m(self, los: NDArray[np.bool_]) -> Numbers:
        """Return that of the cell's model [m]."""
        return np.asarray(self.cell.path_loss.decorrelation_m(los))


@dataclass(frozen=True)
class SidelinkFading:
    """The fading of links between devices."""

    sidelink: Sidelink
    los_decorrelation_m: float = 50.0  # of urban micro cells: TR 37.885 has none

    def los_probability(self, distance_m: Numbers) -> Numbers:
        """Return that of the sidelink's model, or what it imposes."""
        if self.sidelink.line_of_sight != "probability":
            return np.full(np.shape(distance_m), 1.0 if self.sidelink.line_of_sight == "always" else 0.0)
        return self.sidelink.los_probability(distance_m)

    def sigma_db(self, distance_m: Numbers, los: NDArray[np.bool_]) -> Numbers:
        """Return that of the sidelink's model [dB]."""
        return np.asarray(self.sidelink.shadow_sigma_db(los)) * self.sidelink.shadowing

    def decorrelation_m(self, los: NDArray[np.bool_]) -> Numbers:
        """Return that of the sidelink's model [m]."""
        return np.asarray(self.sidelink.decorrelation_m(los))


class Fading:
    """The state of many links: line of sight, shadow fading, and a number for what is in the way.

    Attributes:
        los: Which links have line of sight, of the shape of the first draws.
        shadow_db: Shadow fading, added to the path loss [dB].
        obstacle: A standard normal number, drawn anew when the line of sight changes.
    """

    def __init__(
        self, law: FadingLaw, keys: Keys, distance_m: Numbers, chance: Numbers, deviate: Numbers, obstacle: Numbers
    ) -> None:
        """Begin with the numbers that a link which does not move has.

        Args:
            law: What decides the fading.
            keys: The links' keys for numbers to come.
            distance_m: Distance of the ends [m].
            chance: A uniform number for the line of sight, which there is where it is below the probability.
            deviate: A standard normal number for the shadow fading.
            obstacle: The same for what is in the way.
        """
        self._law, self._keys, self._draws = law, keys, 0
        self._sight = ndtri(chance)
        self._deviate, self.obstacle = deviate.copy(), obstacle.copy()
        self.los: NDArray[np.bool_] = chance < law.los_probability(distance_m)
        self.shadow_db: Numbers = law.sigma_db(distance_m, self.los) * self._deviate

    def move(self, distance_m: Numbers, moved_m: Numbers) -> None:
        """Go on with the links whose ends now have this distance, after a displacement by which they moved [m]."""
        self._draws += 1
        fresh_sight, fresh, obstacle = (
            normal_deviates(self._keys, 2 * self._draws + part // 2, part % 2) for part in (0, 1, 2)
        )
        kept_m = self._law.los_decorrelation_m
        self._sight = moved_shadow_db(
            self._sight, moved_m, fresh_sight, sigma_db=np.ones(()), decorrelation_m=np.asarray(kept_m)
        )
        los = ndtr(self._sight) < self._law.los_probability(distance_m)
        changed = los != self.los
        apart_m = self._law.decorrelation_m(los)
        moved: Numbers = moved_shadow_db(self._deviate, moved_m, fresh, sigma_db=np.ones(()), decorrelation_m=apart_m)
        self._deviate = np.where(changed, fresh, moved)
        self.obstacle = np.where(changed, obstacle, self.obstacle)
        self.los, self.shadow_db = los, self._law.sigma_db(distance_m, los) * self._deviate
