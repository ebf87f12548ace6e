"""Links from device to device, without a site: the sidelink channel of 3GPP TR 37.885 v15.3.

With the distance d in metres, f in GHz and log = log10 (Table 6.2.1-1)::

    urban    in sight   38.77 + 16.7 log d + 18.2 log f         highway  in sight   32.4 + 20 log d + 20 log f
    behind buildings    36.85 + 30 log d + 18.9 log f, or as in sight where that is more

Shadow fading has a standard deviation of 3 dB in sight or behind vehicles, and 4 dB behind buildings. The standard
knows where streets and buildings are: on one street a link is in sight by a probability (Table 6.2-1) or else behind
vehicles, from street to street it is behind buildings. Here are no streets, so a scenario says what is in the way.

A link behind vehicles loses what one in sight does, and max(0, N(mu, sigma)) dB more (clause 6.2.1): nothing where both
antennas are above the vehicle in the way, 9 dB and sigma 4.5 dB where both are below it, else 5 dB and 4 dB; from
541 m on mu grows, by 15 log d - 41. A log-normal number in the words of the standard is taken as normal in dB.
"""

import math
from dataclasses import dataclass, fields
from typing import Annotated, Literal, cast, get_args, get_origin, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from .budget import LinkBudget
from .cell import Cell
from .mcs import mcs_efficiency
from .noise import thermal_noise_dbm
from .pathloss import Sight, checked_distance_m
from .rate import spectral_efficiency
from .values import Values

NEAREST_M = 1.0
"""Devices nearer to each other have the path loss of this distance: the formulas are made for cars."""

SIGMAS_DB = (3.0, 3.0, 4.0)
"""Standard deviation of the shadow fading in sight, behind vehicles and behind buildings (Table 6.2.1-1)."""


@dataclass(frozen=True)
class Street:
    """What differs between a city and a highway.

    Attributes:
        seen: Intercept [dB], slope over the distance, slope over the carrier, of the path loss in sight.
        decorrelations_m: Decorrelation distance of the shadow fading in sight, and behind something [m].
    """

    seen: tuple[float, float, float]
    decorrelations_m: tuple[float, float]


# On highways 25 m, of TR 36.885, Annex A.1; 23 and 33 m were measured (Abbas et al., Int. J. Antennas Propag. 2015).
STREETS: dict[str, Street] = {
    "urban": Street(seen=(38.77, 16.7, 18.2), decorrelations_m=(10.0, 13.0)),
    "highway": Street(seen=(32.4, 20.0, 20.0), decorrelations_m=(25.0, 25.0)),
}
"""TR 37.885, Tables 6.2.1-1 and 6.2.3-1."""


