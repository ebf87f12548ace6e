"""Classes of links, and the capacity, delay and power a class gives to links that say nothing themselves."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

LINK_CLASSES = ("access-up", "access-down", "backhaul", "core", "d2d")


@dataclass(frozen=True, kw_only=True)
class LinkClass:
    """What a wired link of this class is, unless the link itself says otherwise."""

    rate_bps: Annotated[float, "Capacity: of each direction (full duplex) or of both together (half duplex).", Gt(0)]
    delay_s: Annotated[float, "Propagation delay, one way.", Ge(0), Le(1e6)]
    duplex: Annotated[Literal["full", "half"], "Whether the two directions share the capacity."] = "full"
    power_idle_w: Annotated[
        float, "Power of a direction that carries nothing; SimGrid's link-energy example.", Ge(0)
    ] = 1.0
    power_busy_w: Annotated[float, "Power of a direction at full load, linear between; same source.", Ge(0)] = 3.0

    def __post_init__(self) -> None:
        """Refuse a busy power below the idle power."""
        if self.power_busy_w < self.power_idle_w:
            raise ValueError(f"power_busy {self.power_busy_w} W is below power_idle {self.power_idle_w} W")


DEFAULT_LINKS = {
    "access": LinkClass(rate_bps=1e9, delay_s=1e-3),
    "backhaul": LinkClass(rate_bps=1e9, delay_s=5e-3),
    "core": LinkClass(rate_bps=10e9, delay_s=10e-3),
    "d2d": LinkClass(rate_bps=100e6, delay_s=1e-3),
}

_RANK = {"device": 0, "edge": 1, "cloud": 2}


def class_of(source_tier: str, target_tier: str) -> str:
    """Return the class of the directed link between two tiers, one of ``LINK_CLASSES``.

    A device's link to a higher tier is access, by direction; edge to edge or cloud is backhaul; cloud to cloud is core.
    """
    low, high = sorted((source_tier, target_tier), key=_RANK.__getitem__)
    if low == high == "device":
        return "d2d"
    if low == "device":
        return "access-up" if source_tier == "device" else "access-down"
    return "core" if low == "cloud" else "backhaul"


def section_of(link_class: str) -> str:
    """Return the key of the scenario's ``links`` section that holds a class's defaults."""
    return "access" if link_class.startswith("access") else link_class


@dataclass(frozen=True)
class Link:
    """One direction of a link, as the fluid network sees it.

    Attributes:
        index: Twice the edge's index, plus one for the backward direction.
        constraint: The constraint that its flows share: a wire's capacity or a cell's airtime.
        coefficient: What one bit/s takes of the constraint: 1 on a wire, 1 / PHY rate in a cell [s/bit].
        rate_bps: What a flow alone gets: the wire's capacity or the PHY rate.
        power_busy_w: Power at full load; a radio link's transmitter, which draws nothing when it does not send.
    """

    index: int
    source: int
    target: int
    link_class: str
    constraint: int
    coefficient: float
    rate_bps: float
    delay_s: float
    power_idle_w: float
    power_busy_w: float
    radio: bool

    @property
    def load_per_bps(self) -> float:
        """Return the utilisation that one bit/s makes [s/bit]."""
        return 1.0 / self.rate_bps
