"""What devices receive of each other over sidelinks, and the rates that come of it."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from wayfare.emulator.radio import sidelink_budget
from wayfare.emulator.radio.deviates import pair_keys
from wayfare.emulator.radio.fading import Fading, SidelinkFading
from wayfare.emulator.radio_links import RadioLinks

Numbers = NDArray[np.float64]


class SidelinkSignals:
    """A place for each pair of devices, kept up to date as they move. Pairs do not disturb each other."""

    def __init__(self, radio: RadioLinks, names: Sequence[str], stream: Callable[..., np.random.Generator]) -> None:
        self._radio, self._sidelink = radio, radio.sidelink
        self._first = np.array([pair.first for pair in radio.pairs], dtype=np.intp)
        self._second = np.array([pair.second for pair in radio.pairs], dtype=np.intp)
        ends = [sorted((names[pair.first], names[pair.second])) for pair in radio.pairs]
        draws = np.array([_draws(stream("link", *pair)) for pair in ends])
        chance, deviate, obstacle = draws.reshape(-1, 3).T
        keys = [
            np.array([stream("fading", pair[end]).integers(2**63) for pair in ends], dtype=np.uint64) for end in (0, 1)
        ]
        self._apart_m = self._offsets_m()
        law = SidelinkFading(self._sidelink)
        self._fading = Fading(law, pair_keys(*keys), self._distances_m(), chance, deviate, obstacle)

    def move(self) -> None:
        """Take up new places of devices."""
        before_m, self._apart_m = self._apart_m, self._offsets_m()
        moved_m = np.hypot(*(self._apart_m - before_m).T)
        if moved_m.any():
            self._fading.move(self._distances_m(), moved_m)

    def rates(self) -> tuple[Numbers, Numbers]:
        """Return SINR [dB] and rate [bit/s] of each pair, the same in both directions."""
        fading, distances_m = self._fading, self._distances_m()
        vehicle_db = self._sidelink.vehicle_loss_db(distances_m, fading.obstacle, los=fading.los)
        budget = sidelink_budget(
            self._sidelink, distances_m, los=fading.los, shadow_db=fading.shadow_db, vehicle_db=vehicle_db
        )
        return budget.snr_db, budget.rate_bps

    def _offsets_m(self) -> Numbers:
        return self._radio.positions_m[self._first] - self._radio.positions_m[self._second]

    def _distances_m(self) -> Numbers:
        distances: Numbers = np.hypot(self._apart_m[:, 0], self._apart_m[:, 1])
        return distances


def _draws(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return a uniform and two normal numbers, as `draw_sidelink` draws them."""
    return float(rng.random()), float(rng.standard_normal()), float(rng.standard_normal())
