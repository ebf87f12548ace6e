"""InH: the indoor office of 3GPP TR 38.901 v16.1, clause 7.4."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from .pathloss import PathLossModel, checked_distance_m
from .values import Values

Office = Literal["mixed", "open"]
"""An office of rooms and open places, or an open one."""


@dataclass(frozen=True)
class InH(PathLossModel):
    """A site at the ceiling of an office (Tables 7.4.1-1, 7.4.2-1 and 7.5-6, InH - Office).

    With d3D in metres, f in GHz and log = log10::

        LOS   32.4 + 17.3 log d3D + 20 log f
        NLOS  max(LOS, 17.30 + 38.3 log d3D + 24.9 log f)

    Attributes:
        office: Which of the two laws of line of sight holds.
    """

    title: ClassVar[str] = "InH"
    source: ClassVar[str] = "3GPP TR 38.901 v16.1, Table 7.4.1-1, InH office"
    site_height_m: ClassVar[float] = 3.0
    device_height_m: ClassVar[float] = 1.0
    site_heights_m: ClassVar[tuple[float, float]] = (0.0, 100.0)
    device_heights_m: ClassVar[tuple[float, float]] = (0.0, 100.0)
    nearest_3d_m: ClassVar[float] = 1.0
    farthest_m: ClassVar[float] = 150.0
    sigmas_db: ClassVar[tuple[float, float]] = (3.0, 8.03)
    decorrelations_m: ClassVar[tuple[float, float]] = (10.0, 6.0)

    office: Office = "mixed"

    def __post_init__(self) -> None:
        if self.office not in get_args(Office):
            raise ValueError(f"office is {self.office!r}; it must be 'mixed' or 'open'")

    def los_probability(self, distance_2d_m: Values, device_height_m: float | None = None) -> Values:
        """Return the probability of line of sight; the height does not matter.

        Mixed: 1 up to 1.2 m, exp(-(d - 1.2)/4.7) up to 6.5 m, then 0.32 exp(-(d - 6.5)/32.6). Open: 1 up to 5 m,
        exp(-(d - 5)/70.8) up to 49 m, then 0.54 exp(-(d - 49)/211.7), which at 49 m is 0.003 more than just before.
        """
        distance_m = checked_distance_m(distance_2d_m)
        if self.office == "mixed":
            near, far, end_m = np.exp(-(distance_m - 1.2) / 4.7), 0.32 * np.exp(-(distance_m - 6.5) / 32.6), 6.5
            beyond = np.greater_equal(distance_m, end_m)
        else:
            near, far, end_m = np.exp(-(distance_m - 5.0) / 70.8), 0.54 * np.exp(-(distance_m - 49.0) / 211.7), 49.0
            beyond = np.greater(distance_m, end_m)
        probability: Values = np.where(beyond, far, np.minimum(near, 1.0))[()]
        return probability

    def _los_db(self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float) -> Values:
        loss: Values = 32.4 + 17.3 * np.log10(distance_3d_m) + 20.0 * np.log10(carrier_hz / 1e9)
        return loss

    def _nlos_db(
        self, distance_3d_m: Values, carrier_hz: float, site_height_m: float, device_height_m: float
    ) -> Values:
        loss: Values = 17.30 + 38.3 * np.log10(distance_3d_m) + 24.9 * np.log10(carrier_hz / 1e9)
        return loss
