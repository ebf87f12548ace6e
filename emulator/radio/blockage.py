"""Blockage by people and vehicles: model B of 3GPP TR 38.901 v16.1, clause 7.6.4.2.

A blocker is a rectangular screen that stands upright on the ground, its width across the line between the two ends of
the link (the standard turns it to each path). Diffraction around its four edges lets a share of the field through::

    L = -20 log(1 - (Fh1 + Fh2) (Fw1 + Fw2))            F = atan(+-pi/2 sqrt(pi / lambda (D1 + D2 - r))) / pi

D1 and D2 are the distances of an edge from the two ends, and r is theirs from each other: in the view from the side for
the edges h1 (on the ground) and h2 (at the top), in that from above for w1 and w2. The sign is plus for both edges of a
view where the line meets the screen; where it passes by, it is minus for the edge of the shorter D1 + D2, the near one.
A screen that is not between the ends blocks nothing; the losses of several add up in dB.

Only the direct line is blocked here. A link without line of sight has its power by other ways: do not apply it there.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from wayfare.emulator.mobility import Area
from wayfare.models.streams import Stream

from .ci import LIGHT_SPEED_MPS

Numbers = NDArray[np.float64]

POINT_M = 1e-9
"""A link shorter than this along the ground has no direction, and so nothing between its ends."""


@dataclass(frozen=True)
class Screen:
    """What a kind of blocker is: width and height [m], and the highest speed that it moves at [m/s]."""

    width_m: float
    height_m: float
    speed_mps: float


SCREENS: dict[str, Screen] = {
    "human": Screen(width_m=0.3, height_m=1.7, speed_mps=3.0 / 3.6),
    "vehicle": Screen(width_m=4.8, height_m=1.4, speed_mps=100.0 / 3.6),
}
"""The outdoor blockers of Table 7.6.4.2-5: people of up to 3 km/h, vehicles of up to 100 km/h."""


@dataclass(frozen=True)
class Blockers:
    """Screens that move about the area and block the links that they cross.

    They start at places uniform over the area and go straight on, in any direction, at a speed of their own that is
    uniform up to the highest; the edges of the area throw them back. Each has its own stream.
    """

    count: Annotated[int, "How many there are.", Ge(0), Le(100_000)]
    kind: Annotated[
        Literal["human", "vehicle"], "Whose width, height and speed they have: TR 38.901, Table 7.6.4.2-5."
    ] = "human"
    width_m: Annotated[float | None, "Width; by default the kind's: human 0.3 m, vehicle 4.8 m.", Gt(0)] = None
    height_m: Annotated[float | None, "Height; by default the kind's: human 1.7 m, vehicle 1.4 m.", Gt(0)] = None
    speed_mps: Annotated[
        float | None, "Highest speed; by default the kind's: human 3 km/h, vehicle 100 km/h.", Ge(0)
    ] = None

    def __post_init__(self) -> None:
        """Check the kind.

        Raises:
            ValueError: It is unknown.
        """
        if self.kind not in SCREENS:
            raise ValueError(f"kind of the blockers is {self.kind!r}; it must be {' or '.join(map(repr, SCREENS))}")

    @property
    def screen(self) -> Screen:
        """Width, height and highest speed, as given or the kind's."""
        own = SCREENS[self.kind]
        return Screen(
            own.width_m if self.width_m is None else self.width_m,
            own.height_m if self.height_m is None else self.height_m,
            own.speed_mps if self.speed_mps is None else self.speed_mps,
        )

    def draw(self, area_m: Area, stream: Stream) -> "MovingBlockers":
        """Return the blockers of one run.

        Args:
            area_m: Where they move [m].
            stream: Gives each of them, by the names `blocker1`, `blocker2` and so on, its random stream.
        """
        draws = np.array([stream(f"blocker{number + 1}").random(4) for number in range(self.count)]).reshape(-1, 4)
        low_m, high_m = np.array(area_m)
        speeds_mps, directions = self.screen.speed_mps * draws[:, 2], 2.0 * math.pi * draws[:, 3]
        velocities_mps = speeds_mps[:, None] * np.stack([np.cos(directions), np.sin(directions)], axis=1)
        return MovingBlockers(area_m, low_m + (high_m - low_m) * draws[:, :2], velocities_mps)


@dataclass(frozen=True)
class MovingBlockers:
    """Blockers of one run: where each starts [m] and its velocity [m/s], both of shape (blockers, 2)."""

    area_m: Area
    starts_m: Numbers
    velocities_mps: Numbers

    def positions_m(self, now_s: float) -> Numbers:
        """Return where they are at a time, shape (blockers, 2) [m]."""
        low_m, high_m = np.array(self.area_m)
        span_m = high_m - low_m
        straight_m = self.starts_m + self.velocities_mps * now_s - low_m
        # Between two mirrors a straight way folds to and fro; where they touch there is no way at all.
        folded_m = np.mod(straight_m, np.where(span_m > 0.0, 2.0 * span_m, 1.0))
        places: Numbers = low_m + np.where(span_m > 0.0, np.minimum(folded_m, 2.0 * span_m - folded_m), 0.0)
        return places


