"""Signal to interference and noise of every device at every site, from what the neighbour cells have in the air.

A matrix has a row for each device and a column for each site. A cell that is busy for a share of the time interferes
with that share of its power: the mean of the interference, not its fluctuation, counts. All cells use the same carrier.
Within a cell nobody interferes with anybody, as one sends at a time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cell import Cell
from .pathloss import Sight
from .rate import Direction

Matrix = NDArray[np.float64]
"""Of shape (devices, sites)."""


@dataclass(frozen=True)
class RadioField:
    """What each device would have at each site, with all of that site's airtime.

    Attributes:
        sinr_db: Signal to interference and noise ratio, shape (devices, sites) [dB].
        rate_bps: Rate, shape (devices, sites) [bit/s].
    """

    sinr_db: Matrix
    rate_bps: Matrix


def received_dbm(
    cell: Cell,
    sites_m: NDArray[np.float64],
    devices_m: NDArray[np.float64],
    *,
    los: Sight,
    shadow_db: Matrix | float,
    direction: Direction,
) -> Matrix:
    """Return the power that reaches each device from each site, or each site from each device [dBm].

    Args:
        cell: What every cell is.
        sites_m: Positions of the sites, shape (sites, 2) [m].
        devices_m: Positions of the devices, shape (devices, 2) [m].
        los: Which pairs have line of sight, shape (devices, sites).
        shadow_db: Shadow fading of each pair, shape (devices, sites) [dB].
        direction: "down" or "up".
    """
    apart_m = np.hypot(devices_m[:, None, 0] - sites_m[None, :, 0], devices_m[:, None, 1] - sites_m[None, :, 1])
    received: Matrix = cell.radiated_dbm(direction) - shadow_db - cell.path_loss_db(apart_m, los=los)
    return received


def downlink(cell: Cell, received: Matrix, load: NDArray[np.float64]) -> RadioField:
    """Return the downlink: a device hears its site, the noise, and the other sites for the share that they are busy.

    Args:
        cell: What every cell is.
        received: Power of each site at each device, from `received_dbm` [dBm].
        load: Share of the time that each site sends, 0 to 1, shape (sites,).

    Raises:
        ValueError: A load is not between 0 and 1.
    """
    power_mw = _milliwatts(received)
    heard_mw = power_mw * _checked(load, "load")
    others_mw = heard_mw.sum(axis=1, keepdims=True) - heard_mw
    return _field(cell, received, others_mw, "down")


def uplink(cell: Cell, received: Matrix, serving: NDArray[np.intp], activity: NDArray[np.float64]) -> RadioField:
    """Return the uplink: a site hears a device, the noise, and the devices of other cells for the share that they send.

    In the columns of sites that do not serve it, a device finds what it would have after moving there alone.

    Args:
        cell: What every cell is.
        received: Power of each device at each site, from `received_dbm` [dBm].
        serving: Index of the site that serves each device, shape (devices,).
        activity: Share of the time that each device sends, 0 to 1, shape (devices,).

    Raises:
        ValueError: An activity is not between 0 and 1.
    """
    sent_mw = _milliwatts(received) * _checked(activity, "activity")[:, None]
    own = serving[:, None] == np.arange(received.shape[1])[None, :]
    foreign_mw = np.where(own, 0.0, sent_mw)
    others_mw = foreign_mw.sum(axis=0, keepdims=True) - foreign_mw
    return _field(cell, received, others_mw, "up")


def _field(cell: Cell, received: Matrix, others_mw: Matrix, direction: Direction) -> RadioField:
    """Return ratio and rate from the wanted power [dBm] and the unwanted one, noise excluded [mW]."""
    noise_mw = 10.0 ** (cell.noise_dbm(direction) / 10.0)
    # A sum less one of its own terms may come out below nothing by rounding.
    disturbed_dbm = 10.0 * np.log10(noise_mw + np.maximum(others_mw, 0.0))
    sinr_db = received - disturbed_dbm
    return RadioField(sinr_db, cell.spectral_efficiency(sinr_db, direction) * cell.bandwidth_hz)


def _milliwatts(level_dbm: Matrix) -> Matrix:
    # exp is twice as fast as a power of ten.
    power: Matrix = np.exp(level_dbm * (np.log(10.0) / 10.0))
    return power


def _checked(share: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    if not np.all((share >= 0.0) & (share <= 1.0)):
        raise ValueError(f"{what} is outside 0 to 1; it is a share of the time")
    return share