@dataclass(frozen=True)
class Sidelink:
    """A radio link between two devices; the source of each default stands in `SIDELINK_SOURCES`.

    Both ends are the same. The rate is that of the uplink parameters of TR 38.803, clause 5.2.7: they are for what a
    device transmits, at up to 22 dB; no standard has others for two devices.

    Not modelled: fast fading, absorption by oxygen (16 dB/km at 60 GHz), the two devices' streets, antenna patterns.
    """

    model: Annotated[Literal["urban", "highway"], "Where the devices are: TR 37.885, Table 6.2.1-1."] = "urban"
    carrier_hz: Annotated[float, "Carrier frequency.", Ge(0.5e9), Le(100e9)] = 5.9e9
    bandwidth_hz: Annotated[float, "Bandwidth of the carrier.", Gt(0)] = 20e6
    rate_model: Annotated[
        Literal["shannon", "mcs"], "From signal to noise to rate: truncated Shannon bound, or TS 38.214 MCS tables."
    ] = "shannon"
    mcs_table: Annotated[Literal["64qam", "256qam"], "With rate_model mcs: which table of TS 38.214."] = "64qam"
    delay_s: Annotated[float, "One-way delay of the link.", Ge(0), Le(1e6)] = 1e-3
    power_dbm: Annotated[float, "Transmit power of a device.", Ge(-100), Le(100)] = 23.0
    noise_figure_db: Annotated[float, "Noise figure of a device's receiver.", Ge(0), Le(100)] = 9.0
    antenna_gain_db: Annotated[float, "Antenna gain of each end over isotropic.", Ge(-100), Le(100)] = 3.0
    amplifier_efficiency: Annotated[
        float, "Radiated power over what the transmitter draws while it sends.", Gt(0), Le(1)
    ] = Cell.amplifier_efficiency
    device_height_m: Annotated[float, "Antenna height of both ends.", Gt(0)] = 1.5
    line_of_sight: Annotated[
        Literal["probability", "always", "never"], "Line of sight drawn by the model's probability, or imposed."
    ] = "probability"
    blocked_by: Annotated[Literal["vehicles", "buildings"], "What is in the way of a link without line of sight."] = (
        "vehicles"
    )
    blocker_height_m: Annotated[float, "With blocked_by vehicles: height of the vehicle in the way.", Gt(0)] = 1.6
    shadowing: Annotated[bool, "Whether links have log-normal shadow fading."] = True

    def __post_init__(self) -> None:
        """Check names and what belongs together.

        Raises:
            ValueError: A name is unknown, or a parameter is set that would change nothing.
        """
        for name, hint in get_type_hints(Sidelink).items():
            if get_origin(hint) is Literal and getattr(self, name) not in get_args(hint):
                allowed = " or ".join(map(repr, get_args(hint)))
                raise ValueError(f"{name} of the sidelink is {getattr(self, name)!r}; it must be {allowed}")
        defaults = {field.name: field.default for field in fields(self)}
        owners = {"mcs_table": ("rate_model", "mcs"), "blocker_height_m": ("blocked_by", "vehicles")}
        for name, (key, choice) in owners.items():
            chosen = getattr(self, key)
            if chosen != choice and getattr(self, name) != defaults[name]:
                raise ValueError(
                    f"{name.removesuffix('_m')} is only for {key} {choice!r}, and the sidelink's {key} is {chosen!r}"
                )

    def path_loss_db(self, distance_m: Values, *, los: Sight) -> Values:
        """Return the median path loss, without shadowing and without what vehicles in the way add [dB].

        Args:
            distance_m: Distance between the devices [m].
            los: Whether there is line of sight; an array broadcasts against the distance.

        Raises:
            ValueError: A distance is negative or not finite.
        """
        logarithm: Values = np.log10(np.maximum(checked_distance_m(distance_m), NEAREST_M))
        carrier = math.log10(self.carrier_hz / 1e9)
        intercept_db, slope_db, carrier_db = STREETS[self.model].seen
        seen_db: Values = intercept_db + slope_db * logarithm + carrier_db * carrier
        blocked_db = seen_db
        if self.blocked_by == "buildings":
            blocked_db = np.maximum(seen_db, 36.85 + 30.0 * logarithm + 18.9 * carrier)
        return cast(Values, np.where(los, seen_db, blocked_db)[()])

    def los_probability(self, distance_m: Values) -> Values:
        """Return the probability of line of sight (Table 6.2-1).

        Urban min(1, 1.05 exp(-0.0114 d)); highway min(1, 2.1013e-6 d^2 - 0.002 d + 1.0193) up to 475 m, then
        max(0, 0.54 - 0.001 (d - 475)).

        Raises:
            ValueError: A distance is negative or not finite.
        """
        distance = checked_distance_m(distance_m)
        if self.model == "urban":
            urban: Values = np.minimum(1.0, 1.05 * np.exp(-0.0114 * distance))
            return urban
        near: Values = np.minimum(1.0, 2.1013e-6 * distance**2 - 0.002 * distance + 1.0193)
        far: Values = np.maximum(0.0, 0.54 - 0.001 * (distance - 475.0))
        return cast(Values, np.where(np.less_equal(distance, 475.0), near, far)[()])

    def shadow_sigma_db(self, los: Sight) -> float | NDArray[np.float64]:
        """Return the standard deviation of the log-normal shadow fading [dB]."""
        seen_db, behind_vehicles_db, behind_buildings_db = SIGMAS_DB
        blocked_db = behind_vehicles_db if self.blocked_by == "vehicles" else behind_buildings_db
        sigma: float | NDArray[np.float64] = np.where(los, seen_db, blocked_db)[()]
        return sigma

    def decorrelation_m(self, los: Sight) -> float | NDArray[np.float64]:
        """Return the distance over which the shadow fading's autocorrelation falls to 1/e [m]."""
        distance: float | NDArray[np.float64] = np.where(los, *STREETS[self.model].decorrelations_m)[()]
        return distance

    def vehicle_loss_db(self, distance_m: Values, deviate: Values, *, los: Sight) -> Values:
        """Return what vehicles in the way add to the path loss; 0 with line of sight or behind buildings [dB].

        Args:
            distance_m: Distance between the devices [m].
            deviate: A standard normal number, drawn once for as long as the same vehicle is in the way.
            los: Whether there is line of sight.
        """
        if self.blocked_by == "buildings" or self.device_height_m > self.blocker_height_m:
            return cast(Values, np.where(los, 0.0, np.zeros(np.shape(distance_m)))[()])
        mean_db, sigma_db = (9.0, 4.5) if self.device_height_m < self.blocker_height_m else (5.0, 4.0)
        far_db = np.maximum(0.0, 15.0 * np.log10(np.maximum(distance_m, NEAREST_M)) - 41.0)
        loss_db = np.maximum(0.0, mean_db + far_db + sigma_db * deviate)
        return cast(Values, np.where(los, 0.0, loss_db)[()])

    def noise_dbm(self) -> float:
        """Return the noise of the device that receives [dBm]."""
        return thermal_noise_dbm(self.bandwidth_hz, self.noise_figure_db)

    def spectral_efficiency(self, sinr_db: Values) -> Values:
        """Return what the rate model makes of a signal to interference and noise ratio [bit/s/Hz].

        Raises:
            ValueError: A ratio is not a number.
        """
        if self.rate_model == "mcs":
            return mcs_efficiency(sinr_db, "up", self.mcs_table)
        return spectral_efficiency(sinr_db, "up")