def blockage_db(
    sites_m: Numbers,
    devices_m: Numbers,
    blockers_m: Numbers,
    *,
    site_height_m: float,
    device_height_m: float,
    width_m: float,
    height_m: float,
    carrier_hz: float,
    los: NDArray[np.bool_] | None = None,
) -> Numbers:
    """Return the loss that all blockers together cause between each device and each site, shape (devices, sites) [dB].

    Args:
        sites_m: Positions of the sites, shape (sites, 2) [m].
        devices_m: Positions of the devices, shape (devices, 2) [m].
        blockers_m: Positions of the blockers, shape (blockers, 2) [m].
        site_height_m: Antenna height of the sites [m].
        device_height_m: Antenna height of the devices [m].
        width_m: Width of a blocker [m].
        height_m: Height of a blocker [m].
        carrier_hz: Carrier frequency [Hz].
        los: Which pairs have line of sight, of the shape of the result; the loss of the others is 0. By default all.
    """
    # Site by site: memory stays with devices times blockers.
    loss_db = np.zeros((len(devices_m), len(sites_m)))
    for column, site_m in enumerate(sites_m):
        rows = np.arange(len(devices_m)) if los is None else np.flatnonzero(los[:, column])
        along_m, beside_m, apart_m = _seen_from_above(site_m, devices_m[rows], blockers_m)
        devices, blockers = np.nonzero((along_m > 0.0) & (along_m < apart_m))
        along_m, beside_m, apart_m = along_m[devices, blockers], beside_m[devices, blockers], apart_m[devices, 0]
        rise_m = site_height_m - device_height_m
        line_m = device_height_m + rise_m * along_m / apart_m
        across = _shielded(along_m, apart_m, beside_m - width_m / 2, beside_m + width_m / 2, 0.0, carrier_hz)
        upright = _shielded(along_m, apart_m, -line_m, height_m - line_m, rise_m, carrier_hz)
        screen_db = -20.0 * np.log10(1.0 - across * upright)
        loss_db[rows, column] = np.bincount(devices, weights=screen_db, minlength=len(rows))
    return loss_db


def _seen_from_above(site_m: Numbers, devices_m: Numbers, blockers_m: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return how far along the line from device to site each blocker is, how far beside it, and the line's length [m].

    Shapes (devices, blockers), and (devices, 1) for the length.
    """
    line_m, offset_m = site_m - devices_m, blockers_m[None, :, :] - devices_m[:, None, :]
    apart_m = np.hypot(line_m[:, 0], line_m[:, 1])[:, None]
    ahead = line_m / np.maximum(apart_m, POINT_M)
    along_m = offset_m[:, :, 0] * ahead[:, None, 0] + offset_m[:, :, 1] * ahead[:, None, 1]
    beside_m = offset_m[:, :, 1] * ahead[:, None, 0] - offset_m[:, :, 0] * ahead[:, None, 1]
    return along_m, beside_m, apart_m


def _shielded(
    along_m: Numbers, apart_m: Numbers, low_m: Numbers, high_m: Numbers, rise_m: float, carrier_hz: float
) -> Numbers:
    """Return F1 + F2 of one view, 0 for nothing in the way and nearly 1 for all.

    Args:
        along_m: Distance of the screen from the device [m].
        apart_m: Distance of the two ends, both along the ground [m].
        low_m: One edge of the screen, upwards from where the line meets its plane [m].
        high_m: The other edge [m].
        rise_m: How much higher the site is than the device, in this view [m].
        carrier_hz: Carrier frequency [Hz].
    """
    met = (low_m <= 0.0) & (high_m >= 0.0)
    first, second = (_detour_m(along_m, apart_m, edge_m, rise_m) for edge_m in (low_m, high_m))
    near_first = ~met & (first < second)
    near_second = ~met & ~near_first
    waves = math.pi * carrier_hz / LIGHT_SPEED_MPS
    first_share, second_share = (
        np.arctan(math.pi / 2 * np.sqrt(waves * detour)) / math.pi for detour in (first, second)
    )
    first_share = np.where(near_first, -first_share, first_share)
    shares: Numbers = first_share + np.where(near_second, -second_share, second_share)
    return shares


def _detour_m(along_m: Numbers, apart_m: Numbers, edge_m: Numbers, rise_m: float) -> Numbers:
    """Return D1 + D2 - r of an edge, so many metres above the line where the screen meets it [m].

    The shares go by its square root, so that it must be as exact near 0: it is the sum of what D1 and D2 have more than
    their parts of r, to where the edge is nearest to the line.
    """
    line_m = np.hypot(apart_m, rise_m)
    off_m = edge_m * apart_m / line_m
    foot_m = along_m * line_m / apart_m + edge_m * rise_m / line_m
    return _longer_m(foot_m, off_m) + _longer_m(line_m - foot_m, off_m)


def _longer_m(leg_m: Numbers, off_m: Numbers) -> Numbers:
    """Return how much longer the hypotenuse is than a leg, which counts as negative where it leads back [m]."""
    both_m = np.hypot(leg_m, off_m) + np.abs(leg_m)
    longer: Numbers = np.where(leg_m > 0.0, off_m**2 / np.maximum(both_m, POINT_M), both_m)
    return longer
