"""Handover by event A3 of 3GPP TS 38.331, clause 5.5.4.4: a neighbour is better than the serving cell by an offset.

Without offsets of single cells or frequencies, with Mn the power received from the neighbour and Mp from the serving
cell::

    entering  Mn - Hys > Mp + Off
    leaving   Mn + Hys < Mp + Off

What is received is taken as it is: the layer 3 filter of clause 5.5.3.2 has nothing to smooth where no fast fading is
modelled. The network decides in no time; TR 36.839 reckons with 50 ms.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

CLOCK_RESOLUTION_S = 1e-9
"""Times closer than this are the same, so that rounding does not make a time-to-trigger a measurement longer."""


@dataclass(frozen=True)
class Handover:
    """When a device changes its cell: event A3 with hysteresis and time-to-trigger.

    Offset and time-to-trigger are the second of the parameter sets that 3GPP TR 36.839, Mobility Enhancements in
    Heterogeneous Networks, compares, which have no hysteresis; the interruption is its execution time.

    TS 38.331 allows offsets of -15 to 15 dB and a hysteresis of 0 to 15 dB in steps of 0.5 dB, and for the
    time-to-trigger 0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560 and 5120 ms; here any value
    will do.
    """

    offset_db: Annotated[float, "How much stronger than the serving cell a neighbour must be."] = 3.0
    hysteresis_db: Annotated[
        float, "How much more than the offset it must be to count, and less to count no longer.", Ge(0)
    ] = 0.0
    time_to_trigger_s: Annotated[float, "How long it must be so before the device changes.", Ge(0)] = 0.160
    interruption_s: Annotated[float, "How long a device that changes can neither send nor receive.", Ge(0)] = 0.040


class A3:
    """The event for many devices and sites, from one measurement to the next.

    A neighbour triggers once it has fulfilled the entering condition at every measurement over the time-to-trigger, and
    stays triggered until it has fulfilled the leaving condition for as long. A device that has changed its serving site
    begins anew.
    """

    def __init__(self, handover: Handover, serving: NDArray[np.intp], sites: int) -> None:
        """Begin with nothing triggered.

        Args:
            handover: The parameters.
            serving: The site that serves each device, shape (devices,).
            sites: Number of sites.
        """
        self.handover = handover
        self._serving = serving.copy()
        self._triggered = np.zeros((len(serving), sites), dtype=bool)
        # Since when the condition holds that would change the one above; infinite where it does not hold [s].
        self._since_s = np.full((len(serving), sites), np.inf)

    def update(self, now_s: float, received_dbm: NDArray[np.float64], serving: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the site that each device should change to, the strongest that has triggered, or -1, shape (devices,).

        Args:
            now_s: Time of the measurement, later than the one before [s].
            received_dbm: Power of each site at each device, shape (devices, sites); a site that cannot be measured,
                NaN or minus infinity, fulfils no entering condition [dBm].
            serving: The site that serves each device, shape (devices,); for -1, none, every site is better.
        """
        self._begin_anew(serving != self._serving)
        self._serving = serving.copy()
        holds = self._conditions(received_dbm, serving)
        self._since_s = np.where(holds, np.minimum(self._since_s, now_s), np.inf)
        changes = now_s - self._since_s >= self.handover.time_to_trigger_s - CLOCK_RESOLUTION_S
        self._triggered ^= changes
        self._since_s[changes] = np.inf
        candidates = np.where(self._triggered & np.isfinite(received_dbm), received_dbm, -np.inf)
        strongest = np.argmax(candidates, axis=1)
        return np.where(np.isfinite(candidates.max(axis=1)), strongest, -1)

    def _begin_anew(self, devices: NDArray[np.bool_]) -> None:
        self._triggered[devices] = False
        self._since_s[devices] = np.inf

    def _conditions(self, received_dbm: NDArray[np.float64], serving: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return where the condition holds that would change what is triggered: entering, or where it is, leaving."""
        own = serving[:, None] == np.arange(received_dbm.shape[1])
        of_serving = np.take_along_axis(received_dbm, np.maximum(serving, 0)[:, None], axis=1)
        threshold = np.where(serving[:, None] < 0, -np.inf, of_serving) + self.handover.offset_db
        entering = ~own & (received_dbm - self.handover.hysteresis_db > threshold)
        leaving = ~(received_dbm + self.handover.hysteresis_db >= threshold)
        return np.where(self._triggered, leaving, entering)