@dataclass(frozen=True)
class SidelinkChannel:
    """What is drawn once for a sidelink.

    Attributes:
        los: Whether there is line of sight.
        shadow_db: Shadow fading, added to the path loss [dB].
        vehicle_deviate: The standard normal number from which `Sidelink.vehicle_loss_db` comes.
    """

    los: bool
    shadow_db: float
    vehicle_deviate: float


def draw_sidelink(sidelink: Sidelink, distance_m: float, rng: np.random.Generator) -> SidelinkChannel:
    """Draw line of sight, shadowing and the vehicle in the way of one link from the link's own stream.

    All three numbers are always drawn, so that imposing one leaves the others as they were.

    Args:
        sidelink: What the link is.
        distance_m: Distance between the devices [m].
        rng: The link's own stream.
    """
    chance, deviate, vehicle = float(rng.random()), float(rng.standard_normal()), float(rng.standard_normal())
    imposed = {"always": True, "never": False, "probability": None}[sidelink.line_of_sight]
    los = bool(chance < sidelink.los_probability(distance_m)) if imposed is None else imposed
    shadow_db = float(sidelink.shadow_sigma_db(los)) * deviate if sidelink.shadowing else 0.0
    return SidelinkChannel(los, shadow_db, vehicle)


def sidelink_budget(
    sidelink: Sidelink, distance_m: Values, *, los: Sight, shadow_db: Values, vehicle_db: Values
) -> LinkBudget[Values]:
    """Return the link budget at a distance, the same in both directions.

    SNR = transmit power + both antenna gains - path loss - shadowing - loss by vehicles - noise, all in dB.

    Args:
        sidelink: What the link is.
        distance_m: Distance between the devices [m].
        los: Whether there is line of sight.
        shadow_db: Shadow fading, added to the path loss [dB].
        vehicle_db: What vehicles in the way add, from `Sidelink.vehicle_loss_db` [dB].

    Raises:
        ValueError: A distance is negative or not finite.
    """
    loss_db = sidelink.path_loss_db(distance_m, los=los)
    received_dbm = sidelink.power_dbm + 2.0 * sidelink.antenna_gain_db - loss_db - shadow_db - vehicle_db
    noise_dbm = sidelink.noise_dbm()
    snr_db = received_dbm - noise_dbm
    efficiency = sidelink.spectral_efficiency(snr_db)
    return LinkBudget(loss_db, noise_dbm, snr_db, efficiency, efficiency * sidelink.bandwidth_hz)


SIDELINK_SOURCES: dict[str, str] = {
    "model": "our choice: devices of a city",
    "carrier_hz": "NR band n47, 5855 to 5925 MHz, 3GPP TS 38.101-1 clause 5.2",
    "bandwidth_hz": "our choice among the 10 to 40 MHz of band n47, 3GPP TS 38.101-1 clause 5.3.5",
    "rate_model": "our choice: the bound of 3GPP TR 38.803 clause 5.2.7, uplink",
    "mcs_table": "3GPP TS 38.214 clause 8.1.3.1: the table that holds where none is indicated",
    "delay_s": "our choice: that of a cell's radio link, ITU-R M.2410 clause 4.7.1",
    "power_dbm": "power class 3, 3GPP TS 38.101-1 clause 6.2E.1",
    "noise_figure_db": "3GPP TR 38.901 v16.1, Table 7.8-1",
    "antenna_gain_db": "a vehicle's, 3GPP TR 36.885, Annex A.1; a handheld has 0 dB",
    "amplifier_efficiency": "that of a cell: Auer et al., IEEE Wireless Comm. 2011, Table 2",
    "device_height_m": "a vehicle's, 3GPP TR 36.885, Annex A.1",
    "line_of_sight": "3GPP TR 37.885, Table 6.2-1",
    "blocked_by": "3GPP TR 37.885 clause 6.2: what the probability leaves over is behind vehicles",
    "blocker_height_m": "a passenger car's, 3GPP TR 37.885 clause 6.1.2",
    "shadowing": "3GPP TR 37.885, Table 6.2.1-1",
}
"""Where each default of a sidelink comes from, by field of `Sidelink`."""
