"""A radio cell: one site, its carrier, and the link budget from a device's distance to its rate.

Not modelled here: interference from other cells (the ratio is signal to noise), fast fading, beamforming and several
spatial layers, walls, and power control (each side sends at full power over the whole bandwidth, in its turn).
"""

from dataclasses import dataclass
from typing import Annotated, Generic, Literal, get_args, get_origin, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from .noise import thermal_noise_dbm
from .pathloss import UMI_SHADOW_DB, umi_los_probability, umi_path_loss_db
from .rate import Direction, spectral_efficiency
from .values import Values


@dataclass(frozen=True)
class Cell:
    """A radio cell in a street canyon whose devices share its airtime.

    Where the defaults come from:

    * 7 GHz: just below the 7.125 to 8.4 GHz that WRC-27 studies for IMT; 100 MHz: the widest NR channel there
      (frequency range 1 of TS 38.104, clause 5.3).
    * 33 dBm at the site: our choice of a small cell, 5 dB below the 38 dBm that TS 38.104 clause 6.2.1 allows a
      medium-range base station. 23 dBm at a device: power class 3 of TS 38.101-1, clause 6.2.1.
    * Noise figures: 9 dB at a device (TR 38.901, Table 7.8-1), 5 dB at the site (ITU-R M.2412, evaluation
      configurations).
    * Amplifier efficiency: 22.8 %, a micro base station's in Auer et al., How Much Energy Is Needed to Run a Wireless
      Network? (IEEE Wireless Communications, 2011, Table 2, the EARTH project); taken for devices too.
    * Antenna gains of 0 dB: no array is modelled, so this understates a real site.
    * Heights of 10 m and 1.5 m: UMi of TR 38.901, Table 7.2-1. Any other site height leaves the standard.
    * 1 ms of delay: the one-way user-plane latency that ITU-R M.2410 clause 4.7.1 requires for URLLC. It is a
      requirement, not a measurement: TR 38.913 clause 7.5 asks 0.5 ms for URLLC and 4 ms for eMBB, and networks in
      the field show more.
    """

    model: Annotated[Literal["umi"], "Propagation model: UMi street canyon, TR 38.901 clause 7.4."] = "umi"
    carrier_hz: Annotated[float, "Carrier frequency.", Ge(0.5e9), Le(100e9)] = 7e9
    bandwidth_hz: Annotated[float, "Bandwidth of the carrier; with fdd, of each direction.", Gt(0)] = 100e6
    duplex: Annotated[Literal["fdd", "tdd"], "Whether up and down have airtime of their own or share one."] = "tdd"
    airtime: Annotated[Literal["round-robin"], "How the cell divides its airtime: equally among those sending."] = (
        "round-robin"
    )
    delay_s: Annotated[float, "One-way delay of the radio link.", Ge(0)] = 1e-3
    site_power_dbm: Annotated[float, "Transmit power of the site."] = 33.0
    device_power_dbm: Annotated[float, "Transmit power of a device."] = 23.0
    site_noise_figure_db: Annotated[float, "Noise figure of the site's receiver.", Ge(0)] = 5.0
    device_noise_figure_db: Annotated[float, "Noise figure of a device's receiver.", Ge(0)] = 9.0
    site_antenna_gain_db: Annotated[float, "Antenna gain of the site over isotropic."] = 0.0
    device_antenna_gain_db: Annotated[float, "Antenna gain of a device over isotropic."] = 0.0
    amplifier_efficiency: Annotated[
        float, "Radiated power over what the transmitter draws while it sends.", Gt(0), Le(1)
    ] = 0.228
    site_height_m: Annotated[float, "Antenna height of the site.", Gt(1)] = 10.0
    device_height_m: Annotated[float, "Antenna height of a device.", Ge(1.5), Le(22.5)] = 1.5
    line_of_sight: Annotated[
        Literal["probability", "always", "never"], "Line of sight drawn by the model's probability, or imposed."
    ] = "probability"
    shadowing: Annotated[bool, "Whether links have log-normal shadow fading."] = True

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(Cell).items():
            if get_origin(hint) is Literal and getattr(self, name) not in get_args(hint):
                allowed = " or ".join(map(repr, get_args(hint)))
                raise ValueError(f"{name} of the cell is {getattr(self, name)!r}; it must be {allowed}")


@dataclass(frozen=True)
class Channel:
    """What is drawn once for a radio link: line of sight, and shadow fading added to the path loss [dB]."""

    los: bool
    shadow_db: float


@dataclass(frozen=True)
class LinkBudget(Generic[Values]):
    """What a radio link achieves in one direction when the cell is its alone.

    Attributes:
        path_loss_db: Median path loss, shadowing excluded [dB].
        noise_dbm: Noise in the receiver, noise figure included [dBm].
        snr_db: Signal to noise ratio, shadowing included [dB].
        spectral_efficiency: [bit/s/Hz].
        rate_bps: Rate of the link with all the airtime [bit/s]; 0 where the ratio is below -10 dB.
    """

    path_loss_db: Values
    noise_dbm: float
    snr_db: Values
    spectral_efficiency: Values
    rate_bps: Values


def draw_channel(cell: Cell, distance_m: float, rng: np.random.Generator) -> Channel:
    """Draw line of sight and shadowing of one link from the link's own stream.

    Both numbers are always drawn, so that imposing one leaves the other as it was.

    Args:
        cell: The cell of the link.
        distance_m: Horizontal distance between site and device [m].
        rng: The link's own stream.
    """
    chance, deviation = float(rng.random()), float(rng.standard_normal())
    imposed = {"always": True, "never": False, "probability": None}[cell.line_of_sight]
    los = bool(chance < umi_los_probability(distance_m)) if imposed is None else imposed
    return Channel(los=los, shadow_db=UMI_SHADOW_DB[los] * deviation if cell.shadowing else 0.0)


def link_budget(
    cell: Cell,
    distance_2d_m: Values,
    *,
    los: bool | NDArray[np.bool_],
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
    heights = {"site_height_m": cell.site_height_m, "device_height_m": cell.device_height_m}
    loss_db = umi_path_loss_db(distance_2d_m, cell.carrier_hz, los=los, **heights)
    received_dbm = _radiated_dbm(cell, direction) - loss_db - shadow_db
    noise_dbm = thermal_noise_dbm(cell.bandwidth_hz, _noise_figure_db(cell, direction))
    snr_db = received_dbm - noise_dbm
    efficiency = spectral_efficiency(snr_db, direction)
    return LinkBudget(loss_db, noise_dbm, snr_db, efficiency, efficiency * cell.bandwidth_hz)


def _radiated_dbm(cell: Cell, direction: Direction) -> float:
    """Return transmit power plus the antenna gains of both ends [dBm]."""
    power_dbm = cell.site_power_dbm if direction == "down" else cell.device_power_dbm
    return power_dbm + cell.site_antenna_gain_db + cell.device_antenna_gain_db


def _noise_figure_db(cell: Cell, direction: Direction) -> float:
    """Return the noise figure of the end that receives [dB]."""
    return cell.device_noise_figure_db if direction == "down" else cell.site_noise_figure_db
