"""From signal-to-noise ratio to rate: the truncated Shannon bound of 3GPP TR 38.803 clause 5.2.7.

ITU-R M.2101 uses the same. It stands for modulation, coding, retransmission and control overhead together; it knows
no number of antennas, so it gives one spatial layer.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .values import Values

Direction = Literal["down", "up"]
"""Down is from the site to the device, up from the device to the site."""


@dataclass(frozen=True)
class TruncatedShannon:
    """Parameters of the bound: attenuation alpha, and the SINR range in which it follows Shannon [dB]."""

    alpha: float
    lowest_db: float
    highest_db: float


TRUNCATED_SHANNON: dict[str, TruncatedShannon] = {
    "down": TruncatedShannon(alpha=0.6, lowest_db=-10.0, highest_db=30.0),
    "up": TruncatedShannon(alpha=0.4, lowest_db=-10.0, highest_db=22.0),
}
"""By direction, TR 38.803 clause 5.2.7."""


def spectral_efficiency(sinr_db: Values, direction: Direction) -> Values:
    """Return the spectral efficiency [bit/s/Hz].

    0 below -10 dB; alpha log2(1 + SINR) from there; constant from 30 dB (down) or 22 dB (up).

    Args:
        sinr_db: Signal to interference and noise ratio [dB].
        direction: "down" or "up".

    Raises:
        ValueError: The direction is neither, or a ratio is not a number.
    """
    bound = _bound(direction)
    efficiency: Values = np.multiply(
        np.greater_equal(sinr_db, bound.lowest_db),
        shannon_share(np.clip(sinr_db, bound.lowest_db, bound.highest_db), direction),
    )
    return efficiency


def shannon_share(sinr_db: Values, direction: Direction) -> Values:
    """Return alpha log2(1 + SINR), the bound without its truncation [bit/s/Hz].

    Raises:
        ValueError: The direction is neither, or a ratio is not a number.
    """
    bound = _bound(direction)
    if np.any(np.isnan(sinr_db)):
        raise ValueError("the signal to noise ratio is not a number")
    share: Values = bound.alpha * np.log2(1.0 + 10.0 ** (sinr_db / 10.0))
    return share


def rate_bps(sinr_db: Values, bandwidth_hz: float, direction: Direction) -> Values:
    """Return the rate of one link that has the whole bandwidth to itself [bit/s]."""
    rate: Values = spectral_efficiency(sinr_db, direction) * bandwidth_hz
    return rate


def _bound(direction: Direction) -> TruncatedShannon:
    if direction not in TRUNCATED_SHANNON:
        raise ValueError(f"direction is {direction!r}; it must be 'down' or 'up'")
    return TRUNCATED_SHANNON[direction]
