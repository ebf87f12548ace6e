"""A radio cell: one site, its carrier, and what its transmitters and receivers are.

Not modelled here: fast fading, beamforming and several spatial layers, walls, and power control (each side sends at
full power over the whole bandwidth, in its turn).
"""

import re
from dataclasses import dataclass, fields
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from .ci import CI
from .inh import InH
from .mcs import mcs_efficiency
from .noise import thermal_noise_dbm
from .pathloss import PathLossModel, Sight
from .power import SitePower
from .propagation import PATH_LOSS
from .rate import Direction, spectral_efficiency
from .rma import RMa
from .values import Values


@dataclass(frozen=True)
class Cell:
    """A radio cell whose devices share its airtime.

    The source of each default stands in `sources`. Any other height of a UMa, UMi or InH site leaves the standard.

    Without fast fading, as here, proportional fairness gives everybody the same airtime, which is what round-robin
    does: the product of the rates, a constant times the product of the airtimes, is largest then.
    """

    model: Annotated[
        Literal["uma", "umi", "inh", "rma", "ci"],
        "Propagation model: UMa, UMi street canyon, InH office or RMa of TR 38.901, or close-in free space.",
    ] = "umi"
    carrier_hz: Annotated[float, "Carrier frequency.", Ge(0.5e9), Le(1000e9)] = 7e9
    bandwidth_hz: Annotated[float, "Bandwidth of the carrier; with fdd, of each direction.", Gt(0)] = 100e6
    duplex: Annotated[
        str, "fdd: up and down have airtime of their own; tdd: they share one; tdd(0.75): three quarters are for down."
    ] = "tdd"
    airtime: Annotated[
        Literal["round-robin", "proportional-fair", "max-rate"],
        "How the cell divides its airtime: equally among those sending, which is proportionally fair too as no fast "
        "fading is modelled, or all of it to those with the highest rate.",
    ] = "round-robin"
    rate_model: Annotated[
        Literal["shannon", "mcs"], "From signal to noise to rate: truncated Shannon bound, or TS 38.214 MCS tables."
    ] = "shannon"
    mcs_table: Annotated[Literal["64qam", "256qam"], "With rate_model mcs: which table of TS 38.214."] = "64qam"
    delay_s: Annotated[float, "One-way delay of the radio link.", Ge(0), Le(1e6)] = 1e-3
    site_power_dbm: Annotated[float, "Transmit power of the site.", Ge(-100), Le(100)] = 33.0
    device_power_dbm: Annotated[float, "Transmit power of a device.", Ge(-100), Le(100)] = 23.0
    site_noise_figure_db: Annotated[float, "Noise figure of the site's receiver.", Ge(0), Le(100)] = 5.0
    device_noise_figure_db: Annotated[float, "Noise figure of a device's receiver.", Ge(0), Le(100)] = 9.0
    site_antenna_gain_db: Annotated[float, "Antenna gain of the site over isotropic.", Ge(-100), Le(100)] = 0.0
    device_antenna_gain_db: Annotated[float, "Antenna gain of a device over isotropic.", Ge(-100), Le(100)] = 0.0
    amplifier_efficiency: Annotated[
        float, "Radiated power over what the transmitter draws while it sends.", Gt(0), Le(1)
    ] = 0.228
    base_station: Annotated[
        SitePower | None, "What a site draws from the mains; without it sites draw what they send, over the efficiency."
    ] = None
    loss: Annotated[
        float, "Share of what is sent that is lost and sent again, on average 1 / (1 - loss) times.", Ge(0), Lt(1)
    ] = 0.0
    site_height_m: Annotated[
        float | None, "Antenna height of the site; by default the model's: UMa 25, UMi and CI 10, InH 3, RMa 35 m."
    ] = None
    device_height_m: Annotated[
        float | None, "Antenna height of a device; by default the model's: 1.5 m, in an InH office 1 m."
    ] = None
    line_of_sight: Annotated[
        Literal["probability", "always", "never"], "Line of sight drawn by the model's probability, or imposed."
    ] = "probability"
    shadowing: Annotated[bool, "Whether links have log-normal shadow fading."] = True
    office: Annotated[Literal["mixed", "open"], "With model inh: which law of line of sight holds."] = InH.office
    building_height_m: Annotated[float, "With model rma: average building height.", Ge(5), Le(50)] = (
        RMa.building_height_m
    )
    street_width_m: Annotated[float, "With model rma: average street width.", Ge(5), Le(50)] = RMa.street_width_m
    exponent_los: Annotated[float, "With model ci: path-loss exponent with line of sight.", Gt(0)] = CI.exponent_los
    exponent_nlos: Annotated[float, "With model ci: path-loss exponent without it.", Gt(0)] = CI.exponent_nlos
    absorption_from_hz: Annotated[
        float, "With model ci: carrier above which the absorption of ITU-R P.676-12 is added.", Ge(1e9)
    ] = CI.absorption_from_hz

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(Cell).items():
            if get_origin(hint) is Literal and getattr(self, name) not in get_args(hint):
                allowed = " or ".join(map(repr, get_args(hint)))
                raise ValueError(f"{name} of the cell is {getattr(self, name)!r}; it must be {allowed}")
        self.airtime_shares  # noqa: B018 - understood or refused
        self._check_parameters()
        self._check_carrier()
        self.path_loss.heights_m(self.site_height_m, self.device_height_m)

    @property
    def airtime_shares(self) -> tuple[float, float] | None:
        """The airtime for down and for up, as shares of all time; None where both draw on one airtime of 1.

        Raises:
            ValueError: ``duplex`` is not understood.
        """
        if self.duplex in ("fdd", "tdd"):
            return (1.0, 1.0) if self.duplex == "fdd" else None
        found = re.fullmatch(r"tdd\((0?\.\d+)\)", self.duplex)
        if found is None or not float(found[1]) > 0:
            raise ValueError(
                f"duplex of the cell is {self.duplex!r}; it must be 'fdd', 'tdd', or 'tdd(F)' with F such as 0.75"
            )
        return float(found[1]), 1.0 - float(found[1])

    @property
    def path_loss(self) -> PathLossModel:
        """The propagation model with its parameters."""
        chosen = PATH_LOSS[self.model]
        return chosen(**{field.name: getattr(self, field.name) for field in fields(chosen)})

    @property
    def heights_m(self) -> tuple[float, float]:
        """Antenna heights of the site and of a device [m]."""
        return self.path_loss.heights_m(self.site_height_m, self.device_height_m)

    def path_loss_db(self, distance_2d_m: Values, *, los: Sight) -> Values:
        """Return the median path loss, shadowing excluded [dB].

        Raises:
            ValueError: A distance is negative or not finite.
        """
        site_m, device_m = self.heights_m
        return self.path_loss.path_loss_db(
            distance_2d_m, self.carrier_hz, los=los, site_height_m=site_m, device_height_m=device_m
        )

    def radiated_dbm(self, direction: Direction) -> float:
        """Return transmit power plus the antenna gains of both ends [dBm]."""
        power_dbm = self.site_power_dbm if direction == "down" else self.device_power_dbm
        return power_dbm + self.site_antenna_gain_db + self.device_antenna_gain_db

    def noise_dbm(self, direction: Direction) -> float:
        """Return the noise of the end that receives [dBm]."""
        figure_db = self.device_noise_figure_db if direction == "down" else self.site_noise_figure_db
        return thermal_noise_dbm(self.bandwidth_hz, figure_db)

    def spectral_efficiency(self, sinr_db: Values, direction: Direction) -> Values:
        """Return what the cell's rate model makes of a signal to interference and noise ratio [bit/s/Hz].

        Raises:
            ValueError: The direction is neither, or a ratio is not a number.
        """
        if self.rate_model == "mcs":
            return mcs_efficiency(sinr_db, direction, self.mcs_table)
        return spectral_efficiency(sinr_db, direction)

    def _check_parameters(self) -> None:
        """Refuse a parameter of a model that is not the cell's: it would change nothing."""
        owners = {field.name: ("model", name) for name, model in PATH_LOSS.items() for field in fields(model)}
        owners["mcs_table"] = ("rate_model", "mcs")
        defaults = {field.name: field.default for field in fields(self)}
        for name, (key, choice) in owners.items():
            chosen = getattr(self, key)
            if chosen != choice and getattr(self, name) != defaults[name]:
                shown = name.removesuffix("_m").removesuffix("_hz")
                raise ValueError(f"{shown} is only for {key} {choice!r}, and the cell's {key} is {chosen!r}")

    def _check_carrier(self) -> None:
        """Refuse a carrier that the model does not reach, with the model that does."""
        try:
            self.path_loss.check_carrier(self.carrier_hz)
        except ValueError as error:
            reach = [name for name, model in PATH_LOSS.items() if _holds(model, self.carrier_hz)]
            hint = f"; model {' or '.join(map(repr, reach))} does there" if reach else ""
            raise ValueError(f"{error}{hint}") from None


def _holds(model: type[PathLossModel], carrier_hz: float) -> bool:
    low_hz, high_hz = model.carriers_hz
    return low_hz <= carrier_hz <= high_hz
