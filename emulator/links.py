"""Classes of links, and the capacity, delay and power a class gives to links that say nothing themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, NamedTuple

from annotated_types import Ge, Gt, Le, Lt

Section = Literal["access", "backhaul", "core", "d2d"]
LINK_CLASSES = ("access-up", "access-down", "backhaul", "core", "d2d")


@dataclass(frozen=True, kw_only=True)
class LinkClass:
    """What a wired link of this class is, unless the link itself says otherwise."""

    rate_bps: Annotated[float, "Capacity: of each direction (full duplex) or of both together (half duplex).", Gt(0)]
    delay_s: Annotated[float, "Propagation delay, one way.", Ge(0), Le(1e6)]
    duplex: Annotated[Literal["full", "half"], "Whether the two directions share the capacity."] = "full"
    sharing: Annotated[
        Literal["shared", "unshared"], "Whether flows share the capacity, or each flow gets the whole of it."
    ] = "shared"
    loss: Annotated[
        float, "Share of what is sent that is lost and sent again, on average 1 / (1 - loss) times.", Ge(0), Lt(1)
    ] = 0.0
    power_idle_w: Annotated[
        float, "Power of a direction that carries nothing; SimGrid's link-energy example.", Ge(0)
    ] = 1.0
    power_busy_w: Annotated[float, "Power of a direction at full load, linear between; same source.", Ge(0)] = 3.0

    def __post_init__(self) -> None:
        """Refuse a busy power below the idle power, and directions that share what is not shared."""
        if self.power_busy_w < self.power_idle_w:
            raise ValueError(f"power_busy {self.power_busy_w} W is below power_idle {self.power_idle_w} W")
        if self.sharing == "unshared" and self.duplex == "half":
            raise ValueError("an unshared link cannot be half duplex: its directions share nothing either")


DEFAULT_LINKS = {
    "access": LinkClass(rate_bps=1e9, delay_s=1e-3),
    "backhaul": LinkClass(rate_bps=1e9, delay_s=5e-3),
    "core": LinkClass(rate_bps=10e9, delay_s=10e-3),
    "d2d": LinkClass(rate_bps=100e6, delay_s=1e-3),
}

DEFAULT_SOURCES = {
    "rate_bps": "our choice, by class",
    "delay_s": "our choice, by class; fibre takes 4.9 us for a kilometre",
    "duplex": "our choice: switched Ethernet and fibre are full duplex",
    "sharing": "our choice: one port sends for all",
    "loss": "our choice: wires lose nothing",
    "power_idle_w": "SimGrid's link-energy example",
    "power_busy_w": "SimGrid's link-energy example",
}
"""Where the figures of `DEFAULT_LINKS` come from, by field of `LinkClass`."""

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


class Ends(NamedTuple):
    """The two nodes of a link, their tiers, and the section of its class."""

    names: tuple[str, str]
    tiers: tuple[str, str]
    section: str


@dataclass(frozen=True, kw_only=True)
class SomeLinks:
    """One link, or every link of a class."""

    between: Annotated[tuple[str, str] | None, "The two nodes it joins; this or 'links'."] = None
    links: Annotated[Section | None, "Class of the links, each of them by itself; this or 'between'."] = None

    def __post_init__(self) -> None:
        """Refuse both or none."""
        if (self.between is None) == (self.links is None):
            raise ValueError("say which links: either 'between' with two nodes, or 'links' with a class")

    def strikes(self, ends: Ends) -> bool:
        """Return whether a link is one of them."""
        return ends.section == self.links if self.between is None else set(ends.names) == set(self.between)


def section_of(link_class: str) -> str:
    """Return the key of the scenario's ``links`` section that holds a class's defaults."""
    return "access" if link_class.startswith("access") else link_class


@dataclass(eq=False, slots=True)
class Link:
    """One direction of a link, as the fluid network sees it now; a run may change its rate, its delay and its ends.

    These change by its methods alone, which count the changes: what follows from a link is kept until then.

    Attributes:
        index: Twice the edge's index, plus one for the backward direction.
        constraints: What its flows share: a wire's capacity, a cell's airtime, the airtime of both ends of a sidelink.
            None of them: a link that is not shared, on which each flow gets the whole rate.
        coefficient: What one bit/s takes of each constraint: 1 / (1 - ``loss``) on a wire, 1 / ``rate_bps`` in the air
            [s/bit].
        rate_bps: What a flow alone gets: what the wire or the air carries, less what is sent again.
        power_busy_w: Power at full load; a radio link's transmitter, which draws nothing when it does not send.
        radio: Whether it is of a cell or a sidelink.
        loss: Share of what is sent that is lost and sent again until it arrives; rate and coefficient reckon with it.
            A bit is then sent 1 / (1 - ``loss``) times on average (selective repeat: Bertsekas and Gallager, Data
            Networks, 2nd edition, section 2.4.3).
        stopped: Whether nothing passes for now; rate and coefficient are those of before.
        sinr_db: Of a radio link, signal to interference and noise ratio [dB].
        by_rate: Whether the faster of the links that share its constraint come first (max-rate airtime).
        peak_bps: The highest ``rate_bps`` so far.
        version: How often it has changed.
        ends: The nodes it leads from and to.
        packed: The same, as two columns of a table hold them, once a way has asked for it.
        uses: Each constraint with the coefficient.
        noted: What the journal's rows say of each if a flow asks for nothing besides; the journal keeps it here.
        changes: How often any link of the process has.
    """

    index: int
    source: int
    target: int
    link_class: str
    constraints: tuple[int, ...]
    coefficient: float
    rate_bps: float
    delay_s: float
    power_idle_w: float
    power_busy_w: float
    radio: bool
    loss: float = 0.0
    stopped: bool = False
    sinr_db: float = math.nan
    by_rate: bool = False
    peak_bps: float = field(init=False)
    version: int = field(init=False, default=0)
    ends: tuple[int, int] = field(init=False)
    packed: bytes = field(init=False)
    uses: Sequence[tuple[int, float]] = field(init=False)
    noted: Sequence[bytes] = field(init=False)
    changes: ClassVar[int] = 0

    def __post_init__(self) -> None:
        """Begin with the first rate as the highest so far."""
        self.peak_bps = self.rate_bps
        self._work_out()

    def _work_out(self) -> None:
        self.ends = self.source, self.target
        self.packed, self.noted = b"", ()
        self.uses = [(constraint, self.coefficient) for constraint in self.constraints]

    def _count_change(self) -> None:
        self.version += 1
        Link.changes += 1
        self._work_out()

    def take_rate(self, rate_bps: float) -> None:
        """Give a flow alone so much from now on, at the loss there is now [bit/s]."""
        self.rate_bps, self.peak_bps = rate_bps, max(self.peak_bps, rate_bps)
        if not self.radio:
            self.coefficient = 1.0 / (1.0 - self.loss)
        elif rate_bps > 0:
            self.coefficient = 1.0 / rate_bps
        self._count_change()

    def take_delay(self, delay_s: float) -> None:
        """Let what leaves it from now on take so long [s]."""
        self.delay_s = delay_s
        self._count_change()

    def lead(self, source: int, target: int, constraints: tuple[int, ...]) -> None:
        """Join other nodes from now on, and share other constraints."""
        self.source, self.target, self.constraints = source, target, constraints
        self._count_change()

    @property
    def now_bps(self) -> float:
        """Return what a flow alone gets now [bit/s]."""
        return 0.0 if self.stopped else self.rate_bps

    @property
    def resent_per_bit(self) -> float:
        """Return how many bits are sent again for each that arrives."""
        return self.loss / (1.0 - self.loss)

    @property
    def load_per_bps(self) -> float:
        """Return the utilisation that one bit/s makes; 0 where nothing can pass [s/bit]."""
        return 1.0 / self.rate_bps if self.rate_bps > 0 else 0.0
