"""What a site draws from the mains: the EARTH model of a base station.

Auer et al., How Much Energy is Needed to Run a Wireless Network?, IEEE Wireless Communications 18(5), 2011, eq. (1)::

    P = N (P0 + slope Pout)  while it sends, 0 < Pout <= Pmax          P = N Psleep  asleep

A cell here sends at full power in its turn and at none otherwise, so its mean power is linear in the share of the time
that it sends.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt

from .values import Values


@dataclass(frozen=True)
class BaseStation:
    """A row of Table 2 of the paper.

    Attributes:
        chains: Transceiver chains N.
        chain_power_w: Highest power Pmax that a chain radiates [W].
        static_w: Power P0 of a chain that radiates none [W].
        slope: What a radiated watt draws, without unit.
        sleep_w: Power Psleep of a chain asleep [W].
    """

    chains: int
    chain_power_w: float
    static_w: float
    slope: float
    sleep_w: float


BASE_STATIONS: dict[str, BaseStation] = {
    "macro": BaseStation(6, 20.0, 130.0, 4.7, 75.0),
    "rrh": BaseStation(6, 20.0, 84.0, 2.8, 56.0),
    "micro": BaseStation(2, 6.3, 56.0, 2.6, 39.0),
    "pico": BaseStation(2, 0.13, 6.8, 4.0, 4.3),
    "femto": BaseStation(2, 0.05, 4.8, 8.0, 2.9),
}
"""Auer et al. 2011, Table 2: LTE, 10 MHz, two antennas; three sectors a macro site, with or without remote heads."""


@dataclass(frozen=True)
class SitePower:
    """What a site draws, by the kind of its base station; each number can be set instead."""

    kind: Annotated[
        Literal["macro", "rrh", "micro", "pico", "femto"], "Kind of base station; rrh is a macro's remote radio head."
    ] = "micro"
    # Awake by our choice: asleep between two transmissions (cell DTX) a site must be switched on and off at once.
    sleeps: Annotated[bool, "Whether the site is asleep whenever it does not send."] = False
    chains: Annotated[int | None, "Transceiver chains; by default the kind's: 6 of macro and rrh, else 2.", Ge(1)] = (
        None
    )
    chain_power_w: Annotated[
        float | None,
        "What a chain radiates while it sends; by default the most of the kind: 20, 20, 6.3, 0.13, 0.05 W.",
        Gt(0),
    ] = None
    static_w: Annotated[
        float | None,
        "Power of a chain awake that radiates none; by default the kind's: 130, 84, 56, 6.8, 4.8 W.",
        Ge(0),
    ] = None
    slope: Annotated[
        float | None, "What a radiated watt draws; by default the kind's: 4.7, 2.8, 2.6, 4.0, 8.0.", Ge(1)
    ] = None
    sleep_w: Annotated[
        float | None, "Power of a chain asleep; by default the kind's: 75, 56, 39, 4.3, 2.9 W.", Ge(0)
    ] = None

    def __post_init__(self) -> None:
        """Check the kind and the radiated power.

        Raises:
            ValueError: The kind is unknown, or a chain of it cannot radiate so much.
        """
        if self.kind not in BASE_STATIONS:
            raise ValueError(f"kind of the site is {self.kind!r}; it must be {' or '.join(map(repr, BASE_STATIONS))}")
        most_w = BASE_STATIONS[self.kind].chain_power_w
        if self.chain_power_w is not None and self.chain_power_w > most_w:
            raise ValueError(
                f"a chain of a {self.kind} site radiates at most {most_w:g} W, and {self.chain_power_w:g} W is set"
            )

    @property
    def station(self) -> BaseStation:
        """The numbers of the base station, as given or the kind's."""
        own = BASE_STATIONS[self.kind]
        return BaseStation(
            own.chains if self.chains is None else self.chains,
            own.chain_power_w if self.chain_power_w is None else self.chain_power_w,
            own.static_w if self.static_w is None else self.static_w,
            own.slope if self.slope is None else self.slope,
            own.sleep_w if self.sleep_w is None else self.sleep_w,
        )

    @property
    def idle_w(self) -> float:
        """Power of a site that does not send: asleep, or awake [W]."""
        station = self.station
        return station.chains * (station.sleep_w if self.sleeps else station.static_w)

    @property
    def busy_w(self) -> float:
        """Power of a site that sends all the time [W]."""
        station = self.station
        return station.chains * (station.static_w + station.slope * station.chain_power_w)

    def power_w(self, load: Values) -> Values:
        """Return the mean power of a site that sends for a share of the time, 0 to 1 [W]."""
        power: Values = self.idle_w + (self.busy_w - self.idle_w) * load
        return power
