"""What attached devices and sites receive of each other, and the rates that come of it."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from wayfare.emulator.radio import MovingBlockers, blockage_db, downlink, uplink
from wayfare.emulator.radio.blockage import Screen
from wayfare.emulator.radio.deviates import normal_deviates, pair_keys
from wayfare.emulator.radio.fading import CellFading, Fading
from wayfare.emulator.radio.rate import Direction
from wayfare.emulator.radio_links import RadioLinks

Numbers = NDArray[np.float64]


class CellSignals:
    """A row for each attachment of a device, a column for each site, kept up to date as devices move.

    A pair that is attached at the start begins with the numbers of its link's own random stream, those that its rate
    came from before anything moved; all other pairs with hashed numbers, which are had at once. No number is drawn anew
    when a device changes its site.

    Attributes:
        sites: Ids of the sites, by column.
        serving: Column of the site that serves each row.
    """

    def __init__(
        self,
        radio: RadioLinks,
        names: Sequence[str],
        sites: Sequence[int],
        stream: Callable[..., np.random.Generator],
        blockers: tuple[MovingBlockers, Screen] | None = None,
    ) -> None:
        self._radio, self._cell, self._blockers = radio, radio.cell, blockers
        self.sites = np.array(sites, dtype=np.intp)
        self._devices = np.array([attachment.device for attachment in radio.attachments], dtype=np.intp)
        column = {site: place for place, site in enumerate(sites)}
        self.serving = np.array([column[attachment.site] for attachment in radio.attachments], dtype=np.intp)
        device_keys, site_keys = (_keys(stream, [names[node] for node in ends]) for ends in (self._devices, self.sites))
        keys = pair_keys(device_keys[:, None], site_keys[None, :])
        # Number 0: where a pair goes, its fading draws from number 2 on.
        chance, deviate = ndtr(normal_deviates(keys, 0, 0)), normal_deviates(keys, 0, 1)
        for attachment in radio.attachments:
            pair = self._devices == attachment.device, column[attachment.site]
            chance[pair], deviate[pair] = _draws(stream("link", names[attachment.device], names[attachment.site]))
        self._apart_m = self._offsets_m()
        self._fading = Fading(CellFading(self._cell), keys, self._distances_m(), chance, deviate, np.zeros_like(chance))
        self._gain_db = self._median_gain_db() - self._fading.shadow_db

    def move(self, now_s: float) -> None:
        """Take up new places of devices, and of what is in the way."""
        before_m, self._apart_m = self._apart_m, self._offsets_m()
        moved_m = np.hypot(*np.moveaxis(self._apart_m - before_m, -1, 0))
        if moved_m.any():
            self._fading.move(self._distances_m(), moved_m)
        elif self._blockers is None:
            return
        self._gain_db = self._median_gain_db() - self._fading.shadow_db
        if self._blockers is not None:
            self._gain_db -= self._blocked_db(*self._blockers, now_s)

    def received_dbm(self, direction: Direction) -> Numbers:
        """Return what each device receives of each site, or each site of each device [dBm]."""
        received: Numbers = self._gain_db + self._cell.radiated_dbm(direction)
        return received

    def served(self, direction: Direction, busy: Numbers | None) -> tuple[Numbers, Numbers]:
        """Return SINR [dB] and useful rate [bit/s] of each row at the site that serves it.

        Args:
            direction: "down" or "up".
            busy: Share of the time that each row's link was busy lately; None: nobody else disturbs.
        """
        received, rows = self.received_dbm(direction), np.arange(len(self.serving))
        if busy is None:
            sinr_db = received[rows, self.serving] - self._cell.noise_dbm(direction)
            rate_bps = self._cell.spectral_efficiency(sinr_db, direction) * self._cell.bandwidth_hz
        else:
            share = np.clip(busy, 0.0, 1.0)
            if direction == "down":
                load = np.bincount(self.serving, share, minlength=len(self.sites)).astype(np.float64)
                field = downlink(self._cell, received, np.clip(load, 0.0, 1.0))
            else:
                field = uplink(self._cell, received, self.serving, share)
            sinr_db, rate_bps = field.sinr_db[rows, self.serving], field.rate_bps[rows, self.serving]
        return sinr_db, rate_bps * (1.0 - self._cell.loss)

    def _offsets_m(self) -> Numbers:
        """Return how far each device is from each site, by direction, shape (devices, sites, 2) [m]."""
        positions_m = self._radio.positions_m
        return positions_m[self._devices][:, None, :] - positions_m[self.sites][None, :, :]

    def _distances_m(self) -> Numbers:
        distances: Numbers = np.hypot(self._apart_m[..., 0], self._apart_m[..., 1])
        return distances

    def _median_gain_db(self) -> Numbers:
        return -self._cell.path_loss_db(self._distances_m(), los=self._fading.los)

    def _blocked_db(self, blockers: MovingBlockers, screen: Screen, now_s: float) -> Numbers:
        site_height_m, device_height_m = self._cell.heights_m
        return blockage_db(
            self._radio.positions_m[self.sites],
            self._radio.positions_m[self._devices],
            blockers.positions_m(now_s),
            site_height_m=site_height_m,
            device_height_m=device_height_m,
            width_m=screen.width_m,
            height_m=screen.height_m,
            carrier_hz=self._cell.carrier_hz,
            los=self._fading.los,
        )


def _draws(rng: np.random.Generator) -> tuple[float, float]:
    """Return a uniform and a normal number, as `draw_channel` draws them."""
    return float(rng.random()), float(rng.standard_normal())


def _keys(stream: Callable[..., np.random.Generator], names: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([stream("fading", name).integers(2**63) for name in names], dtype=np.uint64)
