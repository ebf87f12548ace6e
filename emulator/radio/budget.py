"""The link budget: from a device's distance to its rate, when it has the cell to itself."""

from dataclasses import dataclass
from typing import Generic

from .cell import Cell
from .pathloss import Sight
from .rate import Direction
from .values import Values


@dataclass(frozen=True)
class LinkBudget(Generic[Values]):
    """What a radio link achieves in one direction when the cell is its alone.

    Attributes:
        path_loss_db: Median path loss, shadowing excluded [dB].
        noise_dbm: Noise in the receiver, noise figure included [dBm].
        snr_db: Signal to noise ratio, shadowing included [dB].
        spectral_efficiency: [bit/s/Hz].
        rate_bps: Rate of the link with all the airtime [bit/s]; 0 where the ratio is too low for any.
    """

    path_loss_db: Values
    noise_dbm: float
    snr_db: Values
    spectral_efficiency: Values
    rate_bps: Values


def link_budget(
    cell: Cell,
    distance_2d_m: Values,
    *,
    los: Sight,
    shadow_db: Values,
    direction: Direction,
) -> LinkBudget[Values]:
    """Return the link budget at a distance.

    SNR = transmit power + both antenna gains - path loss - shadowing - noise, all in dB.

    Args:
        cell: The cell of the link.
        distance_2d_m: Horizontal distance between site and device [m].
        los: Whether there is line of sight.
        shadow_db: Shadow fading, added to the path loss [dB].
        direction: "down" (site to device) or "up".

    Raises:
        ValueError: A value is outside the propagation model, or the direction is neither.
    """
    loss_db = cell.path_loss_db(distance_2d_m, los=los)
    received_dbm = cell.radiated_dbm(direction) - loss_db - shadow_db
    noise_dbm = cell.noise_dbm(direction)
    snr_db = received_dbm - noise_dbm
    efficiency = cell.spectral_efficiency(snr_db, direction)
    return LinkBudget(loss_db, noise_dbm, snr_db, efficiency, efficiency * cell.bandwidth_hz)
