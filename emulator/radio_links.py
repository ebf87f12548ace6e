"""Radio links as the topology has them: devices attached to sites, and sidelinks from device to device."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .links import Link
from .radio import Cell, Sidelink, draw_channel, draw_sidelink, link_budget, sidelink_budget
from .radio.rate import Direction

if TYPE_CHECKING:
    from .wiring import Wiring

Streams = Callable[..., np.random.Generator]


class OutOfReach(Exception):  # noqa: N818 - it names what happened
    """A radio link whose signal is too weak for any rate."""


@dataclass(frozen=True)
class Attachment:
    """A device's radio to a site; its links keep their places when the device changes the site."""

    device: int
    down: Link
    up: Link

    @property
    def site(self) -> int:
        """Return the site that serves the device now."""
        return self.down.source


@dataclass(frozen=True)
class Pair:
    """Two devices and the sidelink between them, in both directions."""

    first: int
    second: int
    links: tuple[Link, Link]


@dataclass
class RadioLinks:
    """All radio of a network.

    Attributes:
        cell: What every site's cell is.
        sidelink: What every sidelink is.
        positions_m: Where nodes are, shape (nodes, 2); NaN for nodes without a place [m].
        airtime: The constraints of each site's cell, for down and for up.
        own_airtime: The constraint of each device with sidelinks: it can talk with one other at a time.
    """

    cell: Cell = field(default_factory=Cell)
    sidelink: Sidelink = field(default_factory=Sidelink)
    positions_m: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    attachments: list[Attachment] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    airtime: dict[int, dict[Direction, int]] = field(default_factory=dict)
    own_airtime: dict[int, int] = field(default_factory=dict)

    def distance_m(self, a: int, b: int) -> float:
        """Return the horizontal distance of two nodes [m]."""
        return float(np.hypot(*(self.positions_m[a] - self.positions_m[b])))

    def sites(self, tiers: Sequence[str], *, roaming: bool) -> list[int]:
        """Return the nodes with a cell: those that serve devices, and where these roam all edge sites with a place."""
        placed = set(map(int, np.flatnonzero(np.isfinite(self.positions_m[:, 0]))))
        others = [node for node, tier in enumerate(tiers) if roaming and tier == "edge" and node in placed]
        return sorted({*self.airtime, *others})

    def open_cell(self, wiring: "Wiring", site: int) -> dict[Direction, int]:
        """Return the constraints of a site's cell, which are made at the first call."""
        if site not in self.airtime:
            shares = self.cell.airtime_shares
            down = wiring.add_constraint(1.0 if shares is None else shares[0])
            self.airtime[site] = {"down": down, "up": down if shares is None else wiring.add_constraint(shares[1])}
        return self.airtime[site]

    def attach(self, wiring: "Wiring", a: int, b: int, stream: Streams, *, reach: bool) -> None:
        """Add the radio links of a device and a site, with line of sight and shadowing from the link's own stream.

        Raises:
            OutOfReach: A rate would be 0, and ``reach`` is asked for.
        """
        site, device = (b, a) if wiring.tiers[a] == "device" else (a, b)
        cell, names, distance_m = self.cell, wiring.names, self.distance_m(a, b)
        channel = draw_channel(cell, distance_m, stream("link", names[device], names[site]))
        constraints = self.open_cell(wiring, site)
        links: dict[Direction, Link] = {}
        for source, target in ((a, b), (b, a)):
            direction: Direction = "down" if source == site else "up"
            budget = link_budget(cell, distance_m, los=channel.los, shadow_db=channel.shadow_db, direction=direction)
            if reach and budget.rate_bps <= 0:
                sight = "with" if channel.los else "without"
                raise OutOfReach(
                    f"{names[device]} is out of reach of {names[site]}: {distance_m:.0f} m {sight} line of sight leave "
                    f"an SNR of {float(budget.snr_db):.1f} dB {direction}link, too little for any rate; move it "
                    "closer, raise the power or the antenna gain, or use another seed"
                )
            links[direction] = wiring.add_link(
                source,
                target,
                constraints=(constraints[direction],),
                **_figures(float(budget.rate_bps), float(budget.snr_db), cell.loss),
                delay_s=cell.delay_s,
                power_idle_w=0.0,
                power_busy_w=_sending_w(cell, direction),
                by_rate=cell.airtime == "max-rate",
            )
        self.attachments.append(Attachment(device, links["down"], links["up"]))

    def join(self, wiring: "Wiring", a: int, b: int, stream: Streams, *, reach: bool) -> None:
        """Add the sidelink of two devices, in both directions.

        Raises:
            OutOfReach: Its rate would be 0, and ``reach`` is asked for.
        """
        sidelink, names, distance_m = self.sidelink, wiring.names, self.distance_m(a, b)
        channel = draw_sidelink(sidelink, distance_m, stream("link", *sorted((names[a], names[b]))))
        vehicle_db = float(sidelink.vehicle_loss_db(distance_m, channel.vehicle_deviate, los=channel.los))
        budget = sidelink_budget(
            sidelink, distance_m, los=channel.los, shadow_db=channel.shadow_db, vehicle_db=vehicle_db
        )
        if reach and budget.rate_bps <= 0:
            raise OutOfReach(
                f"{names[a]} and {names[b]} are out of each other's reach: over {distance_m:.0f} m the SNR is "
                f"{float(budget.snr_db):.1f} dB, too little for any rate; move them closer, raise the power or the "
                "antenna gain, or use another seed"
            )
        for device in (a, b):
            if device not in self.own_airtime:
                self.own_airtime[device] = wiring.add_constraint(1.0)
        forward, backward = (
            wiring.add_link(
                source,
                target,
                constraints=(self.own_airtime[a], self.own_airtime[b]),
                **_figures(float(budget.rate_bps), float(budget.snr_db), 0.0),
                delay_s=sidelink.delay_s,
                power_idle_w=0.0,
                power_busy_w=10 ** (sidelink.power_dbm / 10 - 3) / sidelink.amplifier_efficiency,
            )
            for source, target in ((a, b), (b, a))
        )
        self.pairs.append(Pair(a, b, (forward, backward)))


def _figures(rate_bps: float, snr_db: float, loss: float) -> dict[str, float | bool]:
    useful_bps = rate_bps * (1.0 - loss)
    return {
        "radio": True,
        "rate_bps": useful_bps,
        "coefficient": 1.0 / useful_bps if useful_bps > 0 else 0.0,
        "sinr_db": snr_db,
        "loss": loss,
    }


def _sending_w(cell: Cell, direction: Direction) -> float:
    """Return what sending draws besides what is drawn anyhow [W]."""
    if direction == "down" and cell.base_station is not None:
        return cell.base_station.busy_w - cell.base_station.idle_w
    power_dbm = cell.site_power_dbm if direction == "down" else cell.device_power_dbm
    return float(10 ** (power_dbm / 10 - 3) / cell.amplifier_efficiency)
